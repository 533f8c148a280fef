/** The check-ins that this phone knows of, and writing down a new one with what the rules say of it. */

import { computed } from "@preact/signals";
import { checkInsOf, pastOf, type CheckIn } from "../../domain/check_ins";
import type { Answers } from "../../domain/rules";
import { asksAt, dateOfDay, dayNumber, isQuestion, isSettled, plansInForce } from "../../domain/today";
import { triage } from "../../domain/triage";
import type { PatientEvent, Plan } from "../../shared/api";
import type { Draft } from "../../shared/outbox";
import { keep } from "../actions";
import { bundle, dateOf, made, now, today } from "../store";
import { askedOn } from "./questions";

export const plans = computed<Plan[]>(() => plansInForce(bundle.value?.plans ?? [], today.value));
export const checkIns = (plan: Plan): CheckIn[] => checkInsOf(plan, made.value);
export const todayOf = (plan: Plan): number => dayNumber(plan, today.value);

export interface Found {
  plan: Plan;
  checkIn: CheckIn;
}

/** The check-in of that id. One that was taken back gives way to the one it had replaced. */
export function find(id: string): Found | null {
  for (const plan of plans.value) {
    const checkIn = checkIns(plan).find((one) => one.id === id);
    if (checkIn) return { plan, checkIn };
  }
  const before = made.value.flatMap((event) => (event.kind === "check_in" && event.id === id ? (event.supersedes ?? []) : []))[0];
  return before === undefined ? null : find(before);
}

export interface Filled {
  day: number;
  answers: Answers;
  note: string;
  replaces?: string | undefined;
}

/** The id of the new check-in once it is on the disk, as for `show`; null when it could not be written down. */
export async function saveCheckIn(
  plan: Plan, { day, answers, note, replaces }: Filled, show?: (id: string) => void,
): Promise<string | null> {
  const result = judge(plan, { day, answers, note, replaces });
  const checkIn: Draft = {
    kind: "check_in", plan_id: plan.id, day, answers, result,
    ...(replaces && { supersedes: replaces }), ...(note && { note }),
  };
  const isWhole = answers.overall !== undefined && askedOn(plan, day)?.safety.every((sign) => sign in answers);
  const occurrence_ids = isWhole ? askedFor(plan, day) : [];
  const outcome = (value: "done" | "undone"): Draft[] => (occurrence_ids.length > 0 ? [{ kind: "outcome", occurrence_ids, value }] : []);
  const takesBack = ([first]: PatientEvent[]): Draft[] => [{ kind: "check_in_undo", check_in_id: first!.id }, ...outcome("undone")];
  const entries = await keep([checkIn, ...outcome("done")], takesBack, undefined, ([first]) => show?.(first!.id));
  return entries?.[0]?.id ?? null;
}

/** Null where no level is computed. */
function judge(plan: Plan, { day, answers, replaces }: Filled): Extract<Draft, { kind: "check_in" }>["result"] {
  const { rules, risks = [] } = plan;
  if (!rules || bundle.value!.clinic.triage_mode === "leaflet") return null;
  const past = pastOf(plan, checkIns(plan), { day, now: now.value, replaces }, dateOf);
  return { ...triage(rules, day, answers, past, risks), rule_set: rules.hash };
}

const SOON_MS = 2 * 3600_000;

/** The check-ins of that day that were asked for, or will be soon. A later one of the same day keeps its turn. */
function askedFor(plan: Plan, day: number): string[] {
  const date = dateOfDay(plan, day);
  const items = bundle.value!.agenda.find((one) => one.date === date)?.items ?? [];
  return items
    .filter((item) => isQuestion(item) && item.plan_ids.includes(plan.id) && !isSettled(item) && asksAt(item) <= now.value + SOON_MS)
    .flatMap((item) => item.occurrence_ids);
}
