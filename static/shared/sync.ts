/** Sends the outbox. Page and worker share it, one of them at a time: see alone.ts. */

import type { SyncAnswer } from "./api";
import { wallNow } from "./clock";
import { getMeta, setMeta } from "./db";
import { meetEpoch, settle, waiting, zoneOfPhone } from "./outbox";
import { flushReceipts } from "./receipts";
import { ask } from "./server";

const MOST_EVENTS = 50; // an event is well under a kilobyte

/** `sent`: nothing waits. `later`: something still waits; try again. `signed_out`: kept, but this phone must join again. */
export type Flushed = "sent" | "later" | "signed_out";

export async function sendAll(): Promise<Flushed> {
  if ((await getMeta("joining"))?.stage === "confirm") return "later"; // whose phone this is, is being asked
  await flushReceipts();
  let most = MOST_EVENTS;
  for (let events = await waiting(); events[0]; events = await waiting()) {
    const batch = events.slice(0, most);
    const { status, body } = await ask<SyncAnswer>("sync", "POST", {
      epoch: (await getMeta("epoch")) ?? null, zone: zoneOfPhone(), events: batch,
    });
    if (status === 200 && body?.results) {
      await meetEpoch(body.epoch);
      if (!(await settle(body.results, wallNow()))) return "later";
    } else if (status === 401) {
      await setMeta("signed_out", true);
      return "signed_out";
    } else if (![400, 413, 422].includes(status)) {
      return "later";
    } else if (batch[1]) {
      most = Math.ceil(batch.length / 2); // too much, or one bad event among good ones: find it
    } else {
      await settle([{ id: batch[0]!.id, result: "rejected", reason: `http_${status}` }], wallNow());
    }
  }
  return "sent";
}
