/** The check-ins of a plan: what the server has and what this phone made, without what was taken back or replaced. */

import type { KnownCheckIn, LocalDate, PatientEvent, Plan } from "../shared/api";
import { millis, type Millis } from "../shared/clock";
import { addDays } from "./days";
import { isSeverity } from "./items";
import type { Answers, Level, Past, TriageResult } from "./rules";
import { dayNumber } from "./today";
import { rankOf } from "./triage";

export interface CheckIn {
  id: string;
  day: number;
  at: Millis; // care time of the tap
  answers: Answers;
  level: Level | null; // the more urgent of the phone's and the server's
  result: TriageResult | null; // what this phone said; null for another device's and in leaflet mode
  isRaised: boolean; // the server sees it as more urgent than this phone did
  isTold: boolean; // the server has it, and any alert that comes of it is in the bundle
  since: Millis; // the tap of the first entry that this one replaces: nobody waits anew because details were added
}

type Made = Extract<PatientEvent, { kind: "check_in" }>;
type Known = Pick<Plan, "id"> & Partial<Pick<Plan, "check_ins">>; // a bundle from before check-ins has none

const HARMLESS: Answers = { blisters: "none", oozing_colour: "clear" };

/** The items that say that something is wrong, ungraded. Counterpart: ticked_signs in pwa/domain/judgement.py. */
export const tickedOf = (answers: Answers): string[] => [
  ...Object.keys(answers).filter((item) => answers[item] === true || (item in HARMLESS && answers[item] !== HARMLESS[item])),
  ...(answers.overall === "worried" && answers.worried !== true ? ["worried"] : []),
];

/** What a tile stands for: "fever" for a yes, "blisters.few" for one answer of several. */
export function answerOf(tile: string): [item: string, value: string | true] {
  const [item, value] = tile.split(".");
  return [item!, value ?? true];
}

/** With an explicit no to every sign that was shown and not ticked. What was not shown stays unanswered, and so does what has no plain no. */
export const withNoToOthers = (shown: string[], answers: Answers): Answers =>
  ({ ...Object.fromEntries(shown.filter((tile) => answerOf(tile)[1] === true).map((sign) => [sign, false])), ...answers });

/** Of those that count, the oldest first. `made` is all that this phone remembers to have made. */
export function checkInsOf({ id, check_ins = [] }: Known, made: PatientEvent[]): CheckIn[] {
  const own = made.flatMap((event) => (event.kind === "check_in" && event.plan_id === id ? event : []));
  const undone = new Set(made.flatMap((event) => (event.kind === "check_in_undo" ? event.check_in_id : [])));
  const isUndone = (one: { id: string; undone?: boolean }) => one.undone || undone.has(one.id);
  const replaced = new Set(own.flatMap((one) => (one.supersedes && !isUndone(one) ? one.supersedes : [])));
  const ownIds = new Set(own.map((one) => one.id));
  const levels = new Map(check_ins.map((one) => [one.id, one.level]));
  return [
    ...check_ins.filter((one) => !ownIds.has(one.id) && !isUndone(one)).map(fromServer),
    ...own.filter((one) => !isUndone(one)).map((one) => fromPhone(one, levels, sinceOf(one, own))),
  ].filter((one) => !replaced.has(one.id)).sort((a, b) => a.day - b.day || a.at - b.at);
}

const fromServer = ({ id, day, tapped_at, answers, level }: KnownCheckIn): CheckIn =>
  ({ id, day, at: millis(tapped_at), answers, level, result: null, isRaised: false, isTold: true, since: millis(tapped_at) });

function sinceOf(one: Made, own: Made[]): Millis {
  const before = one.supersedes && own.find(({ id }) => id === one.supersedes);
  return before ? Math.min(sinceOf(before, own), millis(one.tapped_at)) : millis(one.tapped_at);
}

function fromPhone({ id, day, tapped_at, answers, result }: Made, levels: Map<string, Level | null>, since: Millis): CheckIn {
  const own = result?.level ?? null;
  const server = levels.get(id) ?? null;
  const isRaised = !!server && !!own && rankOf(server) < rankOf(own);
  return { id, day, at: millis(tapped_at), answers, level: isRaised ? server : (own ?? server), result, isRaised, isTold: levels.has(id), since };
}

const HOUR_MS = 3600_000;
const DAY_MS = 24 * HOUR_MS;
const LOOKS_BACK_H = 14 * 24; // as pwa/services/judging.py

/** When a check-in was true: one that was added for yesterday counts as made a day before its tap. */
const trueAt = (at: Millis, day: number, dayOfTap: number): Millis => at - Math.max(0, dayOfTap - day) * DAY_MS;

/** What came before an entry for `day` that is made at `now`, without the one it replaces. */
export function pastOf(
  plan: Plan, checkIns: CheckIn[], { day, now, replaces }: { day: number; now: Millis; replaces?: string | undefined },
  dateOf: (at: Millis) => LocalDate,
): Past[] {
  const moment = (at: Millis, its: number) => trueAt(at, its, dayNumber(plan, dateOf(at)));
  return checkIns
    .filter(({ id }) => id !== replaces)
    .map(({ answers, at, day: its }) => ({ answers, hours_ago: (moment(now, day) - moment(at, its)) / HOUR_MS }))
    .filter(({ hours_ago }) => hours_ago >= 0 && hours_ago <= LOOKS_BACK_H);
}

/** The severities of the day before; danger signs are asked anew each day. */
export function severitiesBefore(checkIns: CheckIn[], day: number): Answers | null {
  const before = checkIns.filter((one) => one.day === day - 1).at(-1);
  const found = Object.entries(before?.answers ?? {}).filter(([item]) => isSeverity(item));
  return found.length > 0 ? Object.fromEntries(found) : null;
}

/** Whether yesterday asked for a check-in and none was made: it may still be added. */
export function missedYesterday(plan: Plan, checkIns: CheckIn[], today: LocalDate, asked: ReadonlySet<LocalDate>): boolean {
  const yesterday = addDays(today, -1);
  return asked.has(yesterday) && !checkIns.some(({ day }) => day === dayNumber(plan, yesterday));
}
