/** Wake time, quiet hours, and one reminder a day. */

import { useSignal } from "@preact/signals";
import type { Settings } from "../../shared/api";
import { settingsWords } from "../../shared/words/settings";
import { Card } from "../../ui/card";
import { changeSettings } from "../answers";

type Clock = "wake" | "quiet_start" | "quiet_end";

export function Times({ settings }: { settings: Settings }) {
  const words = settingsWords();
  const typed = useSignal<Partial<Settings>>({}); // only what was touched: all else may change meanwhile
  const draft = { ...settings, ...typed.value };
  const time = (key: Clock, label: string) => (
    <label class="field" key={key}>
      {label}
      <input type="time" required value={draft[key]} onInput={(event) => set({ [key]: event.currentTarget.value })} />
    </label>
  );
  const set = (part: Partial<Settings>) => (typed.value = { ...typed.value, ...part });
  const changed = Object.entries(typed.value).some(([key, value]) => value !== settings[key as keyof Settings]);
  const save = async (event: Event) => {
    event.preventDefault();
    const saving = typed.value;
    if (!changed || !(await changeSettings(draft, settings))) return;
    // From here the form follows what is in force, also when the server refuses.
    const rest = Object.entries(typed.value).filter(([key, value]) => value !== saving[key as keyof Settings]);
    typed.value = Object.fromEntries(rest);
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
            type="checkbox" checked={draft.one_a_day}
            onInput={(event) => set({ one_a_day: event.currentTarget.checked })}
          />
          <span><strong>{words.one_a_day}</strong>{words.one_a_day_help}</span>
        </label>
        <button class={changed ? "main" : ""} disabled={!changed}>{words.save}</button>
      </form>
    </Card>
  );
}
