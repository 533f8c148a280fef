/** What of the agenda is now, next, and behind us. */

import type { AgendaDay, AgendaItem, Bundle, LocalDate, Plan } from "../shared/api";
import { millis, type Millis } from "../shared/clock";
import { addDays, daysBetween } from "./days";

/** Done or skipped. A snoozed item is still open. */
export const isSettled = ({ outcome }: AgendaItem): boolean => outcome === "done" || outcome === "skipped";

/** When it asks for attention: its own time, or the time it was put off to. */
export const asksAt = (item: AgendaItem): Millis => millis(item.snoozed_until ?? item.due_at);

const byTime = (a: AgendaItem, b: AgendaItem): number => asksAt(a) - asksAt(b);

export interface TodayView {
  day: AgendaDay | null;
  now: AgendaItem | null; // the one thing on top
  next: AgendaItem | null; // when there is nothing on top
  rest: AgendaItem[]; // the others of today, by time
}

/** `opened` are the occurrences of the notification that was tapped: they come first even if they are not due. */
export function todayView(bundle: Bundle, today: LocalDate, now: Millis, opened: string[]): TodayView {
  const itsDay = bundle.agenda.find(({ date }) => date === today) ?? null;
  const carried = bundle.agenda.flatMap(({ date, items }) => (date < today ? items.filter((item) => isPutOff(item, now)) : []));
  const day = itsDay && { ...itsDay, items: [...carried, ...itsDay.items] };
  const items = [...(day?.items ?? [])].sort(byTime);
  const everything = bundle.agenda.flatMap(({ items }) => items);
  const tapped = everything.find((item) => !isSettled(item) && item.occurrence_ids.some((id) => opened.includes(id)));
  const due = items.find((item) => !isSettled(item) && asksAt(item) <= now && isUseful(item, now));
  const onTop = tapped ?? due ?? null;
  const ahead = everything.filter((item) => !isSettled(item) && asksAt(item) > now).sort(byTime);
  return { day, now: onTop, next: ahead[0] ?? null, rest: items.filter((item) => item !== onTop) };
}

const ITS_TURN_MS = 2 * 3600_000;

/** Put off past midnight it still gets its turn, though the server ends what it is good for with its own day. */
const isPutOff = ({ outcome, snoozed_until, useful_until }: AgendaItem, now: Millis): boolean =>
  outcome === "snoozed" && !!snoozed_until && now < Math.max(millis(snoozed_until) + ITS_TURN_MS, millis(useful_until));

/** A snooze past the window still deserves its turn. */
const isUseful = (item: AgendaItem, now: Millis): boolean => item.snoozed_until !== null || now < millis(item.useful_until);

/** The plans a patient lives by now, the most recent treatment first. */
export function plansInForce(plans: Plan[], today: LocalDate): Plan[] {
  return plans
    .filter(({ status }) => status === "active" || status === "on_hold" || status === "completed")
    .sort((a, b) => Number(isOver(a, today)) - Number(isOver(b, today)) || b.treated_on.localeCompare(a.treated_on));
}

export const dayNumber = (plan: Plan, date: LocalDate): number => daysBetween(plan.treated_on, date);

export const isOver = (plan: Plan, today: LocalDate): boolean =>
  plan.status === "completed" || dayNumber(plan, today) > plan.last_day;

export const phaseOn = (plan: Plan, day: number): Plan["phases"][number] | undefined =>
  plan.phases.find(({ first, last }) => first <= day && day <= last);

/** True when the phone's copy ends before today: nothing here may be taken for today's plan. */
export function isPastWindow(bundle: Bundle, today: LocalDate): boolean {
  const last = bundle.agenda.at(-1)?.date;
  return last !== undefined && today > last;
}

export const dateOfDay = (plan: Plan, day: number): LocalDate => addDays(plan.treated_on, day);

/** Whether only answers settle it. */
export const isQuestion = ({ kind }: Pick<AgendaItem, "kind">): boolean => kind === "check_in" || kind === "skin_check";
