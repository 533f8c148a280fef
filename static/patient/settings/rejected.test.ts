import { beforeEach, expect, test, vi } from "vitest";
import { sampleBundle } from "../../dev/sample";
import { answering, freshPhone, serverThat } from "../../shared/testing";

const bundle = sampleBundle({ now: Date.now(), day: 3 });
const REFUSED = "Quiet hours can be at most 16 hours long.";

beforeEach(() => {
  freshPhone();
  vi.stubGlobal("navigator", { onLine: true });
  vi.stubGlobal("location", { pathname: "/settings", hash: "" });
  vi.stubGlobal("document", { documentElement: {}, visibilityState: "visible", querySelector: () => null });
  vi.stubGlobal("window", {});
});

/** A phone whose change of settings the server has just refused. */
async function refused(change: Partial<typeof bundle.settings> = { quiet_start: "12:00" }) {
  const phone = { ...(await import("../../shared/db")), ...(await import("../../shared/outbox")), ...(await import("../store")) };
  await phone.change(["bundle"], (store) => store("bundle").put({ bundle, etag: null, asked_at: 0 }, "bundle"));
  await phone.record({ kind: "settings", settings: { ...bundle.settings, ...change } }, bundle);
  await phone.reload();
  expect(phone.bundle.value!.settings).toMatchObject(change);
  serverThat((request) => {
    if (!request.path.endsWith("sync")) return { status: 200, body: bundle };
    const { status, body } = answering("rejected")(request);
    return { status, body: { ...body, results: body.results.map((one) => ({ ...one, reason: REFUSED })) } };
  });
  await (await import("../sync_loop")).syncNow();
  return { ...phone, ...(await import("./rejected")), ...(await import("./refused")), ...(await import("../../shared/words/settings")) };
}

test("refused settings are named, with the server's reason, and those in force are shown", async () => {
  const phone = await refused({ quiet_start: "12:00", lock_screen: 2 });
  expect(phone.bundle.value!.settings).toEqual(bundle.settings);
  expect(await phone.getMeta("lock_screen")).toBe(bundle.settings.lock_screen);
  const words = phone.settingsWords();
  const { what, why } = phone.refusal(phone.unseen.value[0]!);
  expect(what).toContain(`${words.entry.settings} · ${words.quiet_from} 12:00 · ${words.lock}: ${words.levels[2]![0]}`);
  expect(what).not.toContain(words.wake);
  expect(why).toBe(words.why(REFUSED));
});

test("what was seen is not brought up again, and is still on the phone", async () => {
  const phone = await refused();
  const { event } = phone.unseen.value[0]!;
  const before = phone.refusal(phone.unseen.value[0]!);
  await phone.hide(event.id);
  expect(phone.unseen.value).toEqual([]);
  expect(phone.kept.value!.rejected).toMatchObject([{ event, reason: REFUSED }]);
  await phone.record({ kind: "settings", settings: { ...bundle.settings, lock_screen: 2 } }, bundle);
  await phone.reload();
  expect(phone.refusal(phone.kept.value!.rejected[0]!)).toEqual(before);
});

test.each([["http_422", "unreadable"], ["other_device", "other_device"], ["other_patient", "other_patient"], ["", "no_reason"]] as const)(
  "the code %j of this phone becomes a sentence", async (reason, name) => {
    const { refusal, settingsWords, unseen } = await refused();
    expect(refusal({ ...unseen.value[0]!, reason }).why).toBe(settingsWords().why(settingsWords()[name]));
  });

test.each([undefined, "Settings · Quiet from 12:00"])("of what may be of the person before only its kind is told (%s)", async (seen) => {
  const { refusal, settingsWords, unseen } = await refused();
  const { event, ...rest } = unseen.value[0]!;
  const { what } = refusal({ ...rest, event: { ...event, device_id: "before" }, ...(seen && { seen }) });
  expect(what.endsWith(` · ${settingsWords().entry.settings}`)).toBe(true);
});

test("a refused Done is named by its step and an answer by its question", async () => {
  const { refusal, unseen, settingsWords } = await refused();
  const { event, ...rest } = unseen.value[0]!;
  const [item] = bundle.agenda[1]!.items;
  const [fact] = bundle.plans[0]!.facts;
  const done = { ...event, kind: "outcome", value: "done", occurrence_ids: item!.occurrence_ids } as typeof event;
  const no = { ...event, kind: "fact", plan_id: bundle.plans[0]!.id, name: fact!.name, value: false } as typeof event;
  expect(refusal({ ...rest, event: done }).what).toContain(`${settingsWords().entry.done} · ${item!.title}`);
  expect(refusal({ ...rest, event: no }).what).toContain(`${fact!.question} · Not yet`);
});

test("the list shows every refused thing, and the foot of each screen counts those not seen", async () => {
  const phone = await refused();
  const { Status } = await import("../status");
  const { shellWords } = await import("../../shared/words/shell");
  const says = () => JSON.stringify(Status());
  expect(says()).toContain(shellWords().refused(1));
  await phone.hide(phone.unseen.value[0]!.event.id);
  expect(says()).not.toContain(shellWords().refused(1));
});
