import { readFileSync } from "node:fs";
import { beforeEach, expect, test, vi } from "vitest";
import { sampleBundle } from "../../dev/sample";
import type { AgendaItem, Bundle } from "../../shared/api";
import { freshPhone, serverThat } from "../../shared/testing";

const NOW = Date.parse("2026-11-20T11:00:00Z"); // a Friday within opening hours
const DAY = 5;

beforeEach(() => {
  freshPhone();
  vi.useFakeTimers({ now: NOW, toFake: ["Date"] });
});

function checkInAt(clock: string, bundle: Bundle): AgendaItem {
  const due_at = `2026-11-20T${clock}:00.000Z`;
  const [item] = bundle.agenda[1]!.items;
  return { ...item!, kind: "check_in", step_id: `check_in_${clock}`, occurrence_ids: [`occurrence ${clock}`], due_at, snoozed_until: null, outcome: null };
}

/** A phone with a plan on day 5, asked at 10:00 and again at 20:00, and no network. */
async function phone(change: (bundle: Bundle) => void = () => {}) {
  const bundle = sampleBundle({ now: NOW, day: DAY });
  bundle.agenda[1]!.items.push(checkInAt("10:00", bundle), checkInAt("20:00", bundle));
  change(bundle);
  const here = { pathname: "/check-in", search: "", hash: "" };
  const page = { addEventListener: () => {}, documentElement: {}, visibilityState: "visible", querySelector: () => null };
  const history = { state: null as unknown, replaceState: (state: unknown) => (history.state = state) };
  for (const [name, value] of Object.entries({ location: here, document: page, addEventListener: () => {}, history, scrollTo: () => {} })) {
    vi.stubGlobal(name, value);
  }
  vi.stubGlobal("navigator", { onLine: false });
  serverThat(() => Promise.reject(new TypeError("offline")));
  const db = await import("../../shared/db");
  await db.change(["bundle"], (store) => store("bundle").put({ bundle, etag: null, asked_at: NOW }, "bundle"));
  await db.setMeta("device", { id: bundle.device.id, token: "token" });
  const store = await import("../store");
  await store.reload();
  const plan = store.bundle.value!.plans[0]!;
  const outbox = async () => (await db.read(["outbox"], (stores) => stores("outbox").all())).sort((a, b) => a.seq - b.seq);
  return {
    ...db, ...store, bundle, plan, outbox, history,
    ...(await import("./entries")), ...(await import("./form")), ...(await import("./where_it_is")), ...(await import("./advice")),
    ...(await import("./calls")), ...(await import("../actions")),
  };
}

const NONE = { overall: "better", fever: false, smell: false, very_ill: false, face_droop: false, sight_change: false, eye_pain: false, spreading: false, cold_sore: false };

test("a check-in and the step that asked for it are written down together, and a later one keeps its turn", async () => {
  const { plan, saveCheckIn, outbox } = await phone();
  const id = await saveCheckIn(plan, { day: DAY, answers: NONE, note: "" });
  const [checkIn, outcome, ...rest] = await outbox();
  expect(checkIn).toMatchObject({ id, kind: "check_in", plan_id: plan.id, day: DAY, answers: NONE, result: { level: "expected", rule_set: "sample" } });
  expect(checkIn).not.toHaveProperty("note");
  expect(outcome).toMatchObject({ kind: "outcome", value: "done", occurrence_ids: ["occurrence 10:00"] });
  expect(rest).toEqual([]);
});

test("what cannot be written down whole is not written down at all, and is not said to be", async () => {
  const { plan, saveCheckIn, outbox, setMeta, toast } = await phone();
  await setMeta("left", true);
  expect(await saveCheckIn(plan, { day: DAY, answers: NONE, note: "" })).toBeNull();
  expect(await outbox()).toEqual([]);
  expect(toast.value).toMatchObject({ text: "This could not be saved. Please try again." });
});

