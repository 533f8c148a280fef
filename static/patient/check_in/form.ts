/** The check-in that is being filled in. Each tap is kept, so that it survives a page the phone closes. */

import { signal } from "@preact/signals";
import type { Answers } from "../../domain/rules";
import type { Plan } from "../../shared/api";
import { wallNow } from "../../shared/clock";
import { getMeta, type CheckInDraft } from "../../shared/db";
import { begin } from "../../shared/outbox";
import { changed } from "../calm";
import { aim } from "../route";
import { saveCheckIn, todayOf, type Filled } from "./entries";

const KEPT_MS = 12 * 3600_000;

export const draft = signal<CheckInDraft | null>(null);

/** Takes up what was begun, if it adds to that check-in or is about today or yesterday. What is too old is given up. */
export async function takeUp(plan: Plan, replaces: string | undefined): Promise<void> {
  const begun = await getMeta("draft").catch(() => undefined);
  if (!begun) return;
  if (wallNow() - begun.at >= KEPT_MS) return keepDraft(undefined);
  const age = todayOf(plan) - begun.day;
  const fits = begun.plan_id === plan.id && begun.replaces === replaces && (replaces || age === 0 || age === 1);
  draft.value ??= fits ? begun : null;
}

/** It is not said to be saved. */
const keepDraft = (it: CheckInDraft | undefined): void => void begin(it).catch(() => {});

/** Adds answers; those that are undefined are no longer answered. */
export function put(plan: Plan, day: number, given: Partial<Answers>, more: Partial<Pick<CheckInDraft, "note" | "replaces" | "photos">> = {}): void {
  const before = draft.value ?? { note: "" };
  const answers = Object.entries({ ...draft.value?.answers, ...given }).filter(([, value]) => value !== undefined);
  draft.value = { ...before, ...more, plan_id: plan.id, day, answers: Object.fromEntries(answers) as Answers, at: wallNow() };
  keepDraft(draft.value);
}

export function forget(): void {
  draft.value = null;
  keepDraft(undefined);
}

/** Writes it down and shows its card; the card takes the form's place in the history once it is drawn. */
export const finish = (plan: Plan, filled: Filled): Promise<unknown> =>
  saveCheckIn(plan, filled, (id) => {
    forget();
    showCard(id);
  });

export function showCard(id: string | null): void {
  changed();
  aim.value = id;
  scrollTo(0, 0);
}

/** The next step is a new screen, also for whoever listens to it. */
export function startOfScreen(): void {
  scrollTo(0, 0);
  document.querySelector("main")?.focus();
}
