import { beforeEach, expect, test, vi } from "vitest";
import { sampleBundle } from "../dev/sample";
import { freshPhone, serverThat } from "./testing";

const CLICK = "../../service_worker/click"; // not typed here: a worker's types and a page's do not mix

beforeEach(() => {
  freshPhone();
  vi.stubGlobal("navigator", { locks: { request: (_: string, act: () => unknown) => act() } });
});

test("a Done that cannot be written down opens the app", async () => {
  const opened: string[] = [];
  vi.stubGlobal("self", { clients: { matchAll: async () => [], openWindow: async (url: string) => void opened.push(url) } });
  serverThat(() => ({ status: 204 }));
  const db = await import("./db");
  const bundle = sampleBundle({ now: Date.now(), day: 3 });
  bundle.notices = { n: { ...bundle.notices["notice-1"]!, occurrence_ids: ["a"] } };
  await db.change(["bundle"], (store) => store("bundle").put({ bundle, etag: null, asked_at: 0 }, "bundle"));
  await db.setMeta("left", true);
  const { clicked } = (await import(CLICK)) as { clicked(event: unknown): Promise<void> };
  await clicked({ action: "done", notification: { close: () => {}, data: { id: "n" } } });
  expect(opened).toEqual(["/#n=n"]);
});
