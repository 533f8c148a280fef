import { beforeEach, expect, test } from "vitest";
import { sampleBundle } from "../dev/sample";
import { freshPhone, serverThat } from "./testing";

beforeEach(freshPhone);

const bundle = (push: object = {}) => {
  const it = sampleBundle({ now: Date.now(), day: 3 });
  return { ...it, push: { ...it.push, ...push } };
};

/** A browser with a push service: remembers the live subscription and every key it was asked for. */
function browser() {
  const keys: string[] = [];
  let live: object | null = null;
  const make = (key: string) => {
    keys.push(key);
    const endpoint = `https://push.example/${keys.length}`;
    return { endpoint, unsubscribe: async () => (live = null), toJSON: () => ({ endpoint, keys: { p256dh: "p", auth: "a" } }) };
  };
  const pushManager = {
    getSubscription: async () => live,
    subscribe: async ({ applicationServerKey }: { applicationServerKey: string }) => (live = make(applicationServerKey)),
  };
  return { keys, registration: { pushManager } as unknown as ServiceWorkerRegistration, lose: () => (live = null) };
}

async function phone(it: ReturnType<typeof bundle>) {
  const db = await import("./db");
  const keep = (bundle: typeof it) => db.change(["bundle"], (store) => store("bundle").put({ bundle, etag: null, asked_at: 0 }, "bundle"));
  await keep(it);
  return { ...(await import("./subscription")), keep };
}

test("a new subscription is told to the server with its key", async () => {
  const asked = serverThat(() => ({ status: 204 }));
  const { keys, registration } = browser();
  const { subscribe } = await phone(bundle());
  expect(await subscribe(registration)).toBe("ready");
  expect(keys).toEqual([bundle().push.public_key]);
  expect(asked).toMatchObject([{ method: "PUT", body: { endpoint: "https://push.example/1", p256dh: "p", auth: "a", key_id: "key-1" } }]);
});

test("what the server knows already is not told again", async () => {
  const asked = serverThat(() => ({ status: 204 }));
  const { registration } = browser();
  const { subscribe, keep } = await phone(bundle());
  await subscribe(registration);
  await keep(bundle({ endpoint_known: true }));
  expect(await subscribe(registration)).toBe("ready");
  expect(asked).toHaveLength(1);
});

test("a subscription the server has lost is told again without a new one", async () => {
  const asked = serverThat(() => ({ status: 204 }));
  const { keys, registration } = browser();
  const { subscribe, keep } = await phone(bundle());
  await subscribe(registration);
  await keep(bundle({ endpoint_known: false }));
  await subscribe(registration);
  expect([keys.length, asked.length]).toEqual([1, 2]);
});

test("a new server key makes a new subscription", async () => {
  serverThat(() => ({ status: 204 }));
  const { keys, registration } = browser();
  const { subscribe, keep } = await phone(bundle());
  await subscribe(registration);
  await keep(bundle({ key_id: "key-2", public_key: "another", endpoint_known: true }));
  expect(await subscribe(registration)).toBe("ready");
  expect(keys).toEqual([bundle().push.public_key, "another"]);
});

test("a subscription that vanished is made anew", async () => {
  serverThat(() => ({ status: 204 }));
  const { keys, registration, lose } = browser();
  const { subscribe } = await phone(bundle({ endpoint_known: true }));
  await subscribe(registration);
  lose();
  expect(await subscribe(registration)).toBe("ready");
  expect(keys).toHaveLength(2);
});

test("a refusal and an unreachable server are told apart", async () => {
  serverThat(() => ({ status: 503 }));
  const { registration } = browser();
  const { subscribe } = await phone(bundle());
  expect(await subscribe(registration)).toBe("not_sent");
  const refusing = { pushManager: { getSubscription: async () => null, subscribe: () => Promise.reject(new Error("AbortError")) } };
  expect(await subscribe(refusing as unknown as ServiceWorkerRegistration)).toBe("refused");
});

test("an endpoint that is gone is replaced by a new one with the same key, once", async () => {
  const { keys, registration } = browser();
  const { subscribe, keep } = await phone(bundle());
  const { getMeta } = await import("./db");
  serverThat(() => ({ status: 204 }));
  await subscribe(registration);
  await keep(bundle({ endpoint_known: false }));
  const asked = serverThat(({ body }) => ({ status: (body as { endpoint: string }).endpoint.endsWith("/1") ? 410 : 204 }));
  expect(await subscribe(registration)).toBe("ready");
  expect(asked.map(({ body }) => (body as { endpoint: string }).endpoint)).toEqual(["https://push.example/1", "https://push.example/2"]);
  expect(keys).toEqual([bundle().push.public_key, bundle().push.public_key]);
  expect(await getMeta("push_sent")).toContain("/2");
});

test("when the new endpoint is gone too, the phone does not claim to be subscribed", async () => {
  const { registration } = browser();
  const { subscribe, keep } = await phone(bundle());
  const { getMeta, keptBundle } = await import("./db");
  serverThat(() => ({ status: 204 }));
  await subscribe(registration);
  await keep(bundle({ endpoint_known: false }));
  const asked = serverThat(() => ({ status: 410 }));
  expect(await subscribe(registration)).toBe("not_sent");
  expect(asked).toHaveLength(2);
  expect(await getMeta("push_sent")).toBeFalsy();
  expect((await keptBundle())!.bundle.push.endpoint_known).toBe(false);
});

test("what the server was just told stands before the next plan comes", async () => {
  serverThat(() => ({ status: 204 }));
  const { registration } = browser();
  const { subscribe } = await phone(bundle({ endpoint_known: false }));
  const { change, keptBundle } = await import("./db");
  await change(["bundle"], (store) => store("bundle").put({ bundle: bundle({ endpoint_known: false }), etag: '"1"', asked_at: 0 }, "bundle"));
  await subscribe(registration);
  expect(await keptBundle()).toMatchObject({ etag: null, bundle: { push: { endpoint_known: true } } });
});
