import { beforeEach, expect, test, vi } from "vitest";
import type { Bundle } from "../../shared/api";
import { answering, sentIds, serverThat, type Request } from "../../shared/testing";
import { bundleOf, freshBrowser, JOINED, load, showing, type Phone } from "./testing";

beforeEach(freshBrowser);

/** A phone with a plan, one unsent entry, and a link just opened that nobody has confirmed. */
async function asked(plan: "has a plan" | "has none") {
  const phone = await load();
  if (plan === "has a plan") {
    const bundle = bundleOf("old", "plan-1");
    await phone.change(["bundle"], (store) => store("bundle").put({ bundle, etag: '"1"', asked_at: 0 }, "bundle"));
    await phone.setMeta("device", { id: "old", token: "old token" });
    await phone.record({ kind: "outcome", occurrence_ids: ["a"], value: "done" }, bundle);
  }
  serverThat(() => ({ status: 200, body: JOINED }));
  await phone.join({ token: "link" });
  return phone;
}

/** Answers like the server: `bundle` is what it has for the new device, or nothing when the line is bad. */
const server = (bundle: Bundle | null, answer = { status: 204 } as { status: number; body?: unknown }) =>
  serverThat((request: Request) => {
    if (request.path.endsWith("join/answer")) return answer;
    if (request.path.endsWith("bundle")) return bundle ? { status: 200, body: bundle } : { status: 503 };
    return bundle ? answering("stored", bundle.epoch)(request) : { status: 503 };
  });
const offline = () => serverThat(() => Promise.reject(new TypeError("offline")));
const all = (phone: Phone, name: "outbox" | "rejected") => phone.read([name], (store) => store(name).all() as Promise<unknown[]>);

test("until the answer every address leads to the question and nothing of any plan is shown", async () => {
  const phone = await asked("has a plan");
  expect(phone.shown.value).toBe("/join");
  expect(phone.bundle.value).toBeNull();
});

test("asked at any address, joining goes on after the answer", async () => {
  const phone = await asked("has none");
  server(null);
  await phone.answerRight();
  expect(phone.shown.value).toBe("/join");
});

test("until the answer the new device is held apart and the old one stays", async () => {
  const phone = await asked("has a plan");
  expect(await phone.getMeta("device")).toEqual({ id: "old", token: "old token" });
});

test("a No to a wrong link keeps this phone's own plan, its entries and its way in", async () => {
  const phone = await asked("has a plan");
  const requests = server(null);
  expect(await phone.answerWrong()).toBe(true);
  expect(requests[0]).toMatchObject({ body: { right: false }, headers: { Authorization: "Bearer new token" } });
  await phone.syncNow();
  expect(requests.at(-1)!.headers.Authorization).toBe("Bearer old token");
  expect(phone.bundle.value!.plans[0]!.id).toBe("plan-1");
  expect(phone.unsent.value).toBe(1);
  expect(await phone.getMeta("joining")).toBeUndefined();
});

test("a No on a phone that had nothing leaves nothing", async () => {
  const phone = await asked("has none");
  server(null);
  await phone.answerWrong();
  expect(await phone.getMeta("joining")).toBeUndefined();
  expect(await phone.getMeta("left")).toBe(true);
});

test("a No takes down every notification", async () => {
  const phone = await asked("has a plan");
  const close = vi.fn();
  showing([{ close }, { close }]);
  server(null);
  await phone.answerWrong();
  expect(close).toHaveBeenCalledTimes(2);
});

test("a No that did not reach the server is not forgotten", async () => {
  const phone = await asked("has none");
  offline();
  expect(await phone.answerWrong()).toBe(false);
  expect(phone.shown.value).toBe("/join");
  expect(await phone.getMeta("joining")).toMatchObject({ stage: "confirm" });
  server(null, { status: 401, body: { code: "not_joined" } }); // it had arrived after all; only its answer was lost
  expect(await phone.answerWrong()).toBe(true);
});

test("a Yes on a bad line keeps unsent entries, stops sending, and shows no plan", async () => {
  const phone = await asked("has a plan");
  const requests = server(null);
  expect(await phone.answerRight()).toBe(true);
  expect(await phone.flush()).toBe("later");
  expect(requests.filter(({ path }) => path.endsWith("sync"))).toEqual([]);
  expect(phone.bundle.value).toBeNull();
  expect(phone.unsent.value).toBe(1);
  expect(await all(phone, "rejected")).toEqual([]);
});

test("entries of the same patient are sent under the new device once the plan has come", async () => {
  const phone = await asked("has a plan");
  server(null);
  await phone.answerRight();
  await phone.syncNow();
  const requests = server(bundleOf("new", "plan-1"));
  await phone.syncNow();
  expect(sentIds(requests)).toHaveLength(1);
  expect(requests.at(-1)!.headers.Authorization).toBe("Bearer new token");
  expect(await all(phone, "rejected")).toEqual([]);
});

