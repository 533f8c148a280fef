import { expect, test } from "vitest";
import type { AgendaItem, PatientEvent, Plan, Restriction } from "../shared/api";
import { millis } from "../shared/clock";
import { sampleBundle } from "../dev/sample";
import { coolingAt, isCooling, minutesAndSeconds } from "./cooling";
import { addDays, daysBetween, instantOf, localDate, weekdayOf } from "./days";
import { opennessAt } from "./hours";
import { newsFor, overlay } from "./overlay";
import { questionsOn } from "./questions";
import { allowedOn, mayOn, opensOn } from "./restrictions";
import { doneDays, ribbon } from "./ribbon";
import { isPastWindow, plansInForce, todayView } from "./today";

const NOW = millis("2026-11-20T11:20:00Z");
const TODAY = "2026-11-20";
const bundle = () => sampleBundle({ now: NOW, day: 3 });
const plan = (): Plan => bundle().plans[0]!;
const item = (step: string): AgendaItem =>
  bundle().agenda.find(({ date }) => date === TODAY)!.items.find(({ step_id }) => step_id === step)!;

let seq = 0;
const event = (rest: object): PatientEvent =>
  ({ id: `e${++seq}`, seq, schema: 1, tapped_at: "2026-11-20T11:21:00Z", zone: "Europe/London", ...rest }) as PatientEvent;
const outcome = (step: string, value: string, more: object = {}) =>
  event({ kind: "outcome", occurrence_ids: item(step).occurrence_ids, value, ...more });
const find = (it: ReturnType<typeof bundle>, step: string) =>
  it.agenda[1]!.items.find(({ step_id }) => step_id === step)!;

test("Done shows at once and after a reload, before it is sent", () => {
  expect(find(overlay(bundle(), [outcome("cooling_noon", "done")]), "cooling_noon").outcome).toBe("done");
});

test("undo gives the item back, and the last tap wins", () => {
  const taps = [outcome("cooling_noon", "done"), outcome("cooling_noon", "undone"), outcome("cooling_noon", "skipped")];
  expect(find(overlay(bundle(), taps.slice(0, 2)), "cooling_noon").outcome).toBeNull();
  expect(find(overlay(bundle(), taps), "cooling_noon").outcome).toBe("skipped");
});

test("a snooze moves the item to its new time", () => {
  const until = "2026-11-20T11:51:00Z";
  expect(find(overlay(bundle(), [outcome("cooling_noon", "snoozed", { until })]), "cooling_noon")).toMatchObject({ outcome: "snoozed", snoozed_until: until });
});

test("an answered fact and changed settings are shown before they are sent", () => {
  const settings = { ...bundle().settings, wake: "06:15" };
  const it = overlay(bundle(), [event({ kind: "fact", plan_id: "plan-1", name: "skin_closed", value: true }), event({ kind: "settings", settings })]);
  expect(it.plans[0]!.facts[0]).toMatchObject({ value: true });
  expect(it.settings.wake).toBe("06:15");
});

test("an acknowledged event is overlaid only until a bundle that knows it has come", () => {
  const tap = outcome("cooling_noon", "done");
  const kept = (asked_at: number) => ({ bundle: bundle(), etag: null, asked_at });
  const shadow = [{ event: tap, result: "stored" as const, reason: "", at: 1000 }];
  expect(newsFor(kept(900), [], shadow)).toEqual([tap]);
  expect(newsFor(kept(1001), [], shadow)).toEqual([]);
  expect(newsFor(kept(1001), [tap], shadow)).toEqual([tap]);
});

test("an event of a later version changes nothing and breaks nothing", () => {
  expect(overlay(bundle(), [event({ kind: "of_a_later_version" })])).toEqual(bundle());
});

test("the next thing is the earliest that is due and still useful", () => {
  expect(todayView(bundle(), TODAY, NOW, []).now?.step_id).toBe("sun_strict");
});

test("what is settled makes room, and with nothing due the next one is named", () => {
  const it = overlay(bundle(), [outcome("sun_strict", "done"), outcome("cooling_noon", "done")]);
  const view = todayView(it, TODAY, NOW, []);
  expect(view.now).toBeNull();
  expect(view.next?.step_id).toBe("ointment_noon");
});

