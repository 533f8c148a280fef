/** What this phone reports about a notice. Written down first, so a report made offline is sent later. */

import type { ReceiptBody } from "./api";
import { change, read } from "./db";
import { ask, isPassing } from "./server";

export const keepReceipt = (receipt: ReceiptBody): Promise<void> =>
  change(["receipts"], (store) => store("receipts").put(receipt, receipt.notice_id + receipt.kind));

/** Sends each; what the server can never take is dropped, the rest waits. */
export async function flushReceipts(): Promise<void> {
  for (const receipt of await read(["receipts"], (store) => store("receipts").all())) {
    const answer = await ask("receipts", "POST", receipt);
    if (isPassing(answer) || answer.status === 401) return;
    await change(["receipts"], (store) => store("receipts").delete(receipt.notice_id + receipt.kind));
  }
}
