import { beforeEach, expect, test, vi } from "vitest";
import { sampleBundle } from "../dev/sample";
import type { Bundle } from "./api";
import { freshPhone, serverThat } from "./testing";

const REPORT = "../../service_worker/report"; // not typed here: a worker's types and a page's do not mix
const KNOWN = sampleBundle({ now: Date.now(), day: 3 });
const words = { titles: ["a", "b", "c"], bodies: ["d", "e", "f"] } as Bundle["notices"][string];
const LATER = { ...KNOWN, notices: { "day-7": words } };

beforeEach(() => {
  freshPhone();
  vi.stubGlobal("navigator", { locks: { request: (_: string, act: () => unknown) => act() } });
});

/** The notices this phone knows after a push was reported, the server answering with `bundle`. */
async function knownAfter(bundle: unknown, meanwhile?: (db: typeof import("./db")) => Promise<unknown>): Promise<string[] | undefined> {
  const db = await import("./db");
  await db.change(["bundle"], (store) => store("bundle").put({ bundle: KNOWN, etag: "old", asked_at: 0 }, "bundle"));
  serverThat(async ({ path }) => {
    if (!path.endsWith("/bundle")) return { status: 204 };
    await meanwhile?.(db);
    return { status: 200, body: bundle };
  });
  const { report } = (await import(REPORT)) as { report(id: string, kind: string): Promise<void> };
  await report("n", "shown");
  const kept = await db.keptBundle();
  return kept && Object.keys(kept.bundle.notices);
}

test("after a push the worker knows the reminders that come next, though nobody opens the app", async () => {
  expect(await knownAfter(LATER)).toEqual(["day-7"]);
});

test("a phone that left meanwhile keeps nothing", async () => {
  expect(await knownAfter(LATER, (db) => db.change(["bundle"], (store) => store("bundle").clear()))).toBeUndefined();
});

test.each([
  ["another phone", { ...LATER, device: { ...LATER.device, id: "other" } }],
  ["a newer server", { ...LATER, schema: 2 }],
  ["a captive portal", null],
])("what comes from %s is not kept", async (_, bundle) => {
  expect(await knownAfter(bundle)).toEqual(Object.keys(KNOWN.notices));
});
