/** "When may I ...?": what the restrictions of all plans together mean on a day. */

import type { FactName, LocalDate, Plan, Restriction } from "../shared/api";
import { addDays, daysBetween } from "./days";

export type Allowed =
  | { state: "not_yet_begun"; since: LocalDate }
  | { state: "wait"; until: LocalDate; days_left: number; and: FactName[] }
  | { state: "wait_for"; facts: FactName[] }
  | { state: "ask" } // no date is known: the clinic decides
  | { state: "never" }
  | { state: "over" } // a "never" after its end: no longer spoken of, and no leave to do it
  | { state: "free" };

/** Both conditions must hold: the day has come and the fact is true. Unanswered is not true. */
export function allowedOn({ since, until, fact, never }: Restriction, facts: Plan["facts"], today: LocalDate): Allowed {
  if (today < since) return { state: "not_yet_begun", since };
  const missing = fact !== null && facts.find(({ name }) => name === fact)?.value !== true ? [fact] : [];
  if (until !== null && today < until) {
    return never ? { state: "never" } : { state: "wait", until, days_left: daysBetween(today, until), and: missing };
  }
  if (missing[0]) return never ? { state: "never" } : { state: "wait_for", facts: missing };
  if (until === null && fact === null) return { state: never ? "never" : "ask" };
  return { state: never ? "over" : "free" };
}

export interface MayRow {
  id: string;
  title: string;
  body: string;
  allowed: Allowed;
}

const LAXEST_FIRST: Allowed["state"][] = ["free", "not_yet_begun", "over", "wait", "wait_for", "ask", "never"];
const MANY_DAYS = 10_000;

/** Of two that wait for a day, the later is the stricter. */
const strictness = ({ allowed }: MayRow): number =>
  LAXEST_FIRST.indexOf(allowed.state) * MANY_DAYS + (allowed.state === "wait" ? allowed.days_left : 0);

/** Each thing once, whichever plans restrict it, under the strictest of their rules. */
export function mayOn(plans: Plan[], today: LocalDate): MayRow[] {
  const rows: MayRow[] = [];
  for (const plan of plans) {
    for (const it of plan.restrictions) {
      const row = { id: it.id, title: it.title, body: it.body, allowed: allowedOn(it, plan.facts, today) };
      const twin = rows.findIndex(({ id, title }) => id === it.id || title === it.title);
      if (twin < 0) rows.push(row);
      else rows[twin] = strictest(rows[twin]!, row);
    }
  }
  return rows.filter(({ allowed }) => allowed.state !== "over");
}

/** The later day, and every fact that either waits for; the words are those of the stricter. */
function strictest(one: MayRow, other: MayRow): MayRow {
  const [lax, strict] = strictness(one) > strictness(other) ? [other.allowed, one] : [one.allowed, other];
  const { id } = one;
  const { allowed } = strict;
  if (allowed.state !== "wait" && allowed.state !== "wait_for") return { ...strict, id };
  const facts = [...new Set([...waitsFor(lax), ...waitsFor(allowed)])];
  const dated = allowed.state === "wait" ? allowed : lax;
  return { ...strict, id, allowed: dated.state === "wait" ? { ...dated, and: facts } : { state: "wait_for", facts } };
}

function waitsFor(allowed: Allowed): FactName[] {
  if (allowed.state === "wait") return allowed.and;
  return allowed.state === "wait_for" ? allowed.facts : [];
}

/** What a day makes possible: its last day of waiting was the one before. A fact may still be missing. */
export function opensOn(plans: Plan[], date: LocalDate): { title: string; and: FactName[] }[] {
  const waiting = new Set(mayOn(plans, addDays(date, -1)).flatMap(({ id, allowed }) => (allowed.state === "wait" ? [id] : [])));
  return mayOn(plans, date).flatMap(({ id, title, allowed }) =>
    waiting.has(id) && (allowed.state === "free" || allowed.state === "wait_for") ? [{ title, and: waitsFor(allowed) }] : []);
}
