/** A rule set: the red flags, the expected course and the safety sets of one treatment. Counterpart: pwa/protocols/rule_sets.py. */

export type Level = "emergency" | "same_day" | "tell_clinic" | "expected" | "not_complete";
export type AnswerValue = boolean | number | string;
/** A missing key is unanswered; false, 0 and "none" are a no. */
export type Answers = Record<string, AnswerValue>;
export type Days = [first: number, last: number]; // both included

export interface RuleSet {
  hash: string; // names exactly this content
  phases: { first: number; last: number; items: string[]; safety: string[] }[];
  rules: Rule[]; // in the order reasons are told
  signs: { item: string; is: AnswerValue[]; expected: Days | null }[]; // what counts as a ticked sign
  bounds: Record<string, [first: number, last: number, at_most: number][]>; // graded items and pain; no bound on a day: 0
  implied_risks: string[];
}

export interface Rule {
  id: string;
  level: "emergency" | "same_day" | "tell_clinic";
  days: Days | null; // null: every day
  when: Condition;
  advice: string; // text id
  raised_by: Raise[];
}

/** One step more urgent: any of these risks (none named: anybody), if `when` holds. */
export interface Raise {
  risks: string[];
  when: Condition | null;
}

/** There is no "not": one more yes can never lower a level. */
export type Condition =
  | { yes: string[] } // any of these signs is ticked
  | { item: string; is: AnswerValue[] }
  | { item: string; at_least: number }
  | { rose: string; by: number; to: number; hours: Days } // above the latest check-in that is so many hours old
  | { returned: string; at_least: number } // had gone down, and came up again
  | { lasted: string; at_least: number; hours: number } // now, and in every check-in back to one so old
  | { risk: string }
  | { days: Days }
  | { all: Condition[] }
  | { any: Condition[] };

/** An earlier check-in of the same treatment. */
export interface Past {
  hours_ago: number;
  answers: Answers;
}

export interface TriageResult {
  level: Level;
  complete: boolean;
  reasons: string[]; // rule ids, the most urgent first
  advice: string; // text id
  above_expected: string[];
}
