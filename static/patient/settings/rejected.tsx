/** What the server did not take: visible for as long as it matters, and ready to be read out to the clinic. */

import { useSignal } from "@preact/signals";
import { millis } from "../../shared/clock";
import type { Answered } from "../../shared/db";
import { dayAndTime } from "../../shared/strings";
import { settingsWords } from "../../shared/words/settings";
import { Card } from "../../ui/card";
import { bundle, kept } from "../store";

export function RejectedList() {
  const words = settingsWords();
  const copied = useSignal(false);
  const entries = kept.value!.rejected;
  if (entries.length === 0) return null;
  const lines = entries.map(lineOf);
  const copy = async () => {
    await navigator.clipboard.writeText(lines.join("\n")).then(() => (copied.value = true), () => {});
  };
  return (
    <Card title={words.rejected}>
      <p>{words.rejected_help}</p>
      <ul class="list">{lines.map((line, at) => <li key={entries[at]!.event.id}>{line}</li>)}</ul>
      <button onClick={copy}>{copied.value ? words.copied : words.copy}</button>
    </Card>
  );
}

function lineOf({ event }: Answered): string {
  const words = settingsWords();
  const what = event.kind === "outcome" ? words.entry[event.value] : words.entry[event.kind];
  const about = event.kind === "outcome" ? titleOf(event.occurrence_ids) : "";
  return [dayAndTime(millis(event.tapped_at)), what, about].filter(Boolean).join(" · ");
}

function titleOf(ids: string[]): string {
  const items = bundle.value!.agenda.flatMap(({ items }) => items);
  return items.find(({ occurrence_ids }) => occurrence_ids.some((id) => ids.includes(id)))?.title ?? "";
}
