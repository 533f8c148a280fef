import { expect, test } from "vitest";
import { sampleBundle } from "../dev/sample";
import type { KnownCheckIn, PatientEvent, Plan } from "../shared/api";
import { checkInsOf, missedYesterday, pastOf, severitiesBefore, tickedOf, withNoToOthers } from "./check_ins";
import { localDate } from "./days";
import { isAsked, kindOf } from "./items";
import type { Answers, Level } from "./rules";
import { standingOf } from "./standing";
import { callAt } from "./waiting";

const NOW = Date.parse("2026-11-20T11:00:00Z"); // a Friday; the sample clinic is open 09:00 to 17:30 on weekdays
const HOUR = 3600_000;
const { plans, clinic } = sampleBundle({ now: NOW, day: 5 });
const plan = plans[0]!;
const dateOf = (at: number) => localDate(at, "Europe/London");
const at = (ms: number) => new Date(ms).toISOString();

let seq = 0;
type CheckInEvent = Extract<PatientEvent, { kind: "check_in" }>;
function tapped(id: string, more: Partial<CheckInEvent> & { level?: Level; hours_ago?: number } = {}): CheckInEvent {
  const { level, hours_ago = 0, ...rest } = more;
  const result = level ? { level, complete: true, reasons: [], advice: "", above_expected: [], rule_set: "r" } : null;
  return { id, seq: ++seq, schema: 1, tapped_at: at(NOW - hours_ago * HOUR), zone: "UTC", kind: "check_in", plan_id: plan.id, day: 5, answers: {}, result, ...rest };
}
const undo = (check_in_id: string): PatientEvent =>
  ({ id: `undo ${check_in_id}`, seq: ++seq, schema: 1, tapped_at: at(NOW), zone: "UTC", kind: "check_in_undo", check_in_id });
const known = (id: string, more: Partial<KnownCheckIn> = {}): KnownCheckIn =>
  ({ id, day: 5, tapped_at: at(NOW), answers: {}, level: null, undone: false, ...more });
const withServer = (...check_ins: KnownCheckIn[]): Plan => ({ ...plan, check_ins });
const ids = (found: { id: string }[]) => found.map(({ id }) => id);

test("a check-in that both know is one, and one of another phone is among them", () => {
  const found = checkInsOf(withServer(known("a"), known("helper")), [tapped("a"), tapped("b", { hours_ago: -1 })]);
  expect(ids(found).sort()).toEqual(["a", "b", "helper"]);
});

test("what was taken back does not count, whoever says so", () => {
  const server = withServer(known("a", { undone: true }), known("b"));
  expect(ids(checkInsOf(server, [tapped("b"), undo("b"), tapped("c")]))).toEqual(["c"]);
});

test("details replace the entry they add to, until they are taken back", () => {
  const [first, details] = [tapped("a", { answers: { fever: true } }), tapped("b", { supersedes: "a" })];
  expect(ids(checkInsOf(plan, [first, details]))).toEqual(["b"]);
  expect(ids(checkInsOf(plan, [first, details, undo("b")]))).toEqual(["a"]);
  expect(ids(checkInsOf(withServer(known("a")), [details]))).toEqual(["b"]);
});

test("the more urgent of the phone's and the server's level holds, and only a rise is told", () => {
  const levels = (phone: Level, server: Level) => {
    const [found] = checkInsOf(withServer(known("a", { level: server })), [tapped("a", { level: phone })]);
    return [found!.level, found!.isRaised];
  };
  expect(levels("tell_clinic", "emergency")).toEqual(["emergency", true]);
  expect(levels("emergency", "expected")).toEqual(["emergency", false]);
  expect(levels("same_day", "same_day")).toEqual(["same_day", false]);
});

test("a check-in of another plan, or of a bundle from before check-ins, is no part of it", () => {
  const { check_ins: _, ...old } = plan;
  expect(ids(checkInsOf(old, [tapped("a"), tapped("b", { plan_id: "other" })]))).toEqual(["a"]);
});

test("an entry for yesterday counts as made a day before its tap", () => {
  const entries = checkInsOf(plan, [tapped("late", { day: 4, hours_ago: 1 }), tapped("today", { hours_ago: 2 })]);
  const hours = (day: number) => pastOf(plan, entries, { day, now: NOW }, dateOf).map(({ hours_ago }) => hours_ago);
  expect(hours(5)).toEqual([25, 2]);
  expect(hours(4)).toEqual([1]); // what was true today is not yet history for yesterday
});

test("what an entry replaces is no history of its own", () => {
  const entries = checkInsOf(plan, [tapped("a", { hours_ago: 1 }), tapped("b", { hours_ago: 24 , day: 4 })]);
  expect(pastOf(plan, entries, { day: 5, now: NOW, replaces: "a" }, dateOf)).toHaveLength(1);
});

test("the same as yesterday copies severities, and never a danger sign, a choice or a mood", () => {
  const answers: Answers = { overall: "same", fever: true, pain: 4, itching: 2, blisters: "many", missed_doses: 2, raw: false };
  const entries = checkInsOf(plan, [tapped("old", { day: 3, answers: { pain: 9 } }), tapped("a", { day: 4, answers })]);
  expect(severitiesBefore(entries, 5)).toEqual({ pain: 4, itching: 2 });
  expect(severitiesBefore(entries, 7)).toBeNull();
});