test("a ticked fever is judged on the phone, without a network", async () => {
  const { plan, saveCheckIn, find, adviceOf, isUnseen } = await phone();
  const id = await saveCheckIn(plan, { day: DAY, answers: { ...NONE, fever: true }, note: "" });
  const { checkIn } = find(id!)!;
  expect(checkIn).toMatchObject({ level: "same_day", result: { reasons: ["S03"] } });
  expect(adviceOf(checkIn)).toMatchObject({ title: "Call your clinic today.", why: "Say: \"Day 5 after laser.\" Then say what you ticked." });
  expect(isUnseen(checkIn)).toBe(false);
});

test("pain that rose since yesterday is found in what this phone remembers", async () => {
  const { plan, saveCheckIn, find } = await phone();
  const before = { ...NONE, pain: 2 };
  const yesterday = await saveCheckIn(plan, { day: DAY - 1, answers: before, note: "" });
  const today = await saveCheckIn(plan, { day: DAY, answers: { ...NONE, pain: 4 }, note: "" });
  expect(find(yesterday!)!.checkIn.level).toBe("expected");
  expect(find(today!)!.checkIn.result!.reasons).toContain("S05");
});

test("undo takes back the check-in and gives its step back, both at once", async () => {
  const { plan, saveCheckIn, find, outbox, toast } = await phone();
  const id = await saveCheckIn(plan, { day: DAY, answers: NONE, note: "" });
  toast.value!.undo!();
  await vi.waitFor(async () => expect(await outbox()).toHaveLength(4));
  expect((await outbox()).slice(2)).toMatchObject([
    { kind: "check_in_undo", check_in_id: id }, { kind: "outcome", value: "undone", occurrence_ids: ["occurrence 10:00"] },
  ]);
  await vi.waitFor(() => expect(find(id!)).toBeNull());
});

test("details are a new entry that replaces the first; taken back, the first stands again", async () => {
  const { plan, saveCheckIn, find, outbox, toast } = await phone();
  const first = await saveCheckIn(plan, { day: DAY, answers: NONE, note: "" });
  const details = await saveCheckIn(plan, { day: DAY, answers: { ...NONE, pain: 8 }, note: "since noon", replaces: first! });
  expect((await outbox()).filter(({ kind }) => kind === "outcome")).toHaveLength(1);
  expect((await outbox()).at(-1)).toMatchObject({ supersedes: first, note: "since noon", result: { level: "same_day" } });
  expect(find(first!)).toBeNull();
  toast.value!.undo!();
  await vi.waitFor(() => expect(find(details!)!.checkIn.id).toBe(first));
});

test("a check-in without its list leaves the step open, and the list added later settles it", async () => {
  const { plan, saveCheckIn, outbox } = await phone();
  const first = await saveCheckIn(plan, { day: DAY, answers: { overall: "same" }, note: "" });
  expect(await outbox()).toMatchObject([{ kind: "check_in", result: { level: "not_complete", reasons: [] } }]);
  await saveCheckIn(plan, { day: DAY, answers: NONE, note: "", replaces: first! });
  expect((await outbox()).map(({ kind }) => kind)).toEqual(["check_in", "check_in", "outcome"]);
});

test("all danger signs without a mood settle no check-in that was asked for", async () => {
  const { plan, saveCheckIn, outbox } = await phone();
  const { overall: _, ...signs } = NONE;
  await saveCheckIn(plan, { day: DAY, answers: { ...signs, self_harm: true }, note: "" });
  expect(await outbox()).toMatchObject([{ kind: "check_in", result: { level: "emergency" } }]);
});

