/** What the patient made, kept until the server has answered for each piece by its own id. */

import type { Bundle, PatientEvent, SyncAnswer } from "./api";
import { careTime, instant, wallNow, type Millis } from "./clock";
import { change, type Answered, type CheckInDraft, type Entry, type Meta, type Name, type Photo, type Within } from "./db";
import { uuid7 } from "./uuid7";

type Without<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;
/** An event before it has an identity. */
export type Draft = Without<PatientEvent, "id" | "seq" | "schema" | "tapped_at" | "zone">;

const SHADOW_KEPT_MS = 14 * 24 * 3600 * 1000;

/** Where an answered event goes. An answer of a later server that is not here is no answer. */
const GOES_TO = { stored: "shadow", duplicate: "shadow", conflict: "rejected", rejected: "rejected" } as const;

export const zoneOfPhone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;

const WRITTEN: Name[] = ["outbox", "meta"];
type From = Pick<Bundle, "clock" | "device"> | undefined;

/**
 * Resolves once the event is on the disk: only then may a screen say "Saved on this phone". `from` is the bundle that
 * was tapped; refused when the phone has left it or holds another device's since, as an old tab does not know.
 */
export const record = async (draft: Draft, from: From, wall = wallNow()): Promise<Entry> =>
  (await change(WRITTEN, (store) => enter(store, [draft], from, wall)))[0]!;

/** All of them or none, with what they change on this phone at once. */
export const recordAll = (drafts: Draft[], from: From, wall = wallNow()): Promise<Entry[]> =>
  change([...WRITTEN, "photos"], async (store) => {
    const [made, begun] = await Promise.all([enter(store, drafts, from, wall), begunIn(store)]);
    for (const event of made) {
      if (event.kind === "settings") store("meta").put(event.settings.lock_screen, "lock_screen");
      if (event.kind === "check_in") await takePhotos(store, event, begun);
      if (event.kind === "check_in_undo") await dropPhotos(store, event.check_in_id);
    }
    return made;
  });

/** What was begun ends as the check-in it became, and its photos go with it. */
async function takePhotos(store: Within, { id, device_id, ...event }: Entry, begun: CheckInDraft | undefined): Promise<void> {
  if (event.kind !== "check_in" || begun?.plan_id !== event.plan_id || begun.replaces !== event.supersedes) return;
  store("meta").delete("draft");
  await keepPhotos(store, begun.photos, id, device_id);
}

const begunIn = (store: Within) => store("meta").get("draft") as Promise<Meta["draft"] | undefined>;

/**
 * What is being filled in; undefined when it is given up. The photos of another that was begun are not lost: they go to
 * the check-in it was to add to. Whose phone took them is not known any more, so that check-in's device decides.
 */
export const begin = (draft: CheckInDraft | undefined): Promise<void> =>
  change(["meta", "photos"], async (store) => {
    const before = await begunIn(store);
    const isSame = before?.plan_id === draft?.plan_id && before?.replaces === draft?.replaces;
    if (before?.replaces && !isSame) await keepPhotos(store, before.photos, before.replaces);
    if (draft) store("meta").put(draft, "draft");
    else store("meta").delete("draft");
  });

async function keepPhotos(store: Within, photos: Photo[] = [], check_in_id: string, device_id?: string): Promise<void> {
  for (const photo of photos) store("photos").put({ ...photo, id: uuid7(wallNow()), check_in_id, device_id });
  await countPhotos(store, photos.length);
}

/** Photos of a check-in that was taken back are not sent. */
async function dropPhotos(store: Within, check_in_id: string): Promise<void> {
  const its = (await store("photos").all()).filter((photo) => photo.check_in_id === check_in_id);
  for (const { id } of its) store("photos").delete(id);
  await countPhotos(store, -its.filter(({ refused }) => !refused).length);
}

/** How many wait is kept beside them, so that nobody reads photos only to count them. */
export async function countPhotos(store: Within, more: number): Promise<void> {
  if (more) store("meta").put((((await store("meta").get("photos")) as number | undefined) ?? 0) + more, "photos");
}

/** Asked for at once: on a slow phone each answer of the database takes its time. */
async function enter(store: Within, drafts: Draft[], from: From, wall: Millis): Promise<Entry[]> {
  const meta = store("meta");
  const [left, device, seq = 0] = (await Promise.all(["left", "device", "seq"].map(meta.get))) as [unknown, Meta["device"]?, number?];
  const device_id = from?.device.id;
  if (left || (device && device.id !== device_id)) throw new Error("left");
  const tapped_at = instant(careTime(from?.clock, wall));
  const zone = zoneOfPhone();
  meta.put(seq + drafts.length, "seq");
  return drafts.map((draft, at) => {
    const event = { ...draft, id: uuid7(wall), seq: seq + 1 + at, schema: 1, tapped_at, zone, device_id } as Entry;
    store("outbox").put(event);
    return event;
  });
}

/** What may be sent now, in the order it was made. Null while it is open whose phone this is; what another device made is set aside. */
export const sendable = (): Promise<Entry[] | null> =>
  change(["outbox", "rejected", "meta"], async (store) => {
    const [joining, before, device] = (await Promise.all(["joining", "before", "device"].map(store("meta").get))) as
      [Meta["joining"]?, Meta["before"]?, Meta["device"]?];
    if (before || joining?.stage === "confirm") return null;
    const ours = [];
    for (const event of await store("outbox").all()) {
      if (!device || device.id === event.device_id) ours.push(event);
      else await move(store, { event, result: "rejected", reason: "other_device", at: wallNow() });
    }
    return ours.sort((a, b) => a.seq - b.seq);
  });

/** Out of the outbox, to where its answer belongs. A restored server may take what was refused, or refuse it again. */
export async function move(store: Within, answered: Answered): Promise<void> {
  const { id } = answered.event;
  const before = await store("rejected").get(id);
  store("rejected").delete(id);
  store(GOES_TO[answered.result]).put({ ...before, ...answered });
  store("outbox").delete(id);
}

/** Applies the server's answers one by one; true when any event left the outbox. An event without an answer stays. */
export const settle = ({ epoch, results }: Partial<SyncAnswer> & Pick<SyncAnswer, "results">): Promise<boolean> =>
  change(["outbox", "shadow", "rejected", "meta"], async (store) => {
    let left = false;
    if (epoch) await meetEpoch(store, epoch);
    for (const { id, result, reason = "" } of results) {
      const event = await store("outbox").get(id);
      const answered = result as Answered["result"]; // one of them, or it goes nowhere
      if (!event || !GOES_TO[answered]) continue;
      await move(store, { event, result: answered, reason, at: wallNow() });
      left = true;
    }
    return left;
  });

/** A restored server has lost what it acknowledged, and may take what it had refused: all of it is offered once again. */
export async function meetEpoch(store: Within, epoch: string): Promise<void> {
  const known = await store("meta").get("epoch");
  if (known === epoch) return;
  store("meta").put(epoch, "epoch");
  if (known) for (const { event } of [...await store("shadow").all(), ...await store("rejected").all()]) store("outbox").put(event);
}

export const forgetOldShadows = (wall: Millis): Promise<void> =>
  change(["shadow"], async (store) => {
    for (const { event, at } of await store("shadow").all()) {
      if (at < wall - SHADOW_KEPT_MS) store("shadow").delete(event.id);
    }
  });
