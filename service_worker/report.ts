/** Reports what happened to a notice, and uses the occasion to send whatever else waits. */

import { announce } from "../static/shared/announce";
import type { ReceiptBody } from "../static/shared/api";
import { keepReceipt } from "../static/shared/receipts";
import { LOCK } from "../static/shared/alone";
import { sendAll, type Flushed } from "../static/shared/sync";

export const flush = (): Promise<Flushed> => navigator.locks.request(LOCK, sendAll);

export async function report(notice_id: string, kind: ReceiptBody["kind"]): Promise<void> {
  if (notice_id) await keepReceipt({ notice_id, kind });
  await flush();
  announce();
}
