/** Brings the server's bundle to the phone. */

import type { Bundle } from "./api";
import { wallNow, type Millis } from "./clock";
import { change, keptBundle, setMeta } from "./db";
import { meetEpoch } from "./outbox";
import { ask } from "./server";

/** True when the phone holds what the server has now. */
export async function refreshBundle(): Promise<boolean> {
  const kept = await keptBundle();
  const asked_at = wallNow();
  const { status, body, etag } = await ask<Bundle>("bundle", "GET", undefined, kept?.etag);
  if (status === 401) await setMeta("signed_out", true);
  if (status === 304 && kept) {
    await change(["bundle"], (store) => store("bundle").put({ ...kept, asked_at }, "bundle"));
    return true;
  }
  if (status !== 200 || body?.schema !== 1) return false;
  await meetEpoch(body.epoch);
  await keep(body, etag, asked_at);
  return true;
}

const keep = (bundle: Bundle, etag: string | null, asked_at: Millis): Promise<void> =>
  change(["bundle", "meta", "outbox"], async (store) => {
    store("bundle").put({ bundle, etag, asked_at }, "bundle");
    store("meta").delete("signed_out");
    const pending = await store("outbox").all();
    if (!pending.some(({ kind }) => kind === "settings")) store("meta").put(bundle.settings.lock_screen, "lock_screen");
  });