test("a check-in asks the signs of its phase, with rules and without; none asks about self-harm", async () => {
  const { plan } = await phone();
  const { askedOn } = await import("./questions");
  const { rules } = plan;
  expect(askedOn(plan, DAY)).toMatchObject({ items: rules!.phases[2]!.items, safety: rules!.phases[2]!.safety });
  expect(rules!.phases.flatMap(({ safety }) => safety)).not.toContain("self_harm");
  const phases = plan.phases.map((phase, at) => ({ ...phase, items: rules!.phases[at]!.items, safety: rules!.phases[at]!.safety }));
  const leaflet = { ...plan, phases, rules: null };
  for (const day of [-90, -1, 0, DAY, 400]) expect(askedOn(leaflet, day)?.safety).toEqual(askedOn(plan, day)!.safety);
  const old = plan.phases.map(({ phase, first, last }) => ({ phase, first, last })) as typeof phases;
  expect(askedOn({ ...plan, phases: old }, DAY)).toBeNull(); // a bundle from before check-ins
});

test("in leaflet mode no level is computed, also where rules are on the phone", async () => {
  const { plan, saveCheckIn, find, outbox, adviceOf } = await phone((bundle) => (bundle.clinic = { ...bundle.clinic, triage_mode: "leaflet" }));
  const id = await saveCheckIn(plan, { day: DAY, answers: { ...NONE, fever: true }, note: "" });
  expect((await outbox())[0]).toMatchObject({ result: null });
  const { checkIn } = find(id!)!;
  expect(checkIn.level).toBeNull();
  expect(adviceOf(checkIn).title).toBe("These signs need a call.");
  expect(adviceOf({ ...checkIn, answers: NONE }).title).toBe("Your check-in is noted");
});

test("what was begun survives a page that the phone closes, and is gone once it is saved", async () => {
  const { plan, put, draft, takeUp, finish, getMeta, aim } = { ...(await phone()), ...(await import("../route")) };
  put(plan, DAY, { overall: "worse" });
  put(plan, DAY, { fever: true, smell: true });
  put(plan, DAY, { smell: undefined });
  await vi.waitFor(async () => expect((await getMeta("draft"))?.answers).toEqual({ overall: "worse", fever: true }));
  draft.value = null; // the page is gone
  await takeUp(plan, "another entry");
  expect(draft.value).toBeNull();
  await takeUp(plan, undefined);
  expect(draft.value).toMatchObject({ answers: { overall: "worse", fever: true }, day: DAY });
  await finish(plan, draft.value!);
  expect(await getMeta("draft")).toBeUndefined();
  expect(draft.value).toBeNull();
  expect(aim.value).toMatch(/^[\da-f-]{36}$/);
});

test("what was begun half a day ago, or for the day before yesterday, is not taken up", async () => {
  const { plan, draft, takeUp, setMeta } = await phone();
  const begun = { plan_id: plan.id, day: DAY, answers: { overall: "worse" }, note: "", at: NOW };
  for (const old of [{ ...begun, at: NOW - 13 * 3600_000 }, { ...begun, day: DAY - 2 }, { ...begun, plan_id: "other" }]) {
    await setMeta("draft", old);
    await takeUp(plan, undefined);
    expect(draft.value).toBeNull();
  }
  await setMeta("draft", { ...begun, day: DAY - 1 });
  await takeUp(plan, undefined);
  expect(draft.value).not.toBeNull();
});

test("the answer to a tap is shown before anything is read again, and in one go", async () => {
  const { plan, saveCheckIn, find, kept, toast } = await phone();
  const before = kept.value!.bundle;
  const shown: unknown[] = [];
  const toasts: unknown[] = [];
  toast.subscribe((it) => toasts.push([it?.text, shown.length]));
  const id = await saveCheckIn(plan, { day: DAY, answers: NONE, note: "" }, (made) => shown.push([made, find(made)?.checkIn.id, kept.value!.bundle === before]));
  expect(shown).toEqual([[id, id, true]]);
  expect(toasts).toEqual([[undefined, 0], ["Saved on this phone", 1]]);
});

