/** Wake time, quiet hours, and one reminder a day. */

import { useSignal } from "@preact/signals";
import type { ClockTime, Settings } from "../../shared/api";
import { settingsWords } from "../../shared/words/settings";
import { Card } from "../../ui/card";
import { changeSettings } from "../actions";

type Clock = "wake" | "quiet_start" | "quiet_end";

export function Times({ settings }: { settings: Settings }) {
  const words = settingsWords();
  const draft = useSignal(settings);
  const time = (key: Clock, label: string) => (
    <label class="field" key={key}>
      {label}
      <input type="time" required value={draft.value[key]} onInput={(event) => set(key, event.currentTarget.value)} />
    </label>
  );
  const set = (key: Clock, value: ClockTime) => (draft.value = { ...draft.value, [key]: value });
  const changed = JSON.stringify(draft.value) !== JSON.stringify(settings);
  const save = (event: Event) => {
    event.preventDefault();
    if (changed) void changeSettings(draft.value, settings);
  };
  return (
    <Card title={words.times}>
      <form class="stack" onSubmit={save}>
        <div class="fields">
          {time("wake", words.wake)}{time("quiet_start", words.quiet_from)}{time("quiet_end", words.quiet_to)}
        </div>
        <p class="quiet">{words.quiet_help}</p>
        <label class="option">
          <input
            type="checkbox" checked={draft.value.one_a_day}
            onInput={(event) => (draft.value = { ...draft.value, one_a_day: event.currentTarget.checked })}
          />
          <span><strong>{words.one_a_day}</strong>{words.one_a_day_help}</span>
        </label>
        <button class={changed ? "main" : ""} disabled={!changed}>{words.save}</button>
      </form>
    </Card>
  );
}
