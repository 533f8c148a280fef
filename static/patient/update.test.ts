import { beforeEach, expect, test, vi } from "vitest";
import { answering, freshPhone, sentIds, serverThat } from "../shared/testing";

type Act = (event: object) => void;

/** A page under a worker of this version, with a new one waiting or not. */
function page({ waiting = false } = {}) {
  const heard = new Map<string, Act>();
  const listen = (name: string, act: Act) => heard.set(name, act);
  const posted: unknown[] = [];
  const registered: unknown[] = [];
  const registration = {
    waiting: waiting ? { postMessage: (message: unknown) => posted.push(message) } : null,
    addEventListener: () => {}, update: vi.fn(async () => {}),
  };
  const reload = vi.fn();
  const screen = { visibilityState: "visible", addEventListener: listen };
  vi.stubGlobal("addEventListener", listen);
  vi.stubGlobal("document", screen);
  vi.stubGlobal("location", { reload });
  vi.stubGlobal("navigator", {
    serviceWorker: {
      controller: {}, addEventListener: listen, getRegistration: async () => registration,
      register: async (...given: unknown[]) => (registered.push(given), registration),
    },
  });
  const fire = (name: string) => heard.get(name)!({});
  return { fire, posted, registered, registration, reload, screen };
}

beforeEach(freshPhone);

test("a new version waits until the patient taps Update, and no takeover reloads the page before", async () => {
  const { startWorker, update, updateReady } = await import("./update");
  const { fire, posted, reload } = page({ waiting: true });
  serverThat(() => ({ status: 204 }));
  await startWorker(() => {});
  expect(updateReady.value).toBe(true);
  fire("focus");
  fire("controllerchange"); // the first worker of this phone takes the page over
  expect([posted, reload.mock.calls.length]).toEqual([[], 0]);
  await update();
  expect(posted).toEqual(["update"]);
  fire("controllerchange");
  expect(reload).toHaveBeenCalledOnce();
});

test.each([true, false])("what waits is sent before an update reloads the page (a worker waits: %s)", async (waiting) => {
  const { record } = await import("../shared/outbox");
  const { update } = await import("./update");
  const { posted, reload } = page({ waiting });
  const { id } = await record({ kind: "outcome", occurrence_ids: ["a"], value: "done" }, undefined);
  const asked = serverThat(async (request) => {
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect([posted, reload.mock.calls.length]).toEqual([[], 0]);
    return answering("stored")(request);
  });
  await update();
  expect(sentIds(asked)).toEqual([id]);
  expect([posted.length, reload.mock.calls.length]).toEqual(waiting ? [1, 0] : [0, 1]);
});

test("an update does not wait for a server that cannot be reached", async () => {
  const { update } = await import("./update");
  const { posted } = page({ waiting: true });
  vi.stubGlobal("indexedDB", { open: () => { throw new Error("broken"); } });
  await update();
  expect(posted).toEqual(["update"]);
});

test("under Trusted Types the app's policy lets the worker's script through and nothing else", async () => {
  const { startWorker } = await import("./update");
  const { registered } = page();
  const made: { name: string; createScriptURL(url: string): string }[] = [];
  const createPolicy = (name: string, rules: { createScriptURL(url: string): string }) => {
    made.push({ name, ...rules });
    return { createScriptURL: (url: string) => `trusted ${rules.createScriptURL(url)}` };
  };
  vi.stubGlobal("trustedTypes", { createPolicy });
  await startWorker(() => {});
  expect(registered).toEqual([["trusted /sw.js", { updateViaCache: "none" }]]);
  expect(made).toHaveLength(1);
  for (const url of ["/other.js", "https://elsewhere.example/sw.js", "data:text/javascript,0", ""]) {
    expect(() => made[0]!.createScriptURL(url)).toThrow(TypeError);
  }
});

test("a page that is looked at asks for a new version, at most every 30 seconds", async () => {
  const { startWorker } = await import("./update");
  const { fire, registration, screen } = page();
  vi.useFakeTimers({ toFake: ["performance"] });
  await startWorker(() => {});
  vi.advanceTimersByTime(30_000);
  for (const name of ["visibilitychange", "focus", "pageshow"]) fire(name);
  expect(registration.update).toHaveBeenCalledTimes(1);
  for (const [at, name] of ["visibilitychange", "focus", "pageshow"].entries()) {
    vi.advanceTimersByTime(30_000);
    fire(name);
    expect(registration.update).toHaveBeenCalledTimes(at + 2);
  }
  vi.advanceTimersByTime(30_000);
  screen.visibilityState = "hidden";
  fire("visibilitychange");
  expect(registration.update).toHaveBeenCalledTimes(4);
  vi.useRealTimers();
});
