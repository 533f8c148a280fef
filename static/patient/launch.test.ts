import { beforeEach, expect, test, vi } from "vitest";
import { sampleBundle } from "../dev/sample";
import { answering, freshPhone, sentIds, serverThat } from "../shared/testing";

const bundle = sampleBundle({ now: Date.now(), day: 3 });
const ENDPOINT = "https://push.example/1";
let heard: Map<string, () => void>;
let subscribed: string[];

beforeEach(() => {
  freshPhone();
  heard = new Map();
  subscribed = [];
  const listen = (name: string, act: () => void) => void heard.set(name, act);
  const subscription = { endpoint: ENDPOINT, toJSON: () => ({ endpoint: ENDPOINT, keys: { p256dh: "p", auth: "a" } }) };
  const pushManager = {
    getSubscription: async () => null, // the browser has dropped it without a word
    subscribe: async ({ applicationServerKey }: { applicationServerKey: string }) => (subscribed.push(applicationServerKey), subscription),
  };
  const registration = { pushManager };
  vi.stubGlobal("navigator", { onLine: true, serviceWorker: { ready: Promise.resolve(registration), getRegistration: async () => registration } });
  vi.stubGlobal("location", { pathname: "/", hash: "" });
  vi.stubGlobal("document", { documentElement: {}, visibilityState: "visible", addEventListener: listen });
  vi.stubGlobal("addEventListener", listen);
  vi.stubGlobal("setInterval", () => 0);
  vi.stubGlobal("window", { PushManager: 1, Notification: 1 });
  vi.stubGlobal("Notification", { permission: "granted" });
});

async function launched() {
  const phone = { ...(await import("../shared/db")), ...(await import("../shared/outbox")), ...(await import("./store")) };
  await phone.change(["bundle"], (store) => store("bundle").put({ bundle, etag: null, asked_at: 0 }, "bundle"));
  await phone.reload();
  return { ...phone, ...(await import("./sync_loop")) };
}

const server = () => serverThat((request) => {
  if (request.path.endsWith("sync")) return answering("stored", bundle.epoch)(request);
  return request.path.endsWith("bundle") ? { status: 200, body: bundle } : { status: 204 };
});

test("a subscription that vanished is made and told anew at the next launch", async () => {
  const phone = await launched();
  const asked = server();
  await phone.startSyncing();
  expect(subscribed).toEqual([bundle.push.public_key]);
  expect(asked.filter(({ path }) => path.endsWith("push-subscription"))).toMatchObject([{ method: "PUT", body: { endpoint: ENDPOINT } }]);
});

test.each(["default", "denied"])("without permission (%s) a launch does not ask for a subscription", async (permission) => {
  vi.stubGlobal("Notification", { permission });
  const phone = await launched();
  server();
  await phone.startSyncing();
  expect(subscribed).toEqual([]);
});

test("joining without reminders asks the browser for no subscription", async () => {
  vi.stubGlobal("Notification", { permission: "default" });
  await launched();
  await (await import("./push")).checkSubscription();
  expect(subscribed).toEqual([]);
});

test("reminders the patient has turned off stay off at the next launch", async () => {
  const phone = await launched();
  await phone.setMeta("push_off", true);
  await phone.reload();
  server();
  await phone.startSyncing();
  expect(subscribed).toEqual([]);
});

test("what was made offline is sent as soon as the phone is online again, also right after failed tries", async () => {
  const phone = await launched();
  serverThat(() => Promise.reject(new TypeError("offline")));
  await phone.startSyncing();
  const { id } = await phone.record({ kind: "outcome", occurrence_ids: ["a"], value: "done" }, bundle);
  const asked = server();
  heard.get("online")!();
  await vi.waitFor(() => expect(sentIds(asked)).toEqual([id]));
});
