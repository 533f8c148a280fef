/**
 * Triage of one check-in: everything is evaluated, the most urgent wins, nothing lowers a level. Counterpart:
 * pwa/domain/triage.py, which must give the same result for every input. It says how soon to call, never what it is.
 */

import type { AnswerValue, Answers, Condition, Days, Level, Past, Raise, Rule, RuleSet, TriageResult } from "./rules";

const LEVELS: Level[] = ["emergency", "same_day", "tell_clinic", "expected", "not_complete"];

/** 0 is the most urgent. */
export const rankOf = (level: Level): number => LEVELS.indexOf(level);

interface Seen {
  day: number;
  answers: Answers;
  past: Past[]; // the newest first
  risks: string[];
}
interface Reason {
  id: string;
  level: Level;
  advice: string;
}

/** Judges the answers of one day of the plan against its rules and its expected course. */
export function triage(set: RuleSet, day: number, answers: Answers, past: Past[] = [], risks: string[] = []): TriageResult {
  const newestFirst = [...past].sort((a, b) => a.hours_ago - b.hours_ago);
  const seen = { day, answers, past: newestFirst, risks: [...risks, ...set.implied_risks] };
  const fired = set.rules.filter((rule) => fires(rule, seen));
  const above_expected = aboveExpected(set, seen);
  const reasons = fired.length ? fired.map((rule) => reasonOf(rule, seen)) : principles(set, above_expected, seen);
  reasons.sort((a, b) => rankOf(a.level) - rankOf(b.level)); // stable: within a level in the order of the rules
  const complete = safetySet(set, day).every((sign) => sign in answers);
  const [first] = reasons;
  if (first) return { level: first.level, complete, reasons: reasons.map(({ id }) => id), advice: first.advice, above_expected };
  if (complete) return { level: "expected", complete, reasons: ["X01"], advice: "advice.expected", above_expected };
  return { level: "not_complete", complete, reasons: [], advice: "advice.not_complete", above_expected };
}

/** The phase of a day: what its check-in asks. */
export function phaseOn<P extends RuleSet["phases"][number]>({ phases }: { phases: P[] }, day: number): P {
  const found = phases.find((phase) => day >= phase.first && day <= phase.last);
  return found ?? (day < phases[0]!.first ? phases[0]! : phases[phases.length - 1]!);
}

/** The danger signs that a check-in of this day asks about. */
export const safetySet = (set: RuleSet, day: number): string[] => phaseOn(set, day).safety;

const within = (day: number, days: Days | null): boolean => !!days && day >= days[0] && day <= days[1];

const fires = (rule: Rule, seen: Seen): boolean => (!rule.days || within(seen.day, rule.days)) && holds(rule.when, seen);

/** A raised rule cannot speak for itself: its own words name the milder level. */
function reasonOf({ id, level: own, advice, raised_by }: Rule, seen: Seen): Reason {
  const isRaised = raised_by.some((one) => raises(one, seen));
  const level = isRaised ? LEVELS[Math.max(0, rankOf(own) - 1)]! : own;
  return { id, level, advice: level === own ? advice : `advice.${level}` };
}

const raises = ({ risks, when }: Raise, seen: Seen): boolean =>
  (!risks.length || risks.some((risk) => seen.risks.includes(risk))) && (!when || holds(when, seen));

/** What speaks where no red flag does; none of it is above the level of the mildest flag. */
function principles(set: RuleSet, above: string[], seen: Seen): Reason[] {
  const isWorried = seen.answers.overall === "worried" || seen.answers.worried === true;
  const found = [above.length && "P01", isWorried && "P02", hasUnexpectedSign(set, seen) && "P03"];
  return found.flatMap((id) => (id ? [{ id, level: "tell_clinic", advice: "advice.tell_clinic" }] : []));
}

const aboveExpected = (set: RuleSet, { day, answers }: Seen): string[] =>
  Object.keys(set.bounds).filter((item) => {
    const cap = set.bounds[item]!.find(([first, last]) => within(day, [first, last]));
    return numberOf(answers, item) > (cap?.[2] ?? 0);
  });

/** Whether a sign is ticked on a day on which the course does not list it. */
const hasUnexpectedSign = ({ signs }: RuleSet, { day, answers }: Seen): boolean =>
  signs.some(({ item, is, expected }) => is.includes(answers[item] as AnswerValue) && !within(day, expected));

function holds(it: Condition, seen: Seen): boolean {
  if ("all" in it) return it.all.every((one) => holds(one, seen));
  if ("any" in it) return it.any.some((one) => holds(one, seen));
  if ("yes" in it) return it.yes.some((sign) => seen.answers[sign] === true);
  if ("risk" in it) return seen.risks.includes(it.risk);
  if ("days" in it) return within(seen.day, it.days);
  if ("is" in it) return it.is.includes(seen.answers[it.item] as AnswerValue);
  if ("item" in it) return numberOf(seen.answers, it.item) >= it.at_least;
  if ("rose" in it) return rose(it, seen);
  return "returned" in it ? returned(it, seen) : lasted(it, seen);
}

function rose({ rose: item, by, to, hours }: Extract<Condition, { rose: string }>, seen: Seen): boolean {
  const now = numberOf(seen.answers, item);
  const earlier = having(item, seen).find(({ hours_ago }) => within(hours_ago, hours));
  return !!earlier && now >= to && now - numberOf(earlier.answers, item) >= by;
}

/** Whether the value is above one that was itself below one before it. */
function returned({ returned: item, at_least }: Extract<Condition, { returned: string }>, seen: Seen): boolean {
  const now = numberOf(seen.answers, item);
  let highestSoFar = -1;
  let hadImprovedBelowNow = false;
  for (const { answers } of having(item, seen).reverse()) {
    const value = numberOf(answers, item);
    hadImprovedBelowNow ||= value < highestSoFar && value < now;
    highestSoFar = Math.max(highestSoFar, value);
  }
  return now >= at_least && hadImprovedBelowNow;
}

function lasted({ lasted: item, at_least, hours }: Extract<Condition, { lasted: string }>, seen: Seen): boolean {
  if (numberOf(seen.answers, item) < at_least) return false;
  let since = 0;
  for (const { hours_ago, answers } of having(item, seen)) {
    if (numberOf(answers, item) < at_least) break;
    since = hours_ago;
  }
  return since >= hours;
}

/** The earlier check-ins that answered an item, the newest first. */
const having = (item: string, { past }: Seen): Past[] => past.filter(({ answers }) => item in answers);

/** A graded answer; -1 when unanswered, which is below every bound. */
function numberOf(answers: Answers, item: string): number {
  const value = answers[item];
  return typeof value === "number" ? value : -1;
}
