import { beforeEach, expect, test, vi } from "vitest";
import { answering, freshPhone, load, sentIds, serverThat } from "./testing";

const ENTRIES = 500;

beforeEach(freshPhone);

/** The database as an app of that version left it, with entries that were never sent. */
async function leftBy(version: number): Promise<IDBDatabase> {
  const { MIGRATIONS } = await import("./db");
  const old = await new Promise<IDBDatabase>((resolve) => {
    const request = indexedDB.open("afterbeam", version);
    request.onupgradeneeded = () => MIGRATIONS.slice(0, version).forEach((migrate) => migrate(request.result));
    request.onsuccess = () => resolve(request.result);
  });
  await new Promise<void>((resolve) => {
    const tx = old.transaction(["outbox", "meta"], "readwrite");
    for (let seq = 1; seq <= ENTRIES; seq += 1) {
      tx.objectStore("outbox").put({ id: `event-${seq}`, seq, schema: 1, kind: "outcome", occurrence_ids: ["a"], value: "done" });
    }
    tx.objectStore("meta").put(ENTRIES, "seq");
    tx.oncomplete = () => resolve();
  });
  return old;
}

const { MIGRATIONS } = await import("./db");
const RELEASED = MIGRATIONS.map((_, at) => at + 1);

test.each(RELEASED)("a full outbox of version %i is kept through the upgrade and sent in order", async (version) => {
  (await leftBy(version)).close();
  const phone = await load();
  expect(await phone.waiting()).toHaveLength(ENTRIES);
  const requests = serverThat(answering("stored"));
  expect(await phone.sendAll()).toBe("sent");
  expect(sentIds(requests)).toEqual(Array.from({ length: ENTRIES }, (_, at) => `event-${at + 1}`));
  const next = await phone.record({ kind: "outcome", occurrence_ids: ["b"], value: "done" }, undefined);
  expect(next.seq).toBe(ENTRIES + 1);
});

test.each(RELEASED)("from version %i every store is there", async (version) => {
  (await leftBy(version)).close();
  const phone = await load();
  for (const name of ["bundle", "outbox", "shadow", "rejected", "meta", "receipts", "photos"] as const) {
    expect(await phone.read([name], (store) => store(name).all() as Promise<unknown[]>)).toBeDefined();
  }
});

test("an older tab that holds the database is named, and once it is closed all goes on", async () => {
  const held = await leftBy(1);
  const phone = await load();
  const blocked = vi.fn(() => held.close());
  phone.onBlocked(blocked);
  expect(await phone.waiting()).toHaveLength(ENTRIES);
  expect(blocked).toHaveBeenCalledOnce();
});