test.each([
  ["half a day old", { at: NOW - 13 * 3600_000 }, 1], ["of another check-in", { replaces: "another" }, 0], ["of some days ago", { day: DAY - 3 }, 0],
] as const)("photos of what was begun are not lost when it is %s", async (_, more, moved) => {
  const { plan, draft, takeUp, put, getMeta, begin, read } = { ...(await phone()), ...(await import("../../shared/outbox")) };
  const photos = [{ slot: "front" as const, taken_at: "2026-11-20T10:00:00Z", type: "image/jpeg", bytes: new ArrayBuffer(3) }];
  await begin({ plan_id: plan.id, day: DAY, answers: {}, note: "", photos, replaces: "first", at: NOW, ...more });
  await takeUp(plan, "first");
  const waiting = () => read(["photos"], (stores) => stores("photos").all());
  await vi.waitFor(async () => expect(await waiting()).toHaveLength(moved));
  put(plan, DAY, { overall: "same" }, { replaces: "first" });
  await vi.waitFor(async () => expect((await getMeta("draft"))?.answers.overall).toBe("same"));
  const count = (await waiting()).length + ((await getMeta("draft"))?.photos?.length ?? 0);
  expect(count).toBe(1);
  draft.value = null;
});

test("an entry that is offered again to a restored server is there once", async () => {
  const { plan, saveCheckIn, checkIns, settle, reload, outbox } = { ...(await phone()), ...(await import("../../shared/outbox")) };
  const id = (await saveCheckIn(plan, { day: DAY, answers: NONE, note: "" }))!;
  await settle({ epoch: "before", results: [{ id, result: "rejected" }] });
  await settle({ epoch: "after the restore", results: [] });
  await reload();
  expect((await outbox()).map((event) => event.id)).toContain(id);
  expect(checkIns(plan).map((one) => one.id)).toEqual([id]);
});