test("the item of the notification that was tapped comes first, even before its time", () => {
  expect(todayView(bundle(), TODAY, NOW, item("antiviral").occurrence_ids).now?.step_id).toBe("antiviral");
});

test("a tapped notification of something already done opens the ordinary Today", () => {
  const it = overlay(bundle(), [outcome("antiviral", "done")]);
  expect(todayView(it, TODAY, NOW, item("antiviral").occurrence_ids).now?.step_id).toBe("sun_strict");
});

test("a snoozed item waits for its new time and then asks again", () => {
  const it = overlay(bundle(), [outcome("sun_strict", "snoozed", { until: "2026-11-20T12:00:00Z" })]);
  expect(todayView(it, TODAY, NOW, []).now?.step_id).toBe("cooling_noon");
  expect(todayView(overlay(it, [outcome("cooling_noon", "done")]), TODAY, millis("2026-11-20T12:00:00Z"), []).now?.step_id).toBe("sun_strict");
});

test("a copy that ends before today does not pass for today's plan", () => {
  expect(isPastWindow(bundle(), "2026-12-04")).toBe(false);
  expect(isPastWindow(bundle(), "2026-12-05")).toBe(true);
});

test("drafts and revoked plans are not lived by; a finished one stands last", () => {
  const old = { ...plan(), id: "old", treated_on: "2026-11-19", status: "completed" as const };
  const plans = [old, plan(), { ...plan(), id: "gone", status: "revoked" as const }, { ...plan(), id: "draft", status: "draft" as const }];
  expect(plansInForce(plans, TODAY).map(({ id }) => id)).toEqual(["plan-1", "old"]);
});

test("the skin question comes from its day on; not yet rests until tomorrow; yes ends it", () => {
  const dateOf = (at: number) => localDate(at, "Europe/London");
  const asked = (fact: object, today = TODAY) =>
    questionsOn({ ...plan(), facts: [{ ...plan().facts[0]!, ...fact }] }, today, dateOf, []).length;
  expect(asked({})).toBe(1);
  expect(asked({ ask_from: "2026-11-21" })).toBe(0);
  expect(asked({ value: false, recorded_at: "2026-11-20T08:00:00Z" })).toBe(0);
  expect(asked({ value: false, recorded_at: "2026-11-20T08:00:00Z" }, "2026-11-21")).toBe(1);
  expect(asked({ value: true, recorded_at: "2026-11-01T08:00:00Z" })).toBe(0);
});

test("an undo is no answer: the question does not rest, whether or not the server knows of it; a not yet after it does", () => {
  const dateOf = (at: number) => localDate(at, "Europe/London");
  const tap = (value: boolean, tapped_at: string, undo?: true) =>
    event({ kind: "fact", plan_id: "plan-1", name: "skin_closed", value, tapped_at, ...(undo && { undo }) });
  const taps = [tap(true, "2026-11-20T11:21:00.000Z"), tap(false, "2026-11-20T11:21:05.000Z", true)];
  expect(questionsOn(overlay(bundle(), taps).plans[0]!, TODAY, dateOf, taps)).toHaveLength(1);
  const told = { ...plan(), facts: [{ ...plan().facts[0]!, value: false, recorded_at: "2026-11-20T11:21:05.000Z" }] };
  expect(questionsOn(told, TODAY, dateOf, taps)).toHaveLength(1);
  const more = [...taps, tap(false, "2026-11-20T11:21:09.000Z")];
  expect(questionsOn(overlay(bundle(), more).plans[0]!, TODAY, dateOf, more)).toHaveLength(0);
});

test("an undo brings back the later before it, and the same tap twice is taken back as one", () => {
  const until = "2026-11-20T11:51:00Z";
  const put_off = outcome("cooling_noon", "snoozed", { until });
  const taps = [put_off, outcome("cooling_noon", "done"), outcome("cooling_noon", "done"), outcome("cooling_noon", "undone")];
  expect(find(overlay(bundle(), taps), "cooling_noon")).toMatchObject({ outcome: "snoozed", snoozed_until: until });
});

