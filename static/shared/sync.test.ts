import { beforeEach, expect, test, vi } from "vitest";
import type { PatientEvent, SyncRequest } from "./api";
import { answering, bundleOf, done, freshPhone, inside, load, sentIds, serverThat } from "./testing";

beforeEach(() => {
  freshPhone();
  vi.stubGlobal("navigator", {});
});

test("an event is on the disk before anything is sent", async () => {
  const phone = await load();
  const asked = serverThat(() => Promise.reject(new TypeError("offline")));
  const event = await done(phone, "a");
  expect(asked).toEqual([]);
  expect(await phone.waiting()).toEqual([event]);
});

test("sequence numbers of a phone start at 1 and have no gaps, also when taps race", async () => {
  const phone = await load();
  await Promise.all(["a", "b", "c", "d"].map((id) => done(phone, id)));
  expect((await phone.waiting()).map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
});

test("what is stored or already known leaves the outbox and stays as a shadow copy", async () => {
  const phone = await load();
  const [first, second] = [await done(phone, "a"), await done(phone, "b")];
  serverThat(() => ({
    status: 200,
    body: { epoch: "e", results: [{ id: first.id, result: "stored" }, { id: second.id, result: "duplicate" }] },
  }));
  expect(await phone.flush()).toBe("sent");
  expect(await phone.waiting()).toEqual([]);
  expect(await inside(phone, "shadow")).toHaveLength(2);
});

test("what conflicts or is rejected is kept where the patient can see it", async () => {
  const phone = await load();
  const [first, second] = [await done(phone, "a"), await done(phone, "b")];
  serverThat(() => ({
    status: 200,
    body: { epoch: "e", results: [{ id: first.id, result: "conflict" }, { id: second.id, result: "rejected", reason: "unknown" }] },
  }));
  expect(await phone.flush()).toBe("sent");
  expect(await inside(phone, "rejected")).toHaveLength(2);
  expect(await inside(phone, "rejected")).toEqual(expect.arrayContaining([
    expect.objectContaining({ event: first, result: "conflict" }),
    expect.objectContaining({ event: second, result: "rejected", reason: "unknown" }),
  ]));
});

test("an event without its own answer stays, even when the request was fine", async () => {
  const phone = await load();
  const [first, second] = [await done(phone, "a"), await done(phone, "b")];
  const asked = serverThat(({ path }) => (path.endsWith("sync")
    ? { status: 200, body: { epoch: "e", results: asked.length === 1 ? [{ id: first.id, result: "stored" }] : [] } }
    : { status: 200 }));
  expect(await phone.flush()).toBe("later");
  expect((await phone.waiting()).map(({ id }) => id)).toEqual([second.id]);
});

test.each([0, 500, 503, 429, 404])("status %i leaves everything in the outbox", async (status) => {
  const phone = await load();
  const event = await done(phone, "a");
  serverThat(() => (status ? { status } : Promise.reject(new TypeError("offline"))));
  expect(await phone.flush()).toBe("later");
  expect(await phone.waiting()).toEqual([event]);
});

test("a page of a hotel network that says 200 is not an answer", async () => {
  const phone = await load();
  const event = await done(phone, "a");
  vi.stubGlobal("fetch", async () => new Response("<html>", { status: 200, headers: { "Content-Type": "text/html" } }));
  expect(await phone.flush()).toBe("later");
  expect(await phone.waiting()).toEqual([event]);
});

test("an answer of a kind this phone cannot read is no answer", async () => {
  const phone = await load();
  await done(phone, "a");
  serverThat(answering("quarantined" as never));
  expect(await phone.flush()).toBe("later");
  expect(await phone.waiting()).toHaveLength(1);
});

test("a signed-out phone keeps everything and says so", async () => {
  const phone = await load();
  const event = await done(phone, "a");
  serverThat(() => ({ status: 401 }));
  expect(await phone.flush()).toBe("signed_out");
  expect(await phone.waiting()).toEqual([event]);
  expect(await phone.getMeta("signed_out")).toBe(true);
});

test("a request that is too large is split until it fits", async () => {
  const phone = await load();
  for (const id of ["a", "b", "c", "d", "e"]) await done(phone, id);
  const asked = serverThat((request) =>
    (request.body as { events: unknown[] }).events.length > 2 ? { status: 413 } : answering("stored")(request));
  expect(await phone.flush()).toBe("sent");
  expect(asked.length).toBeGreaterThan(3);
  expect(await inside(phone, "shadow")).toHaveLength(5);
});

test("one poisonous event is found and kept aside; the others arrive", async () => {
  const phone = await load();
  const events = [];
  for (const id of ["a", "b", "poison", "d"]) events.push(await done(phone, id));
  serverThat((request) => (JSON.stringify(request.body).includes("poison") ? { status: 422 } : answering("stored")(request)));
  expect(await phone.flush()).toBe("sent");
  expect(await inside(phone, "rejected")).toMatchObject([{ event: { id: events[2]!.id }, reason: "http_422" }]);
  expect(await inside(phone, "shadow")).toHaveLength(3);
});

/** A server that breaks on some of what it is sent; the ids that it took, in the order it took them. */
function breaksOn(broken: (occurrence: string) => boolean) {
  const taken: string[] = [];
  const asked = serverThat((request) => {
    if (!request.path.endsWith("sync")) return { status: 204 };
    const names = (request.body as { events: { occurrence_ids: string[] }[] }).events.map(({ occurrence_ids: [name] }) => name!);
    if (names.some(broken)) return { status: 500 };
    taken.push(...names);
    return answering("stored")(request);
  });
  return { taken, asked };
}

test.each([["first", [0]], ["in the middle", [20]], ["last", [48]], ["several", [0, 1, 30]]] as const)(
  "an entry that the server breaks on waits alone, and the others arrive in their order (%s)", async (_, broken) => {
    const phone = await load();
    for (let at = 0; at < 49; at += 1) await done(phone, `${at}`);
    const isBroken = (name: string) => broken.some((one) => `${one}` === name);
    const { taken } = breaksOn(isBroken);
    for (let passes = 0; passes < 2; passes += 1) expect(await phone.flush()).toBe("later");
    expect(taken).toEqual([...Array(49).keys()].map(String).filter((name) => !isBroken(name)));
    expect(await phone.waiting()).toMatchObject(broken.map((at) => ({ occurrence_ids: [`${at}`] })));
    await done(phone, "new");
    await phone.flush();
    expect(taken.at(-1)).toBe("new");
    breaksOn(() => false);
    expect(await phone.flush()).toBe("sent");
  });

test("a server that is down is asked a few times in a pass, however much waits", async () => {
  const phone = await load();
  for (let at = 0; at < 49; at += 1) await done(phone, `${at}`);
  const { asked } = breaksOn(() => true);
  expect(await phone.flush()).toBe("later");
  expect(asked.length).toBeLessThanOrEqual(6);
  expect(await phone.waiting()).toHaveLength(49);
});

test("at most 50 events go in one request, the oldest first", async () => {
  const phone = await load();
  for (let at = 0; at < 53; at += 1) await done(phone, `${at}`);
  const asked = serverThat(answering("stored"));
  await phone.flush();
  expect(asked.map(({ body }) => (body as { events: PatientEvent[] }).events.map(({ seq }) => seq)).map((seqs) => [seqs[0], seqs.length]))
    .toEqual([[1, 50], [51, 3]]);
});

test("a restored server is offered again everything it had acknowledged", async () => {
  const phone = await load();
  const [first, second] = [await done(phone, "a"), await done(phone, "b")];
  serverThat(answering("stored", "before"));
  await phone.flush();
  const third = await done(phone, "c");
  const asked = serverThat(answering("stored", "after the restore"));
  expect(await phone.flush()).toBe("sent");
  expect(new Set(sentIds(asked))).toEqual(new Set([first.id, second.id, third.id]));
  expect(await phone.getMeta("epoch")).toBe("after the restore");
});

test("what was refused is offered once more to a restored server, and stays what it was if it is refused again", async () => {
  const phone = await load();
  const [first, second] = [await done(phone, "a"), await done(phone, "b")];
  serverThat(answering("rejected", "before"));
  await phone.flush();
  await phone.change(["rejected"], async (store) => {
    const seen = { ...(await store("rejected").get(second.id))!, seen: "Done" };
    store("rejected").put(seen);
  });
  const third = await done(phone, "c");
  const asked = serverThat((request) => {
    const { status, body } = answering("stored", "after the restore")(request);
    const results = body.results.map((one) => ({ ...one, result: one.id === second.id ? "rejected" : "stored" }));
    return { status, body: { ...body, results } };
  });
  expect(await phone.flush()).toBe("sent");
  expect(await phone.flush()).toBe("sent");
  expect(sentIds(asked)).toEqual([third.id, first.id, second.id]);
  expect(await phone.waiting()).toEqual([]);
  expect(await inside(phone, "rejected")).toMatchObject([{ event: { id: second.id }, result: "rejected", seen: "Done" }]);
  expect((await inside(phone, "shadow") as { event: PatientEvent }[]).map(({ event }) => event.id).sort()).toEqual([first.id, third.id].sort());
});

test("what another person made is offered to no restored server", async () => {
  const phone = await load();
  const first = await done(phone, "a");
  await phone.settle({ epoch: "before", results: [] });
  await phone.change(["outbox", "rejected"], (store) => phone.move(store, { event: first, result: "rejected", reason: "other_patient", at: 0 }));
  await phone.setMeta("device", { id: "another", token: "t" });
  await phone.record({ kind: "outcome", occurrence_ids: ["b"], value: "done" }, await bundleOf("another"));
  const asked = serverThat(answering("stored", "after the restore"));
  expect(await phone.flush()).toBe("sent");
  expect(sentIds(asked)).toHaveLength(1);
  expect(sentIds(asked)).not.toContain(first.id);
  expect(await inside(phone, "rejected")).toMatchObject([{ event: { id: first.id } }]);
});

test("the first epoch a phone hears of offers nothing again", async () => {
  const phone = await load();
  const event = await done(phone, "a");
  const asked = serverThat(answering("stored"));
  await phone.flush();
  expect(sentIds(asked)).toEqual([event.id]);
});

test("shadow copies are forgotten after 14 days, not before", async () => {
  const phone = await load();
  await done(phone, "a");
  serverThat(answering("stored"));
  await phone.flush();
  const day = 24 * 3600 * 1000;
  await phone.forgetOldShadows(Date.now() + 13.9 * day);
  expect(await inside(phone, "shadow")).toHaveLength(1);
  await phone.forgetOldShadows(Date.now() + 14.1 * day);
  expect(await inside(phone, "shadow")).toHaveLength(0);
});

test("two flushers at once send nothing twice", async () => {
  const phone = await load();
  await done(phone, "a");
  const other = await load();
  const asked = serverThat(answering("stored"));
  let chain = Promise.resolve();
  vi.stubGlobal("navigator", {
    locks: { request: <T>(_: string, act: () => Promise<T>) => { const run = chain.then(act); chain = run.then(() => {}); return run; } },
  });
  await Promise.all([phone.flush(), other.flush()]);
  expect(sentIds(asked)).toHaveLength(1);
});

test("without Web Locks a lease keeps a second flusher out, and a dead holder loses it", async () => {
  const { takeLease } = await load();
  expect(await takeLease(1)).toBe(true);
  expect(await takeLease(2)).toBe(false);
  vi.useFakeTimers({ now: Date.now() + 61_000, toFake: ["Date"] });
  expect(await takeLease(2)).toBe(true);
  vi.useRealTimers();
});

test("requests carry the device token beside the cookie", async () => {
  const phone = await load();
  await phone.setMeta("device", { id: "d", token: "secret" });
  await phone.record({ kind: "outcome", occurrence_ids: ["a"], value: "done" }, await bundleOf("d"));
  const asked = serverThat(answering("stored"));
  await phone.flush();
  expect(asked[0]!.headers.Authorization).toBe("Bearer secret");
});

test("each request says what this phone's clock shows as it goes out", async () => {
  const phone = await load();
  vi.useFakeTimers({ now: Date.parse("2026-11-20T09:15:00Z"), toFake: ["Date"] });
  const event = await done(phone, "a");
  vi.setSystemTime(Date.parse("2026-11-20T11:00:00Z"));
  let refused = false;
  const asked = serverThat((request) => {
    vi.setSystemTime(Date.now() + 60_000);
    return (refused = !refused) ? { status: 503 } : answering("stored")(request);
  });
  await phone.flush();
  expect(await phone.flush()).toBe("sent");
  vi.useRealTimers();
  expect(asked.map(({ body }) => (body as SyncRequest).sent_at)).toEqual(["2026-11-20T11:00:00.000Z", "2026-11-20T11:01:00.000Z"]);
  expect(asked.map(({ body }) => (body as SyncRequest).events)).toEqual([[event], [event]]); // dated as they were tapped
});

test("a receipt made offline is sent later, once", async () => {
  const phone = await load();
  const { keepReceipt } = await import("./receipts");
  await keepReceipt({ notice_id: "n", kind: "shown" });
  serverThat(() => Promise.reject(new TypeError("offline")));
  await phone.flush();
  const asked = serverThat(() => ({ status: 204 }));
  await phone.flush();
  await phone.flush();
  expect(asked.filter(({ path }) => path.endsWith("receipts")).map(({ body }) => body)).toEqual([{ notice_id: "n", kind: "shown" }]);
});

test("a bundle is asked for with its tag and kept when nothing changed", async () => {
  const phone = await load();
  const { sampleBundle } = await import("../dev/sample");
  const sample = sampleBundle({ now: Date.now(), day: 3 });
  serverThat(() => ({ status: 200, body: sample, etag: '"7"' }));
  expect(await phone.refreshBundle()).toBe(true);
  const asked = serverThat(() => ({ status: 304 }));
  expect(await phone.refreshBundle()).toBe(true);
  expect(asked[0]!.headers["If-None-Match"]).toBe('"7"');
  expect((await phone.keptBundle())!.bundle).toEqual(sample);
});

test("a lock-screen choice holds on this phone before it is sent, and no old bundle undoes it", async () => {
  const phone = await load();
  const { sampleBundle } = await import("../dev/sample");
  const sample = sampleBundle({ now: Date.now(), day: 3 });
  sample.settings.lock_screen = 2;
  await phone.recordAll([{ kind: "settings", settings: { ...sample.settings, lock_screen: 0 } }], undefined);
  serverThat(() => ({ status: 200, body: sample }));
  await phone.refreshBundle();
  expect(await phone.getMeta("lock_screen")).toBe(0);
});

test("a transaction that fails halfway changes nothing", async () => {
  const phone = await load();
  await expect(phone.change(["meta"], async (store) => {
    store("meta").put(41, "seq");
    await store("meta").get("seq");
    throw new Error("halfway");
  })).rejects.toThrow("halfway");
  expect(await phone.getMeta("seq")).toBeUndefined();
});
