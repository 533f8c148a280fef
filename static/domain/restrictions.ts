/** "When may I ...?": what one restriction means today. */

import type { FactName, LocalDate, Plan, Restriction } from "../shared/api";
import { daysBetween } from "./days";

export type Allowed =
  | { state: "not_yet_begun"; since: LocalDate }
  | { state: "wait"; until: LocalDate; days_left: number; and: FactName | null }
  | { state: "wait_for"; fact: FactName }
  | { state: "ask" } // no date is known: the clinic decides
  | { state: "free"; since: LocalDate };

/** Both conditions must hold: the day has come and the fact is true. Unanswered is not true. */
export function allowedOn({ since, until, fact }: Restriction, facts: Plan["facts"], today: LocalDate): Allowed {
  if (today < since) return { state: "not_yet_begun", since };
  const missing = fact !== null && facts.find(({ name }) => name === fact)?.value !== true ? fact : null;
  if (until !== null && today < until) {
    return { state: "wait", until, days_left: daysBetween(today, until), and: missing };
  }
  if (missing) return { state: "wait_for", fact: missing };
  return until === null && fact === null ? { state: "ask" } : { state: "free", since: until ?? today };
}
