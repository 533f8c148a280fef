/** Sends photos after the check-ins they belong to; only the page does, a photo is too much for a worker's minute. */

import type { Problem } from "../../shared/api";
import { instant, wallNow } from "../../shared/clock";
import { change, getMeta, read, type Answered, type Entry, type KeptPhoto, type Meta } from "../../shared/db";
import { countPhotos } from "../../shared/outbox";

const TIMEOUT_MS = 60_000;

/** Those that wait, the oldest first, and those that the server refused. */
export const keptPhotos = (): Promise<KeptPhoto[]> => read(["photos"], (store) => store("photos").all());

export async function sendPhotos(): Promise<void> {
  const device = await getMeta("device");
  for (const photo of await keptPhotos()) {
    const [waits, taken, refused] = await checkInOf(photo);
    if (photo.refused || waits) continue; // its check-in goes first
    const isOurs = !device || [photo.device_id, (taken ?? refused)?.event.device_id].includes(device.id);
    const { status, code } = isOurs ? await post(photo, device) : { status: 403, code: "other_device" };
    if (status === 200 || status === 201 || code === "photo_conflict") await settled(photo, false); // of a conflict the server keeps both
    else if ([0, 401, 429].includes(status)) return; // it stays, for the next time
    else if (status >= 500) continue; // and keeps no other waiting
    else await settled({ ...photo, refused: code }, true);
  }
}

/** One that was refused is offered once more: a place may have become free, and a server may have learnt. */
export const offerAgain = ({ id }: KeptPhoto): Promise<void> =>
  change(["photos", "meta"], async (store) => {
    const { refused, ...photo } = (await store("photos").get(id)) ?? {};
    if (!refused) return; // another tab was quicker
    store("photos").put(photo as KeptPhoto);
    await countPhotos(store, 1);
  });

/** Only one that was refused: what waits is not thrown away. */
export const throwAway = ({ id }: KeptPhoto): Promise<void> =>
  change(["photos"], async (store) => {
    if ((await store("photos").get(id))?.refused) store("photos").delete(id);
  });

/** Where its check-in is: after joining anew, that has the same person's new device. */
const checkInOf = ({ check_in_id }: KeptPhoto): Promise<[Entry | undefined, Answered | undefined, Answered | undefined]> =>
  read(["outbox", "shadow", "rejected"], (store) =>
    Promise.all([store("outbox").get(check_in_id), store("shadow").get(check_in_id), store("rejected").get(check_in_id)]));

async function post({ id, check_in_id, slot, taken_at, type, bytes }: KeptPhoto, device: Meta["device"] | undefined) {
  const about = { id, check_in_id, slot, taken_at, sent_at: instant(wallNow()) };
  try {
    const answer = await fetch("/api/v1/photos", {
      method: "POST", body: bytes, cache: "no-store", redirect: "error", signal: AbortSignal.timeout(TIMEOUT_MS),
      headers: { "Content-Type": type, "Afterbeam-Photo": JSON.stringify(about), ...(device && { Authorization: `Bearer ${device.token}` }) },
    });
    const problem = (await answer.json().catch(() => null)) as Problem | null;
    // Only the server's own answer settles a photo; a captive portal says 200 to everything.
    return { status: answer.ok && problem?.["id" as "code"] !== id ? 0 : answer.status, code: problem?.code ?? `http_${answer.status}` };
  } catch {
    return { status: 0, code: "" };
  }
}

/** Out of what waits: gone, or kept with the reason. Another tab may have been quicker. */
const settled = (photo: KeptPhoto, isKept: boolean): Promise<void> =>
  change(["photos", "meta"], async (store) => {
    const there = await store("photos").get(photo.id);
    if (!there || there.refused) return;
    if (isKept) store("photos").put(photo);
    else store("photos").delete(photo.id);
    await countPhotos(store, -1);
  });