test("what was put off past midnight is there after midnight, while it is useful, and can still be settled", () => {
  const put_off = outcome("head_up", "snoozed", { until: "2026-11-21T00:10:00Z" });
  const it = overlay(bundle(), [put_off]);
  const view = (at: string, of = it) => todayView(of, "2026-11-21", millis(at), []);
  expect(view("2026-11-21T00:05:00Z")).toMatchObject({ now: null, next: { step_id: "head_up" } });
  expect(view("2026-11-21T00:05:00Z").day!.items[0]!.step_id).toBe("head_up");
  expect(view("2026-11-21T00:10:00Z").now?.step_id).toBe("head_up");
  expect(view("2026-11-21T02:10:00Z").now).toBeNull();
  expect(view("2026-11-21T02:10:00Z").day!.items.every(({ due_at }) => due_at.startsWith("2026-11-21"))).toBe(true);
  expect(view("2026-11-21T00:11:00Z", overlay(it, [outcome("head_up", "done")])).now).toBeNull();
  const told = { due_at: "2026-11-21T00:10:00Z", useful_until: "2026-11-21T00:00:00Z" }; // as the server says it back
  const synced = { ...it, agenda: it.agenda.map((day) => ({ ...day, items: day.items.map((each) => (each.outcome === "snoozed" ? { ...each, ...told } : each)) })) };
  expect(view("2026-11-21T00:11:00Z", synced).now?.step_id).toBe("head_up");
});

const rule = (rest: Partial<Restriction>): Restriction =>
  ({ id: "x", title: "Wear make-up", body: "", since: "2026-11-17", until: "2026-11-27", fact: null, never: false, ...rest });
const facts = (value: boolean | null) => [{ ...plan().facts[0]!, value }];

test("a restriction counts the days that are left", () => {
  expect(allowedOn(rule({}), facts(null), TODAY)).toEqual({ state: "wait", until: "2026-11-27", days_left: 7, and: [] });
  expect(allowedOn(rule({}), facts(null), "2026-11-26")).toMatchObject({ state: "wait", days_left: 1 });
  expect(allowedOn(rule({}), facts(null), "2026-11-27")).toEqual({ state: "free" });
});

test("both the day and the fact must hold; unanswered is not yes", () => {
  const both = rule({ fact: "skin_closed" });
  expect(allowedOn(both, facts(null), TODAY)).toMatchObject({ state: "wait", and: ["skin_closed"] });
  expect(allowedOn(both, facts(true), TODAY)).toMatchObject({ state: "wait", and: [] });
  for (const value of [null, false]) expect(allowedOn(both, facts(value), "2026-12-30")).toEqual({ state: "wait_for", facts: ["skin_closed"] });
  expect(allowedOn(both, facts(true), "2026-12-30").state).toBe("free");
  expect(allowedOn(both, [], "2026-12-30").state).toBe("wait_for");
});

test("without a date and without a fact the clinic decides", () => {
  expect(allowedOn(rule({ until: null }), [], TODAY)).toEqual({ state: "ask" });
  expect(allowedOn(rule({ until: null, fact: "skin_closed" }), facts(null), TODAY)).toEqual({ state: "wait_for", facts: ["skin_closed"] });
  expect(allowedOn(rule({ since: "2026-11-25" }), [], TODAY)).toEqual({ state: "not_yet_begun", since: "2026-11-25" });
});

const plansWith = (...lists: Restriction[][]): Plan[] =>
  lists.map((restrictions, at) => ({ ...plan(), id: `plan-${at}`, restrictions, facts: facts(null) }));
const states = (plans: Plan[], today = TODAY) => mayOn(plans, today).map(({ allowed }) => allowed);

test("what is never licensed reads do not during its days, and after them it is no longer spoken of", () => {
  const pick = rule({ title: "Pick, peel or rub", fact: "skin_closed", never: true });
  expect(states(plansWith([pick]))).toEqual([{ state: "never" }]);
  expect(states(plansWith([pick]), "2026-12-30")).toEqual([{ state: "never" }]); // open skin still
  const closed = plansWith([pick]).map((it) => ({ ...it, facts: facts(true) }));
  expect(states(closed, "2026-11-27")).toEqual([]);
  expect(opensOn(closed, "2026-11-27")).toEqual([]);
  expect(states(plansWith([{ ...pick, until: null, fact: null }]), "2030-01-01")).toEqual([{ state: "never" }]);
});

