import { beforeEach, expect, test, vi } from "vitest";
import { answering, bundleOf, CONFIRM, done, freshPhone, inside, load, sentIds, serverThat } from "./testing";

beforeEach(() => {
  freshPhone();
  vi.stubGlobal("navigator", {});
});

test("leaving wipes everything but the fact of having left", async () => {
  const phone = await load();
  await done(phone, "a");
  await phone.setMeta("device", { id: "d", token: "secret" });
  await phone.wipe();
  expect(await phone.waiting()).toEqual([]);
  expect(await phone.getMeta("device")).toBeUndefined();
  expect(await phone.getMeta("left")).toBe(true);
});

test("while it is being asked whose phone this is, nothing is sent", async () => {
  const phone = await load();
  await done(phone, "a");
  await phone.setMeta("joining", CONFIRM);
  const asked = serverThat(answering("stored"));
  expect(await phone.flush()).toBe("later");
  expect(asked).toEqual([]);
});

test("a tap in a tab that still shows a plan this phone has left is refused", async () => {
  const phone = await load();
  const old = await bundleOf("old");
  const tap = () => phone.record({ kind: "outcome", occurrence_ids: ["a"], value: "done" }, old);
  await phone.wipe();
  await expect(tap()).rejects.toThrow();
  await phone.setMeta("left", undefined);
  await phone.setMeta("device", { id: "next", token: "t" });
  await expect(tap()).rejects.toThrow();
  expect(await phone.waiting()).toEqual([]);
});

test("what was made under another device is not sent under the next one, and the patient sees it", async () => {
  const phone = await load();
  const event = await phone.record({ kind: "outcome", occurrence_ids: ["a"], value: "done" }, await bundleOf("old"));
  await phone.setMeta("device", { id: "next", token: "t" });
  const asked = serverThat(answering("stored"));
  expect(await phone.flush()).toBe("sent");
  expect(sentIds(asked)).toEqual([]);
  expect(await inside(phone, "rejected")).toMatchObject([{ event: { id: event.id }, reason: "other_device" }]);
});

test("the device an event was made under is the phone's own note and is not sent", async () => {
  const phone = await load();
  await phone.record({ kind: "outcome", occurrence_ids: ["a"], value: "done" }, await bundleOf("d"));
  const asked = serverThat(answering("stored"));
  await phone.flush();
  expect(JSON.stringify(asked.map(({ body }) => body))).not.toContain("device_id");
});

test("every wipe is told to the other tabs", async () => {
  const phone = await load();
  const other = new BroadcastChannel("afterbeam");
  const told = new Promise((resolve) => (other.onmessage = resolve));
  await phone.wipe();
  await told;
  other.close();
});

test.each(["left", "confirm"])("no plan is fetched while the phone is at %s", async (state) => {
  const phone = await load();
  if (state === "left") await phone.wipe();
  else await phone.setMeta("joining", CONFIRM);
  const sample = await bundleOf("d");
  const asked = serverThat(() => ({ status: 200, body: sample }));
  expect(await phone.refreshBundle()).toBe(false);
  expect(asked).toEqual([]);
});

test.each([200, 304])("a plan that was on its way (%i) when the phone was wiped is not kept", async (status) => {
  const phone = await load();
  const sample = await bundleOf("d");
  serverThat(() => ({ status: 200, body: sample, etag: '"1"' }));
  await phone.refreshBundle();
  vi.stubGlobal("fetch", async () => {
    await phone.wipe();
    return new Response(status === 200 ? JSON.stringify(sample) : null, { status });
  });
  expect(await phone.refreshBundle()).toBe(false);
  expect(await phone.keptBundle()).toBeUndefined();
});

test("a server that waits for the answer signs the phone out with that reason", async () => {
  const phone = await load();
  const event = await done(phone, "a");
  serverThat(() => ({ status: 403, body: { code: "not_confirmed" } }));
  expect(await phone.flush()).toBe("signed_out");
  expect(await phone.getMeta("signed_out")).toBe("not_confirmed");
  expect(await phone.waiting()).toEqual([event]);
});
