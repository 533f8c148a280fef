/** What the server did not take: each with its reason, until the patient has seen it, and then still to be found. */

import { useSignal } from "@preact/signals";
import { announce } from "../../shared/announce";
import { change } from "../../shared/db";
import { settingsWords } from "../../shared/words/settings";
import { Card } from "../../ui/card";
import { calmly, changed } from "../calm";
import { kept, reload, unseen, type Refused } from "../store";
import { refusal } from "./refused";

export function RejectedList() {
  const words = settingsWords();
  const copied = useSignal(false);
  const all = kept.value!.rejected;
  if (all.length === 0) return null;
  const seen = all.filter((one) => one.seen);
  const copy = async () => {
    const lines = all.map(refusal).flatMap(({ what, why }) => [what, why]);
    await navigator.clipboard.writeText(lines.join("\n")).then(() => (copied.value = true), () => {});
  };
  return (
    <Card title={words.rejected}>
      <p>{words.rejected_help}</p>
      {unseen.value.some(({ event }) => event.kind === "settings") && <p>{words.rejected_settings}</p>}
      <List entries={unseen.value} />
      {seen.length > 0 && (
        <details class="why"><summary>{words.seen_before(seen.length)}</summary><List entries={seen} /></details>
      )}
      <button onClick={copy}>{copied.value ? words.copied : words.copy}</button>
    </Card>
  );
}

function List({ entries }: { entries: Refused[] }) {
  if (entries.length === 0) return null;
  return (
    <ul class="list" onClickCapture={calmly}>
      {entries.map((one) => {
        const { what, why } = refusal(one);
        return (
          <li class="stack" key={one.event.id}>
            <p><strong>{what}</strong></p>
            <p>{why}</p>
            {!one.seen && <button onClick={() => void hide(one.event.id)}>{settingsWords().seen}</button>}
          </li>
        );
      })}
    </ul>
  );
}

/** Only hides it: nothing a patient made is deleted. */
export async function hide(id: string): Promise<void> {
  changed(); // the next entry's button moves under the finger
  await change(["rejected"], async (store) => {
    const entry: Refused | undefined = await store("rejected").get(id);
    if (!entry) return;
    entry.seen = refusal(entry).what; // later settings would make it read differently
    store("rejected").put(entry);
  });
  await reload();
  announce();
  document.querySelector("main")?.focus(); // the button that had it is gone
}