test.each([[0, 1], [1, 0]])("the same thing in two plans is one row, and the strictest wins, whichever stands first", (...order) => {
  const inOrder = (one: Restriction, other: Restriction) => states(plansWith(...order.map((at) => [[one, other][at]!])));
  const bruise = rule({ id: "swim_bruise", until: null, fact: "bruise_gone" });
  expect(inOrder(rule({}), rule({ until: "2026-12-01", fact: "skin_closed" }))).toEqual([{ state: "wait", until: "2026-12-01", days_left: 11, and: ["skin_closed"] }]);
  expect(inOrder(rule({ fact: "skin_closed" }), rule({ until: "2026-12-01" }))).toEqual([{ state: "wait", until: "2026-12-01", days_left: 11, and: ["skin_closed"] }]);
  expect(inOrder(bruise, rule({}))).toEqual([{ state: "wait", until: "2026-11-27", days_left: 7, and: ["bruise_gone"] }]);
  expect(inOrder(bruise, rule({ until: "2026-11-18" }))).toEqual([{ state: "wait_for", facts: ["bruise_gone"] }]);
  expect(inOrder(bruise, rule({ until: null }))).toEqual([{ state: "ask" }]);
  expect(inOrder(rule({ never: true }), rule({ until: "2026-12-01" }))).toEqual([{ state: "never" }]);
  expect(inOrder(rule({ never: true, until: "2026-11-19" }), rule({ until: "2026-11-19" }))).toEqual([]);
});

test("the words of a merged row are those of the stricter rule", () => {
  const rows = mayOn(plansWith([rule({ body: "early" })], [rule({ body: "late", until: "2026-12-01" })]), TODAY);
  expect(rows.map(({ body }) => body)).toEqual(["late"]);
});

test("one plan may wait for two facts before one thing, and the one that is missing is the one it names", () => {
  const scabs = rule({ id: "swim", until: null, fact: "scabs_gone" });
  const open = rule({ id: "swim_open", until: null, fact: "skin_closed" });
  const said = (scabs_gone: boolean, skin_closed: boolean) =>
    plansWith([scabs, open]).map((it) => ({ ...it, facts: [{ ...facts(scabs_gone)[0]!, name: "scabs_gone" as const }, ...facts(skin_closed)] }));
  expect(states(said(false, false))).toEqual([{ state: "wait_for", facts: ["scabs_gone", "skin_closed"] }]);
  expect(states(said(true, false))).toEqual([{ state: "wait_for", facts: ["skin_closed"] }]);
  expect(states(said(false, true))).toEqual([{ state: "wait_for", facts: ["scabs_gone"] }]);
  expect(states(said(true, true))).toEqual([{ state: "free" }]);
});

test("a day opens a thing once for all plans, with what is still missing, and never on open skin without saying so", () => {
  const both = plansWith([rule({ fact: "skin_closed" })], [rule({ id: "y", until: "2026-12-01" })]);
  expect(opensOn(both, "2026-11-27")).toEqual([]);
  expect(opensOn(both, "2026-12-01")).toEqual([{ title: "Wear make-up", and: ["skin_closed"] }]);
  expect(opensOn(both, "2026-12-02")).toEqual([]);
  expect(opensOn(both.map((it) => ({ ...it, facts: facts(true) })), "2026-12-01")).toEqual([{ title: "Wear make-up", and: [] }]);
  expect(opensOn(plansWith([rule({}), rule({ id: "y", title: "Shave", until: null })]), "2026-11-27")).toEqual([{ title: "Wear make-up", and: [] }]);
});

test.each([-42, -3, 0, 3, 14, 15, 90, 180, 185])("the ribbon of a 180-day plan on day %i has every day once, at most 60 cells, and today alone", (today) => {
  const cells = ribbon(plan(), today, new Set());
  expect(cells.length).toBeLessThanOrEqual(60);
  const days = cells.flatMap(({ first, last }) => Array.from({ length: last - first + 1 }, (_, at) => first + at));
  expect(days).toEqual(Array.from({ length: days.length }, (_, at) => days[0]! + at));
  expect(cells.filter((cell) => cell.today)).toMatchObject([{ first: today, last: today, label: "today" }]);
  expect(days.at(-1)).toBe(Math.max(180, today));
});

