/** One flusher on this phone: Web Locks, or a lease row where they do not exist (no worker runs there either). */

import { wallNow } from "./clock";
import { change, setMeta } from "./db";
import { sendAll, type Flushed } from "./sync";

export const LOCK = "afterbeam";
const LEASE_MS = 60_000;
const me = Math.random();

export async function flush(): Promise<Flushed> {
  if (navigator.locks) return navigator.locks.request(LOCK, sendAll);
  if (!(await takeLease(me))) return "later";
  return sendAll().finally(() => setMeta("lease", undefined));
}

/** False while somebody else holds it; a holder that died loses it after a minute, and so does one whose clock was ahead. */
export const takeLease = (owner: number): Promise<boolean> =>
  change(["meta"], async (store) => {
    const held = (await store("meta").get("lease")) as { owner: number; until: number } | undefined;
    const free = !held || held.owner === owner || held.until <= wallNow() || held.until > wallNow() + LEASE_MS;
    if (free) store("meta").put({ owner, until: wallNow() + LEASE_MS }, "lease");
    return free;
  });
