import { beforeEach, expect, test, vi } from "vitest";
import type { Bundle, JoinRequest } from "../../shared/api";
import { sampleBundle } from "../../dev/sample";
import { answering, freshPhone, sentIds, serverThat, type Request } from "../../shared/testing";

let notifications: { close(): void }[] = [];

beforeEach(() => {
  freshPhone();
  notifications = [];
  const registration = { getNotifications: async () => notifications, pushManager: { getSubscription: async () => null } };
  vi.stubGlobal("navigator", { onLine: true, serviceWorker: { getRegistration: async () => registration, ready: new Promise(() => {}) } });
  vi.stubGlobal("location", { pathname: "/", hash: "" });
  vi.stubGlobal("history", { pushState: () => {} });
  vi.stubGlobal("scrollTo", () => {});
  vi.stubGlobal("document", { documentElement: {}, visibilityState: "visible" });
  vi.stubGlobal("window", {});
});

const bundleOf = (device: string, plan: string): Bundle => {
  const it = sampleBundle({ now: Date.now(), day: 3 });
  return { ...it, device: { ...it.device, id: device }, plans: [{ ...it.plans[0]!, id: plan }] };
};
const JOINED = { device_id: "new", device_token: "new token", clinic_name: "C", procedure_name: "P", treated_on: "2026-11-20", first_name: "A" };

const load = async () => ({
  ...(await import("./joining")), ...(await import("../../shared/db")), ...(await import("../../shared/outbox")),
  ...(await import("../../shared/alone")), ...(await import("../store")), ...(await import("../sync_loop")),
});

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
type Phone = Awaited<ReturnType<typeof load>>;
const all = (phone: Phone, name: "outbox" | "rejected") => phone.read([name], (store) => store(name).all() as Promise<unknown[]>);

const keysSent = (requests: Request[]) => requests.flatMap(({ path, body }) => (path.endsWith("/join") ? [(body as JoinRequest).key] : []));
const LINK = { token: "link" };

/** The app anew on the same phone. */
const reloaded = (): Promise<Phone> => {
  vi.resetModules();
  return load();
};

/** A server that lets in with the key that was used first, as often as it is asked, each time with another token. */
function serverWithOneLink() {
  let used: string | undefined;
  let times = 0;
  return serverThat(({ body }) => {
    const { key } = body as JoinRequest;
    if (key !== (used ??= key)) return { status: 410, body: { code: "join_not_usable" } };
    return { status: 200, body: { ...JOINED, device_token: `token ${(times += 1)}` } };
  });
}

test("a link whose answer got lost lets the same phone in after a reload", async () => {
  const lost = serverWithOneLink();
  const theServer = fetch;
  vi.stubGlobal("fetch", async (...request: Parameters<typeof fetch>) => {
    await theServer(...request);
    throw new TypeError("the line broke");
  });
  const before = await load();
  await before.join(LINK);
  expect(before.problem.value).toBe("no_contact");
  expect(await before.getMeta("joining")).toBeUndefined();

  vi.stubGlobal("fetch", theServer);
  const phone = await reloaded();
  await phone.join(LINK);
  expect(new Set(keysSent(lost)).size).toBe(1);
  expect(keysSent(lost)).toHaveLength(2);
  expect(await phone.getMeta("joining")).toMatchObject({ stage: "confirm", answer: { device_token: "token 2" } });
});

test("a key has 256 bits, is on the disk before it is sent, and no other phone has it", async () => {
  const phone = await load();
  const kept: unknown[] = [];
  const requests = serverThat(async () => {
    kept.push(await phone.getMeta("join_key"));
    return { status: 503 };
  });
  await phone.join(LINK);
  expect(keysSent(requests)).toEqual(kept);
  freshPhone();
  await (await load()).join(LINK);
  const [mine, other] = keysSent(requests);
  expect(mine).toMatch(/^[\w-]{43}$/);
  expect(other).not.toBe(mine);
});

test("the pass itself is kept nowhere", async () => {
  const phone = await load();
  serverThat(() => ({ status: 503 }));
  await phone.join({ token: "a link to be forgotten" });
  const meta = await phone.read(["meta"], (store) => store("meta").all());
  expect(JSON.stringify(meta)).not.toContain("forgotten");
});

test("a wrong code between does not spoil the one whose answer got lost", async () => {
  const phone = await load();
  const requests = serverThat(({ body }) => ({ status: (body as { code: string }).code === "ABCD-2345" ? 503 : 410 }));
  for (const code of ["ABCD-2345", "ABCD-2346", "ABCD2345"]) await phone.join({ code });
  expect(new Set(keysSent(requests)).size).toBe(1);
});

test.each(["", "<html>", '{"device_id": "n'])("an answer that is cut short or not the server's (%j) is a lost one", async (text) => {
  vi.stubGlobal("fetch", async () => new Response(text, { status: 200 }));
  const phone = await load();
  await phone.join(LINK);
  expect(phone.problem.value).toBe("no_contact");
  expect(await phone.getMeta("joining")).toBeUndefined();
});

test.each([[410, "not_usable"], [422, "not_usable"], [429, "too_many"], [503, "no_contact"]])("a join that is answered %i says %s", async (status, problem) => {
  const phone = await load();
  serverThat(() => ({ status }));
  await phone.join(LINK);
  expect(phone.problem.value).toBe(problem);
});

test.each([true, false])("once the question is answered (%s) the key is gone", async (right) => {
  const phone = await asked("has a plan");
  expect(await phone.getMeta("join_key")).toBeDefined();
  server(bundleOf("new", "plan-1"));
  await (right ? phone.answerRight() : phone.answerWrong());
  expect(await phone.getMeta("join_key")).toBeUndefined();
});

test("of two tabs with one link the later answer is the one that is kept", async () => {
  const first = await load();
  const second = await reloaded();
  let chain = Promise.resolve();
  Object.assign(navigator, {
    locks: { request: <T>(_: string, act: () => Promise<T>) => { const run = chain.then(act); chain = run.then(() => {}); return run; } },
  });
  const asked = serverWithOneLink();
  const theServer = fetch;
  vi.stubGlobal("fetch", async (...request: Parameters<typeof fetch>) => {
    const answer = await theServer(...request);
    await new Promise((resolve) => setTimeout(resolve, asked.length === 1 ? 30 : 0)); // the first is slower on its way
    return answer;
  });
  await Promise.all([first.join(LINK), second.join(LINK)]);
  expect(keysSent(asked)).toHaveLength(2);
  expect(await second.getMeta("joining")).toMatchObject({ answer: { device_token: "token 2" } });
});

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
  notifications = [{ close }, { close }];
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
