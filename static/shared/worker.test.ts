import { beforeEach, expect, test, vi } from "vitest";
import { sampleBundle } from "../dev/sample";
import { answering, freshPhone, sentIds, serverThat } from "./testing";

const WORKER = "../../service_worker/"; // not typed here: a worker's types and a page's do not mix
const BUNDLE = sampleBundle({ now: Date.now(), day: 3 });

let lock: Promise<unknown>;

beforeEach(() => {
  freshPhone();
  lock = Promise.resolve();
  vi.stubGlobal("navigator", { locks: { request: <T>(_: string, act: () => Promise<T>) => (lock = lock.then(act)) } });
  vi.stubGlobal("Notification", class {});
});

const settled = () => new Promise((resolve) => setTimeout(resolve, 20));

test("a new worker takes over when the page asks for it, and by no other event or message", async () => {
  const heard = new Map<string, (event: object) => void>();
  const skipWaiting = vi.fn();
  const clients = { claim: async () => {} };
  vi.stubGlobal("self", { addEventListener: (name: string, act: never) => heard.set(name, act), skipWaiting, clients });
  vi.stubGlobal("caches", { keys: async () => [] });
  vi.stubGlobal("__PRECACHE__", {});
  vi.stubGlobal("__VERSION__", "now");
  await import(`${WORKER}sw`);
  const fire = async (name: string, data?: unknown) => {
    const waits: unknown[] = [];
    heard.get(name)!({ data, waitUntil: (it: unknown) => waits.push(it) });
    await Promise.all(waits);
  };
  await fire("install");
  await fire("activate");
  await fire("message", { open: "n" });
  await fire("message", "changed");
  expect(skipWaiting).not.toHaveBeenCalled();
  await fire("message", "update");
  expect(skipWaiting).toHaveBeenCalledOnce();
});

test("the worker sends nothing while a page of this phone is sending", async () => {
  const { record } = await import("./outbox");
  const event = await record({ kind: "outcome", occurrence_ids: ["a"], value: "done" }, undefined);
  const asked = serverThat(answering("stored"));
  let finish = () => {};
  lock = new Promise<void>((resolve) => (finish = resolve)); // the page holds it
  const { flush } = (await import(`${WORKER}report`)) as { flush(): Promise<string> };
  const flushed = flush();
  await settled();
  expect(asked).toEqual([]);
  finish();
  expect(await flushed).toBe("sent");
  expect(sentIds(asked)).toEqual([event.id]);
});

test("a database that does not answer keeps a notification back for two seconds at most", async () => {
  const shown: string[] = [];
  vi.stubGlobal("indexedDB", { open: () => ({}) }); // another tab blocks it
  vi.stubGlobal("self", { registration: { showNotification: async (title: string) => void shown.push(title) } });
  vi.useFakeTimers({ toFake: ["setTimeout"] });
  const { pushed } = (await import(`${WORKER}push`)) as { pushed(event: object): Promise<void> };
  const text = () => JSON.stringify({ notification: { title: "Afterbeam", body: "You have a reminder", data: { id: "n" } } });
  void pushed({ data: { text } });
  await vi.advanceTimersByTimeAsync(1_999);
  expect(shown).toEqual([]);
  await vi.advanceTimersByTimeAsync(1);
  expect(shown).toEqual(["Afterbeam"]);
  vi.useRealTimers();
});

test("with a database that answers the notification says what this phone may", async () => {
  const { change, setMeta } = await import("./db");
  await change(["bundle"], (store) => store("bundle").put({ bundle: BUNDLE, etag: null, asked_at: 0 }, "bundle"));
  await setMeta("lock_screen", 1);
  const shown: string[] = [];
  vi.stubGlobal("self", { registration: { showNotification: async (title: string) => void shown.push(title) } });
  serverThat(() => ({ status: 204 }));
  const { pushed } = (await import(`${WORKER}push`)) as { pushed(event: object): Promise<void> };
  await pushed({ data: { text: () => JSON.stringify({ notification: { title: "Afterbeam", data: { id: "notice-1" } } }) } });
  expect(shown).toEqual([BUNDLE.notices["notice-1"]!.titles[1]]);
});
