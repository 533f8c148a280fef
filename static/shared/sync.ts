/** Sends the outbox. Page and worker share it, one of them at a time: see alone.ts. */

import type { SyncAnswer } from "./api";
import { instant, wallNow } from "./clock";
import { getMeta } from "./db";
import { sendable, settle, zoneOfPhone } from "./outbox";
import { flushReceipts } from "./receipts";
import { ask } from "./server";

const MOST_EVENTS = 50; // most are well under a kilobyte; what is too much for one request is halved

/** `sent`: nothing waits. `later`: something still waits; try again. `signed_out`: kept, but this phone must join again. */
export type Flushed = "sent" | "later" | "signed_out";

export async function sendAll(): Promise<Flushed> {
  let most = MOST_EVENTS;
  for (;;) {
    const batch = (await sendable())?.slice(0, most);
    if (!batch) return "later";
    if (!batch[0]) {
      await flushReceipts();
      return "sent";
    }
    const { status, body } = await ask<SyncAnswer>("sync", "POST", {
      epoch: await getMeta("epoch"), zone: zoneOfPhone(),
      get sent_at() { return instant(wallNow()); }, // read as it is sent, for a phone may sleep before that
      events: batch.map((event) => ({ ...event, device_id: undefined })), // the phone's own note
    });
    if (status === 200 && body?.results) {
      if (!(await settle(body))) return "later";
    } else if (status === 401) {
      return "signed_out";
    } else if (![400, 413, 422].includes(status)) {
      return "later";
    } else if (batch[1]) {
      most = Math.ceil(batch.length / 2); // too much, or one bad event among good ones: find it
    } else {
      await settle({ results: [{ id: batch[0].id, result: "rejected", reason: `http_${status}` }] });
    }
  }
}