test("yesterday may be added when it was asked for and has no entry", () => {
  const asked = new Set(["2026-11-19"]);
  expect(missedYesterday(plan, [], "2026-11-20", asked)).toBe(true);
  expect(missedYesterday(plan, [], "2026-11-20", new Set())).toBe(false);
  expect(missedYesterday(plan, checkInsOf(plan, [tapped("a", { day: 4 })]), "2026-11-20", asked)).toBe(false);
});

test("a sign that was shown and not ticked is an explicit no, and one that was not shown is no answer", () => {
  expect(withNoToOthers(["fever", "smell"], { overall: "same", smell: true })).toEqual({ overall: "same", fever: false, smell: true });
});

test("only a plain yes is a ticked sign", () => {
  expect(tickedOf({ fever: true, smell: false, pain: 9, overall: "worse" })).toEqual(["fever"]);
});

test("every way of asking has its items, and the colour of fluid is asked only where there is some", () => {
  expect(["redness", "pain", "blisters", "missed_doses", "fever"].map(kindOf)).toEqual(["graded", "pain", "choice", "count", "yes_no"]);
  expect([0, 1].map((oozing) => isAsked("oozing_colour", { oozing }))).toEqual([false, true]);
  expect([3, 4].map((pain) => isAsked("pain_unrelieved", { pain }))).toEqual([false, true]);
  expect(isAsked("redness", {})).toBe(true);
});

test.each([
  ["emergency", "11:00", "11:10"], ["same_day", "11:00", "12:00"], ["same_day", "17:00", "17:30"], ["emergency", "17:25", "17:30"],
  ["same_day", "18:00", "18:00"], ["emergency", "03:00", "03:00"],
] as const)("an unseen %s of %s is to be called about from %s on", (level, made, from) => {
  const clock = (time: string) => Date.parse(`2026-11-20T${time}:00Z`);
  expect(callAt(clinic, level, clock(made))).toBe(clock(from));
});

test.each(["tell_clinic", "expected", "not_complete", null] as const)("%s has no minute at which it must have been seen", (level) => {
  expect(callAt(clinic, level, NOW)).toBeNull();
});

const alert = (check_in_ids: string[], more = {}) =>
  ({ id: "alert", state: "open" as const, level: null, opened_at: at(NOW), seen_at: null, call_at: null, check_in_ids, ...more });
const standing = (events: CheckInEvent[], told: ReturnType<typeof alert> | null, now = NOW) =>
  standingOf(checkInsOf(plan, events), told, now, dateOf)?.id ?? null;

test("the card on Today is that of the latest check-in, with a late one for yesterday behind it", () => {
  expect(standing([tapped("today", { level: "same_day", hours_ago: 2 }), tapped("late", { day: 4, level: "expected" })], null)).toBe("today");
  expect(standing([tapped("first", { level: "expected", hours_ago: 2 }), tapped("next", { level: "expected" })], null)).toBe("next");
});

test("a red flag that the clinic cannot know of yet does not give way to a calmer check-in", () => {
  const events = [tapped("flag", { level: "emergency", hours_ago: 2 }), tapped("calm", { level: "expected" })];
  expect(standing(events, null)).toBe("flag");
  expect(standing(events, alert(["another"], { state: "closed" }))).toBe("flag");
});

test("what is answered in words or kinds counts as ticked, and worried too", () => {
  expect(tickedOf({ blisters: "none", oozing_colour: "clear", overall: "same" })).toEqual([]);
  expect(tickedOf({ blisters: "many", oozing_colour: "blood", overall: "worried" })).toEqual(["blisters", "oozing_colour", "worried"]);
});

test("details added later let nobody wait anew", () => {
  const events = [tapped("first", { level: "emergency", hours_ago: 2 }), { ...tapped("more", { level: "emergency" }), supersedes: "first" }];
  expect(checkInsOf(plan, events)).toMatchObject([{ id: "more", since: NOW - 2 * 3600_000 }]);
});

test("a red flag that the clinic was told of gives way to a calmer check-in only once it was seen", () => {
  const events = [tapped("flag", { level: "emergency", hours_ago: 2 }), tapped("calm", { level: "expected" })];
  expect(standing(events, alert(["flag"]))).toBe("flag");
  expect(standing(events, alert(["flag"], { state: "acknowledged" }))).toBe("flag");
  expect(standing(events, alert(["flag"], { seen_at: at(NOW) }))).toBe("calm");
  expect(standing(events, alert(["flag"], { state: "closed" }))).toBe("calm");
});

test("a card leaves Today when its alert is closed, and what needs nobody leaves with its day", () => {
  const flag = [tapped("flag", { level: "same_day", hours_ago: 20 })];
  expect(standing(flag, alert(["flag"], { state: "closed" }))).toBeNull();
  expect(standing(flag, null)).toBe("flag");
  expect(standing(flag, null, NOW + 60 * HOUR)).toBeNull();
  expect(standing(flag, alert(["flag"], { seen_at: at(NOW - HOUR) }))).toBe("flag");
  expect(standing(flag, alert(["flag"], { seen_at: at(NOW - 15 * HOUR) }))).toBeNull();
  expect(standing([tapped("calm", { level: "expected", hours_ago: 1 })], null)).toBe("calm");
  expect(standing([tapped("calm", { level: "expected", hours_ago: 20 })], null)).toBeNull();
});

test("where no level is computed, a ticked sign keeps its card as a call does", () => {
  expect(standing([tapped("sign", { answers: { fever: true }, hours_ago: 20 })], null)).toBe("sign");
  expect(standing([tapped("none", { answers: { fever: false }, hours_ago: 20 })], null)).toBeNull();
});
