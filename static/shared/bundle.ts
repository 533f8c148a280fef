/** Brings the server's bundle to the phone. */

import type { Bundle } from "./api";
import { wallNow, type Millis } from "./clock";
import { change, keptBundle, read, type Meta, type Within } from "./db";
import { meetEpoch, move } from "./outbox";
import { ask } from "./server";

/** True when the phone holds what the server has now. */
export async function refreshBundle(): Promise<boolean> {
  const kept = await keptBundle();
  if (!(await read(["meta"], (store) => takes(store)))) return false;
  const asked_at = wallNow();
  const { ok, status, body, etag } = await ask<Bundle>("bundle", "GET", undefined, kept?.etag);
  const same = status === 304 && kept;
  const bundle = same ? kept.bundle : ok ? body : null;
  return bundle?.schema === 1 && keep(bundle, same ? kept.etag : etag, asked_at);
}

/** Whether this phone takes a plan: not once it has left or while it is asked whose it is, and none of another device. */
async function takes(store: Within, id?: string): Promise<boolean> {
  const [left, joining, device] = await Promise.all(["left", "joining", "device"].map((key) => store("meta").get(key)));
  const own = (device as Meta["device"] | undefined)?.id;
  return !left && (joining as Meta["joining"] | undefined)?.stage !== "confirm" && (!id || !own || id === own);
}

/** Looks again before it writes: the phone may have changed hands while the server was asked. */
const keep = (bundle: Bundle, etag: string | null, asked_at: Millis): Promise<boolean> =>
  change(["bundle", "meta", "outbox", "shadow", "rejected"], async (store) => {
    if (!(await takes(store, bundle.device.id))) return false;
    store("bundle").put({ bundle, etag, asked_at }, "bundle");
    store("meta").delete("signed_out");
    await decide(store, bundle, asked_at);
    await meetEpoch(store, bundle.epoch);
    const pending = await store("outbox").all();
    if (!pending.some(({ kind }) => kind === "settings")) store("meta").put(bundle.settings.lock_screen, "lock_screen");
    return true;
  });

/** After joining anew: whose entries wait here? With any plan in common the same person's, and they go on; else aside. */
async function decide(store: Within, { plans, device }: Bundle, at: Millis): Promise<void> {
  const before = (await store("meta").get("before")) as string[] | undefined;
  if (!before) return;
  store("meta").delete("before");
  const device_id = device.id;
  const isSame = plans.some(({ id }) => before.includes(id));
  for (const event of await store("outbox").all()) {
    if (isSame) store("outbox").put({ ...event, device_id });
    else await move(store, { event, result: "rejected", reason: "other_patient", at });
  }
  for (const answered of await store("shadow").all()) {
    if (isSame) store("shadow").put({ ...answered, event: { ...answered.event, device_id } });
    else store("shadow").delete(answered.event.id);
  }
}
