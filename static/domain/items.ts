/** How the items of a check-in are asked. Counterpart: pwa/domain/answers.py. */

export const GRADED: readonly string[] =
  "redness swelling itching oozing crusting bumps bronzing purpura darkened_spots".split(" ");

/** Fixed answers that are no grade. The first is the no, where there is one. */
export const CHOICES: Readonly<Record<string, readonly string[]>> = {
  blisters: ["none", "few", "many", "grouped"],
  oozing_colour: ["clear", "yellow_green", "blood"],
};

export type Kind = "graded" | "pain" | "choice" | "count" | "yes_no";

export function kindOf(item: string): Kind {
  if (GRADED.includes(item)) return "graded";
  if (item in CHOICES) return "choice";
  return item === "pain" ? "pain" : item === "missed_doses" ? "count" : "yes_no";
}

/** What "Same as yesterday" may copy. */
export const isSeverity = (item: string): boolean => item === "pain" || GRADED.includes(item);

/** Asked only where another answer gives reason to. */
const ONLY_WITH: Readonly<Record<string, [item: string, at_least: number]>> = { oozing_colour: ["oozing", 1], pain_unrelieved: ["pain", 4] };

export function isAsked(item: string, answers: Readonly<Record<string, unknown>>): boolean {
  const [other, at_least] = ONLY_WITH[item] ?? [];
  return other === undefined || Number(answers[other] ?? 0) >= at_least!;
}
