import { IDBDatabase } from "fake-indexeddb";
import { beforeEach, expect, test, vi } from "vitest";
import { freshPhone } from "./testing";

beforeEach(freshPhone);

test("what the patient makes and what is reported is written to the disk before it counts as saved", async () => {
  const opened = vi.spyOn(IDBDatabase.prototype, "transaction");
  const { record } = await import("./outbox");
  const { keepReceipt } = await import("./receipts");
  await record({ kind: "outcome", occurrence_ids: ["a"], value: "done" }, undefined);
  await keepReceipt({ notice_id: "n", kind: "shown" });
  const writes = (opened.mock.calls as unknown[][]).filter(([, mode]) => mode === "readwrite");
  expect(writes.map(([names, , options]) => [names, options])).toEqual([
    [expect.arrayContaining(["outbox"]), { durability: "strict" }],
    [["receipts"], { durability: "strict" }],
  ]);
});
