/** What a plan asks about the skin, and what it says many people see. */

import type { LocalDate, PatientEvent, Plan } from "../shared/api";
import { millis, type Millis } from "../shared/clock";

export const cardsOn = (plan: Plan, day: number): Plan["cards"] =>
  plan.cards.filter(({ first, last }) => first <= day && day <= last);

export const expectedOn = (plan: Plan, day: number): Plan["expected"] =>
  plan.expected.filter(({ first, last }) => first <= day && day <= last);

/** Asked from its day on until it is true. A "not yet" rests until the next day; one that came of an undo does not. */
export function questionsOn(
  plan: Plan, today: LocalDate, dateOf: (at: Millis) => LocalDate, made: PatientEvent[],
): Plan["facts"] {
  const undone = made.flatMap((event) => (event.kind === "fact" && event.undo ? event.tapped_at : []));
  return plan.facts.filter(({ ask_from, value, recorded_at }) => {
    const rests = value === false && recorded_at && !undone.includes(recorded_at) && dateOf(millis(recorded_at)) >= today;
    return ask_from <= today && value !== true && !rests;
  });
}
