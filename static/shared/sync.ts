/** Sends the outbox. Page and worker share it, one of them at a time: see alone.ts. */

import type { SyncAnswer } from "./api";
import { instant, wallNow } from "./clock";
import { getMeta } from "./db";
import { sendable, settle, zoneOfPhone } from "./outbox";
import { flushReceipts } from "./receipts";
import { ask } from "./server";

const MOST_EVENTS = 50; // most are well under a kilobyte
const MOST_FAILURES = 6; // of the server, in one pass: it may be down, and then one try is as good as many

/** `sent`: nothing waits. `later`: something still waits; try again. `signed_out`: kept, but this phone must join again. */
export type Flushed = "sent" | "later" | "signed_out";

export async function sendAll(): Promise<Flushed> {
  let most = MOST_EVENTS;
  let failures = 0;
  let broken = 0; // the oldest so many: the server breaks on each of them alone, and they keep no other waiting
  for (;;) {
    const batch = (await sendable())?.slice(broken, broken + most);
    if (!batch) return "later";
    if (!batch[0]) {
      await flushReceipts();
      return broken ? "later" : "sent";
    }
    const { status, body } = await ask<SyncAnswer>("sync", "POST", {
      epoch: await getMeta("epoch"), zone: zoneOfPhone(),
      get sent_at() { return instant(wallNow()); }, // read as it is sent, for a phone may sleep before that
      events: batch.map((event) => ({ ...event, device_id: undefined })), // the phone's own note
    });
    if (status === 200 && body?.results) {
      if (!(await settle(body))) return "later";
      most = Math.min(MOST_EVENTS, most * 2);
    } else if (status === 401) {
      return "signed_out";
    } else if (status < 500 ? ![400, 413, 422].includes(status) : ++failures === MOST_FAILURES) {
      return "later";
    } else if (batch[1]) {
      most = 1; // too much, or one bad event among good ones: find it
    } else if (status >= 500) {
      broken += 1;
    } else {
      await settle({ results: [{ id: batch[0].id, result: "rejected", reason: `http_${status}` }] });
    }
  }
}
