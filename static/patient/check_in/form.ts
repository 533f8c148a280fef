/** The check-in that is being filled in. Each tap is kept, so that it survives a page the phone closes. */

import { signal } from "@preact/signals";
import type { Answers } from "../../domain/rules";
import type { Plan } from "../../shared/api";
import { wallNow } from "../../shared/clock";
import { getMeta, setMeta, type CheckInDraft } from "../../shared/db";
import { changed } from "../calm";
import { aim } from "../route";
import { saveCheckIn, todayOf } from "./entries";

const KEPT_MS = 12 * 3600_000;

export const draft = signal<CheckInDraft | null>(null);

/** Takes up what was begun, if it still is about today or yesterday. */
export async function takeUp(plan: Plan, replaces: string | undefined): Promise<void> {
  const begun = await getMeta("draft").catch(() => undefined);
  const today = todayOf(plan);
  const fits = begun && begun.plan_id === plan.id && begun.replaces === replaces
    && wallNow() - begun.at < KEPT_MS && (begun.day === today || begun.day === today - 1);
  draft.value ??= fits ? begun : null;
}

/** Adds answers; those that are undefined are no longer answered. */
export function put(plan: Plan, day: number, given: Partial<Answers>, more: Partial<Pick<CheckInDraft, "note" | "replaces" | "photos">> = {}): void {
  const before = draft.value ?? { note: "" };
  const answers = Object.entries({ ...draft.value?.answers, ...given }).filter(([, value]) => value !== undefined);
  draft.value = { ...before, ...more, plan_id: plan.id, day, answers: Object.fromEntries(answers) as Answers, at: wallNow() };
  void setMeta("draft", draft.value).catch(() => {}); // it is not said to be saved
}

export function forget(): void {
  draft.value = null;
  void setMeta("draft", undefined).catch(() => {});
}

/** Writes it down and shows its card; the card takes the form's place in the history. */
export async function finish(plan: Plan, { day, answers, note, replaces }: Omit<CheckInDraft, "at" | "plan_id">): Promise<void> {
  const id = await saveCheckIn(plan, { day, answers, note, replaces });
  if (!id) return;
  forget();
  showCard(id);
}

export function showCard(id: string | null): void {
  changed();
  history.replaceState(id, "");
  aim.value = id;
  scrollTo(0, 0);
}

/** The next step is a new screen, also for whoever listens to it. */
export function startOfScreen(): void {
  scrollTo(0, 0);
  document.querySelector("main")?.focus();
}