test("before the treatment no advice names a day, and each still says something", async () => {
  const { bundle, change, reload } = await phone();
  const { textOf } = await import("./questions");
  const texts = readFileSync("pwa/protocols/texts/en/advice.yaml", "utf8").split("\n").filter((line) => /^ .*\{day\}/.test(line));
  const words = Object.fromEntries(texts.map((line, at) => [at, { title: "", body: line.replace(/^ *(why: |body: )?'?|'$/g, ""), why: "" }]));
  await change(["bundle"], (store) => store("bundle").put({ bundle: { ...bundle, words }, etag: null, asked_at: NOW }, "bundle"));
  await reload();
  expect(texts.length).toBeGreaterThan(30);
  for (const at of texts.keys()) {
    expect(textOf(`${at}`, 5).body).toContain("day 5".slice(-1));
    expect(textOf(`${at}`, -5).body).not.toMatch(/-5|\{|""|say:? *$/i);
    expect(textOf(`${at}`, -5).body.split('"').length % 2).toBe(1);
  }
});

test("details are offered only where there is something to ask", async () => {
  const { plan } = await phone();
  const { hasDetails } = await import("./questions");
  expect([hasDetails(plan, -5), hasDetails(plan, DAY)]).toEqual([false, true]);
});

test("all danger signs have blisters and thick fluid, each as the answer that it is", async () => {
  const { plan, finish, outbox, bundle } = await phone();
  const { groupsOf } = await import("./all_signs");
  const { answerOf, withNoToOthers } = await import("../../domain/check_ins");
  const tiles = groupsOf(bundle).flatMap(([, shown]) => shown);
  expect(tiles).toEqual(expect.arrayContaining(["blisters.few", "blisters.many", "blisters.grouped", "oozing_colour.yellow_green", "spreading"]));
  const ticked = Object.fromEntries(["blisters.many", "oozing_colour.yellow_green"].map(answerOf));
  await finish(plan, { day: DAY, answers: withNoToOthers(tiles, ticked), note: "" });
  const [{ answers, result }] = (await outbox()) as unknown as [{ answers: object; result: object }];
  expect(answers).toEqual({ ...Object.fromEntries(tiles.filter((tile) => !tile.includes(".")).map((sign) => [sign, false])), blisters: "many", oozing_colour: "yellow_green" });
  expect(result).toMatchObject({ level: "same_day", reasons: ["S03"] });
});

test("an entry that the server refuses keeps its card", async () => {
  const { plan, saveCheckIn, find, settle, reload, kept } = { ...(await phone()), ...(await import("../../shared/outbox")) };
  const id = await saveCheckIn(plan, { day: DAY, answers: { ...NONE, fever: true }, note: "" });
  await settle({ results: [{ id: id!, result: "rejected", reason: "unknown" }] });
  await reload();
  expect(kept.value!.rejected.map(({ event }) => event.id)).toEqual([id]);
  expect(find(id!)!.checkIn.level).toBe("same_day");
});

const alert = (id: string, more = {}): Bundle["alert"] =>
  ({ id: "alert", state: "open", level: "same_day", opened_at: "2026-11-20T11:00:00Z", seen_at: null, call_at: null, check_in_ids: [id], ...more });

test("nobody has seen it: said at the server's time or this phone's, whichever is first, until it is seen", async () => {
  const { plan, saveCheckIn, find, callFrom, kept } = await phone();
  const id = (await saveCheckIn(plan, { day: DAY, answers: { ...NONE, fever: true }, note: "" }))!;
  const from = (told: Bundle["alert"]) => {
    const { bundle, ...rest } = kept.value!;
    kept.value = { ...rest, bundle: { ...bundle!, bundle: { ...bundle!.bundle, alert: told } } };
    const at = callFrom(find(id)!.checkIn);
    return at && new Date(at).toISOString().slice(11, 16);
  };
  expect(from(null)).toBe("12:00");
  expect(from(alert("another"))).toBe("12:00");
  expect(from(alert(id, { call_at: "2026-11-20T11:20:00Z" }))).toBe("11:20");
  expect(from(alert(id, { call_at: "2026-11-21T09:20:00Z" }))).toBe("12:00");
  expect(from(alert(id, { state: "acknowledged" }))).toBe("12:00");
  expect(from(alert(id, { seen_at: "2026-11-20T11:10:00Z" }))).toBeNull();
  expect(from(alert(id, { state: "closed" }))).toBeNull();
});

test("whether the clinic was called is asked once the time is up, and again until it was", async () => {
  const { plan, saveCheckIn, find, keep, reload } = await phone();
  const { isAsked } = await import("./follow_up");
  const id = (await saveCheckIn(plan, { day: DAY, answers: { ...NONE, fever: true }, note: "" }))!;
  const askedAt = async (clock: string) => {
    vi.setSystemTime(Date.parse(`2026-11-20T${clock}:00Z`));
    await reload();
    return isAsked(find(id)!.checkIn);
  };
  expect([await askedAt("11:30"), await askedAt("12:00")]).toEqual([false, true]);
  await keep([{ kind: "called", alert: null, answer: "no_answer" }], null, "Saved");
  expect(await askedAt("12:05")).toBe(true);
  await keep([{ kind: "called", alert: null, answer: "yes" }], null, "Saved");
  expect(await askedAt("12:10")).toBe(false);
});

test.each([
  ["emergency", true, ["emergency", "day"]], ["emergency", false, ["emergency", "night"]], ["same_day", true, ["day"]], ["same_day", false, ["night"]],
  ["tell_clinic", false, ["day"]], ["expected", false, ["night"]], [null, true, ["day", "emergency"]],
] as const)("whom to call for %s (open: %s)", async (level, open, numbers) => {
  expect((await phone()).numbersFor(level, open)).toEqual(numbers);
});

test("a rise by the server is told in the level's words, not in those of the phone's rule", async () => {
  const { plan, saveCheckIn, find, adviceOf } = await phone();
  const id = await saveCheckIn(plan, { day: DAY, answers: { ...NONE, fever: true }, note: "" });
  const { checkIn } = find(id!)!;
  expect(adviceOf({ ...checkIn, level: "emergency", isRaised: true }).title).toBe("Call 999 now");
});
