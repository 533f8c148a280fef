/** What a tap does: written to the disk first, said on the screen second, sent third. */

import { signal } from "@preact/signals";
import type { AgendaItem } from "../shared/api";
import { careTime, instant, wallNow } from "../shared/clock";
import type { Entry } from "../shared/db";
import { recordAll, type Draft } from "../shared/outbox";
import { shellWords } from "../shared/words/shell";
import { changed } from "./calm";
import { add, clock, kept, reload } from "./store";
import { syncNow } from "./sync_loop";

export interface Toast {
  text: string;
  undo: (() => void) | null;
}

export const toast = signal<Toast | null>(null);

const UNDO_MS = 10_000;
const MINUTE_MS = 60_000;
let hiding: ReturnType<typeof setTimeout> | undefined;

function say(text: string, undo: (() => void) | null): void {
  clearTimeout(hiding);
  toast.value = { text, undo };
  hiding = setTimeout(() => (toast.value = null), UNDO_MS);
}

/** A second undo would take back what came before. */
function once(act: () => void): () => void {
  let left: typeof act | null = act;
  return () => {
    left?.();
    left = null;
  };
}

/** What was written down, or null when it could not be. `takesBack` is what Undo would write; `show` opens what comes next. */
export async function keep(
  drafts: Draft[], takesBack: ((made: Entry[]) => Draft[]) | null, said = takesBack ? shellWords().saved : shellWords().undone,
  show?: (made: Entry[]) => void,
): Promise<Entry[] | null> {
  changed();
  let made: Entry[];
  try {
    made = await recordAll(drafts, kept.value?.bundle?.bundle);
  } catch {
    await reload(); // this tab may show a plan that the phone has left
    say(shellWords().not_saved, null);
    return null;
  }
  add(made); // what else has changed is read later: the answer to a tap need not wait for it
  changed();
  show?.(made); // at once, or the old screen is drawn again first
  say(said, takesBack && once(() => void keep(takesBack(made), null)));
  void syncNow();
  return made;
}

export const keepOne = async (draft: Draft, undo: Draft | null): Promise<boolean> => !!(await keep([draft], undo && (() => [undo])));

type Outcome = Extract<Draft, { kind: "outcome" }>;

function settle({ occurrence_ids }: AgendaItem, rest: Omit<Outcome, "kind" | "occurrence_ids">): Promise<boolean> {
  const undo: Draft = { kind: "outcome", occurrence_ids, value: "undone" };
  return keepOne({ kind: "outcome", occurrence_ids, ...rest }, rest.value === "undone" ? null : undo);
}

export const done = (item: AgendaItem): Promise<boolean> => settle(item, { value: "done" });
export const skip = (item: AgendaItem): Promise<boolean> => settle(item, { value: "skipped" });
export const reopen = (item: AgendaItem): Promise<boolean> => settle(item, { value: "undone" });
export const later = (item: AgendaItem, minutes: number): Promise<boolean> =>
  settle(item, { value: "snoozed", until: instant(careTime(clock.value, wallNow()) + minutes * MINUTE_MS) });
