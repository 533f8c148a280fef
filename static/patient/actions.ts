/** What a tap does: written to the disk first, said on the screen second, sent third. */

import { signal } from "@preact/signals";
import type { AgendaItem, FactQuestion, Plan, Settings } from "../shared/api";
import { careTime, instant, wallNow } from "../shared/clock";
import { record, type Draft } from "../shared/outbox";
import { shellWords } from "../shared/words/shell";
import { changed } from "./calm";
import { clock, kept, reload } from "./store";
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

/** False when it could not be written down. */
async function keep(draft: Draft, undo: Draft | null): Promise<boolean> {
  changed();
  try {
    await record(draft, kept.value?.bundle?.bundle);
  } catch {
    await reload(); // this tab may show a plan that the phone has left
    say(shellWords().not_saved, null);
    return false;
  }
  await reload();
  changed();
  say(undo ? shellWords().saved : shellWords().undone, undo && once(() => void keep(undo, null)));
  void syncNow();
  return true;
}

type Outcome = Extract<Draft, { kind: "outcome" }>;

function settle({ occurrence_ids }: AgendaItem, rest: Omit<Outcome, "kind" | "occurrence_ids">): Promise<boolean> {
  const undo: Draft = { kind: "outcome", occurrence_ids, value: "undone" };
  return keep({ kind: "outcome", occurrence_ids, ...rest }, rest.value === "undone" ? null : undo);
}

export const done = (item: AgendaItem): Promise<boolean> => settle(item, { value: "done" });
export const skip = (item: AgendaItem): Promise<boolean> => settle(item, { value: "skipped" });
export const reopen = (item: AgendaItem): Promise<boolean> => settle(item, { value: "undone" });
export const later = (item: AgendaItem, minutes: number): Promise<boolean> =>
  settle(item, { value: "snoozed", until: instant(careTime(clock.value, wallNow()) + minutes * MINUTE_MS) });

/** Undo says "not yet": unanswered and not closed mean the same to the plan. */
export function answerFact(plan: Plan, { name }: FactQuestion, value: boolean): Promise<boolean> {
  const answer = { kind: "fact", plan_id: plan.id, name } as const;
  return keep({ ...answer, value }, { ...answer, value: false, undo: true });
}

export const changeSettings = (settings: Settings, before: Settings): Promise<boolean> =>
  keep({ kind: "settings", settings }, { kind: "settings", settings: before });