test("entries of another patient are set aside once the plan has come, and never sent", async () => {
  const phone = await asked("has a plan");
  const requests = server(bundleOf("new", "plan-2"));
  await phone.answerRight();
  await phone.syncNow();
  expect(sentIds(requests)).toEqual([]);
  expect(await all(phone, "outbox")).toEqual([]);
  expect(await all(phone, "rejected")).toMatchObject([{ reason: "other_patient" }]);
});

test.each([true, false])("once the question is answered (%s) the key is gone", async (right) => {
  const phone = await asked("has a plan");
  expect(await phone.getMeta("join_key")).toBeDefined();
  server(bundleOf("new", "plan-1"));
  await (right ? phone.answerRight() : phone.answerWrong());
  expect(await phone.getMeta("join_key")).toBeUndefined();
});

test("the code for the installed app comes with the answer", async () => {
  const phone = await asked("has none");
  server(bundleOf("new", "plan-1"), { status: 200, body: { install_code: "7F3K-2QXN" } });
  await phone.answerRight();
  expect(phone.kept.value!.meta.joining).toMatchObject({ stage: "install", install_code: "7F3K-2QXN" });
});

test("a Yes to a device that was taken out again leads back to the code", async () => {
  const phone = await asked("has none");
  server(null, { status: 401, body: { code: "not_joined" } });
  expect(await phone.answerRight()).toBe(true);
  expect(phone.problem.value).toBe("not_usable");
  expect(await phone.getMeta("joining")).toBeUndefined();
});

test("a phone that the server waits for goes to the question", async () => {
  const phone = await load();
  const { route } = await import("../route");
  serverThat(() => ({ status: 403, body: { code: "not_confirmed" } }));
  await phone.reload();
  await phone.syncNow();
  expect(route.value).toBe("/join");
});

test("reminders are on only when the server knows the endpoint", async () => {
  const phone = await load();
  vi.stubGlobal("window", { PushManager: 1, Notification: 1 });
  vi.stubGlobal("Notification", { permission: "granted" });
  const keep = async (endpoint_known: boolean) => {
    const bundle = bundleOf("d", "plan-1");
    bundle.push.endpoint_known = endpoint_known;
    await phone.change(["bundle"], (store) => store("bundle").put({ bundle, etag: null, asked_at: 0 }, "bundle"));
    await phone.reload();
  };
  await phone.setMeta("push_sent", "key-1https://push.example/1");
  await keep(false);
  expect(phone.hasReminders()).toBe(false);
  await keep(true);
  expect(phone.hasReminders()).toBe(true);
});

test("a worker that never comes ends in the next step after 20 seconds", async () => {
  await load();
  const { subscribeThisPhone } = await import("../push");
  vi.useFakeTimers({ toFake: ["setTimeout"] });
  const result = subscribeThisPhone();
  while (vi.getTimerCount() === 0) await new Promise((resolve) => setImmediate(resolve));
  vi.advanceTimersByTime(20_000);
  vi.useRealTimers();
  expect(await result).toBe("refused");
});

test("the launch check runs although the last join button was never tapped", async () => {
  const phone = await load();
  vi.stubGlobal("window", { PushManager: 1, Notification: 1 });
  vi.stubGlobal("Notification", { permission: "granted" });
  const bundle = bundleOf("new", "plan-1");
  await phone.change(["bundle"], (store) => store("bundle").put({ bundle, etag: null, asked_at: 0 }, "bundle"));
  await phone.setMeta("joining", { answer: JOINED, stage: "reminders" });
  await phone.reload();
  const subscribed = vi.fn(async () => ({ endpoint: "https://push.example/1", toJSON: () => ({ endpoint: "https://push.example/1", keys: {} }) }));
  Object.assign(navigator.serviceWorker, { ready: Promise.resolve({ pushManager: { getSubscription: async () => null, subscribe: subscribed } }) });
  const requests = serverThat(() => ({ status: 204 }));
  const { checkSubscription } = await import("../push");
  await checkSubscription();
  expect(requests.map(({ method }) => method)).toContain("PUT");
});

test("a code can be typed after a failed link, also where a plan is", async () => {
  const phone = await load();
  const { CodeForm } = await import("./code_form");
  const { step } = await import("./join");
  const bundle = bundleOf("old", "plan-1");
  await phone.change(["bundle"], (store) => store("bundle").put({ bundle, etag: null, asked_at: 0 }, "bundle"));
  await phone.reload();
  expect(step().type).not.toBe(CodeForm);
  phone.byCode.value = true;
  expect(step().type).toBe(CodeForm);
  serverThat(() => ({ status: 200, body: JOINED }));
  await phone.join({ code: "ABCD-2345" });
  expect(phone.byCode.value).toBe(false);
});

test("a test that was shown ends joining", async () => {
  const phone = await load();
  await phone.setMeta("joining", { answer: JOINED, stage: "reminders" });
  vi.stubGlobal("window", {});
  serverThat(({ method }) => (method === "POST" ? { status: 200, body: { id: "t" } } : { status: 200, body: { shown_at: "2026-11-20T10:00:00Z" } }));
  const { sendTest, state } = await import("./test_push");
  await sendTest();
  expect(state.value).toBe("works");
  expect(await phone.getMeta("joining")).toBeUndefined();
});
