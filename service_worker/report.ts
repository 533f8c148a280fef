/** Reports what happened to a notice, and uses the occasion to send whatever else waits. */

import { announce } from "../static/shared/announce";
import type { Bundle, ReceiptBody } from "../static/shared/api";
import { wallNow } from "../static/shared/clock";
import { change, keptBundle } from "../static/shared/db";
import { ask } from "../static/shared/server";
import { keepReceipt } from "../static/shared/receipts";
import { LOCK } from "../static/shared/alone";
import { sendAll, type Flushed } from "../static/shared/sync";

export const flush = (): Promise<Flushed> => navigator.locks.request(LOCK, sendAll);

export async function report(notice_id: string, kind: ReceiptBody["kind"]): Promise<void> {
  if (notice_id) await keepReceipt({ notice_id, kind });
  await flush();
  await refresh();
  announce();
}

/** Reminders have ids three days ahead only, and the app may stay closed for longer. The page does all else itself. */
async function refresh(): Promise<void> {
  const asked_at = wallNow();
  const { body, etag } = await ask<Bundle>("bundle", "GET", undefined, (await keptBundle())?.etag);
  if (body?.schema === 1) await change(["bundle"], async (store) => {
    const kept = await store("bundle").get("bundle"); // gone when this phone left meanwhile
    if (kept?.bundle.device.id === body.device.id) store("bundle").put({ bundle: body, etag, asked_at }, "bundle");
  });
}