test("a short plan is shown day by day", () => {
  const short = { ...plan(), last_day: 28, phases: [{ phase: "acute" as const, first: 0, last: 3, items: [], safety: [] }, { phase: "healing" as const, first: 4, last: 28, items: [], safety: [] }] };
  expect(ribbon(short, 5, new Set()).every(({ first, last }) => first === last)).toBe(true);
});

test("gathered days never cross a phase and keep the mark of any of their days", () => {
  const cells = ribbon(plan(), 3, new Set([2, 100]));
  for (const { first, last, phase } of cells) {
    for (const day of [first, last]) expect(plan().phases.find((each) => each.first <= day && day <= each.last)?.phase).toBe(phase);
  }
  expect(cells.filter(({ marked }) => marked).map(({ first, last }) => [2, 100].some((day) => first <= day && day <= last))).toEqual([true, true]);
});

test("labels under the ribbon leave each other room", () => {
  for (let today = 0; today <= 180; today += 1) {
    const at = ribbon(plan(), today, new Set()).flatMap(({ label }, index) => (label ? [index] : []));
    const gaps = at.slice(1).map((index, before) => index - at[before]!);
    expect(Math.min(...gaps, 4)).toBeGreaterThanOrEqual(4);
  }
});

test("a day is marked when something was done on it, and not when it was taken back", () => {
  const dateOf = (at: number) => localDate(at, "Europe/London");
  const tap = { ...outcome("antiviral", "done"), tapped_at: "2026-11-18T09:00:00Z" };
  expect([...doneDays(plan(), [], [tap], dateOf)]).toEqual([1]);
  expect([...doneDays(plan(), [], [tap, outcome("antiviral", "undone")], dateOf)]).toEqual([]);
});

test("local days and wall-clock times survive the changes of the clock", () => {
  expect(localDate(millis("2026-03-29T00:30:00Z"), "Europe/London")).toBe("2026-03-29");
  expect(instantOf("2026-03-29", "09:00", "Europe/London")).toBe(millis("2026-03-29T08:00:00Z"));
  expect(instantOf("2026-10-25", "09:00", "Europe/London")).toBe(millis("2026-10-25T09:00:00Z"));
  expect(instantOf("2026-11-20", "09:00", "Pacific/Auckland")).toBe(millis("2026-11-19T20:00:00Z"));
  expect(daysBetween("2026-03-20", "2026-04-03")).toBe(14);
  expect(addDays("2026-02-27", 2)).toBe("2026-03-01");
  expect(weekdayOf("2026-11-20")).toBe(4);
});

test("the clinic is open in its own hours, whatever the phone's zone, and a holiday closes it", () => {
  const { clinic } = bundle();
  expect(opennessAt(clinic, NOW)).toEqual({ open: true, changes_at: millis("2026-11-20T17:30:00Z") });
  expect(opennessAt(clinic, millis("2026-11-20T17:30:00Z"))).toEqual({ open: false, changes_at: millis("2026-11-23T09:00:00Z") });
  expect(opennessAt({ ...clinic, holidays: ["2026-11-23"] }, millis("2026-11-21T12:00:00Z")).changes_at).toBe(millis("2026-11-24T09:00:00Z"));
  expect(opennessAt({ ...clinic, hours: [] }, NOW)).toEqual({ open: false, changes_at: null });
});

test("a cooling timer that nobody stopped leaves the top a few minutes after its longest time", () => {
  expect(isCooling(0, 900, 900_000)).toBe(true); // "Time is up" is still to be seen
  expect(isCooling(0, 900, 20 * 60_000)).toBe(false);
  expect(isCooling(0, 300, 10 * 60_000)).toBe(false);
  expect(isCooling(60_000, 900, 0)).toBe(false);
});

test("cooling ends on time, and a clock that is turned back adds nothing", () => {
  expect(coolingAt(0, 600, 0)).toEqual({ left: 600, over: false });
  expect(coolingAt(0, 600, 599_999)).toEqual({ left: 1, over: false });
  expect(coolingAt(0, 600, 600_000)).toEqual({ left: 0, over: true });
  expect(coolingAt(0, 600, 9e9)).toEqual({ left: 0, over: true });
  expect(coolingAt(60_000, 600, 0)).toEqual({ left: 0, over: true });
  expect(coolingAt(300, 600, 0)).toEqual({ left: 600, over: false });
  expect(minutesAndSeconds(65)).toBe("1:05");
});
