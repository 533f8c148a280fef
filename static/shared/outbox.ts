/** What the patient made, kept until the server has answered for each piece by its own id. */

import type { Bundle, PatientEvent, SyncAnswer } from "./api";
import { careTime, instant, wallNow, type Millis } from "./clock";
import { change, read } from "./db";
import { uuid7 } from "./uuid7";

type Without<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;
/** An event before it has an identity. */
export type Draft = Without<PatientEvent, "id" | "seq" | "schema" | "tapped_at" | "zone">;

const SHADOW_KEPT_MS = 14 * 24 * 3600 * 1000;

/** Where an answered event goes. An answer of a later server that is not here is no answer. */
const GOES_TO = { stored: "shadow", duplicate: "shadow", conflict: "rejected", rejected: "rejected" } as const;

export const zoneOfPhone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;

/** Resolves once the event is on the disk: only then may a screen say "Saved on this phone". */
export const record = (draft: Draft, clock: Bundle["clock"] | undefined, wall = wallNow()): Promise<PatientEvent> =>
  change(["outbox", "meta"], async (store) => {
    const meta = store("meta");
    const seq = (((await meta.get("seq")) as number | undefined) ?? 0) + 1;
    const tapped_at = instant(careTime(clock, wall));
    const event = { ...draft, id: uuid7(wall), seq, schema: 1, tapped_at, zone: zoneOfPhone() } as PatientEvent;
    meta.put(seq, "seq");
    if (event.kind === "settings") meta.put(event.settings.lock_screen, "lock_screen");
    store("outbox").put(event);
    return event;
  });

const bySeq = (a: PatientEvent, b: PatientEvent): number => a.seq - b.seq;

export const waiting = async (): Promise<PatientEvent[]> =>
  (await read(["outbox"], (store) => store("outbox").all())).sort(bySeq);

/** Applies the server's answers one by one; true when any event left the outbox. An event without an answer stays. */
export const settle = (results: SyncAnswer["results"], at: Millis): Promise<boolean> =>
  change(["outbox", "shadow", "rejected"], async (store) => {
    let left = false;
    for (const { id, result, reason = "" } of results) {
      const event = await store("outbox").get(id);
      const name = GOES_TO[result];
      if (!event || !name) continue;
      store(name).put({ event, result, reason, at });
      store("outbox").delete(id);
      left = true;
    }
    return left;
  });

/** A restored server has lost what it acknowledged: everything of the last 14 days is offered again. */
export const meetEpoch = (epoch: string): Promise<void> =>
  change(["outbox", "shadow", "meta"], async (store) => {
    const known = await store("meta").get("epoch");
    if (known === epoch) return;
    store("meta").put(epoch, "epoch");
    if (known) for (const { event } of await store("shadow").all()) store("outbox").put(event);
  });

export const forgetOldShadows = (wall: Millis): Promise<void> =>
  change(["shadow"], async (store) => {
    for (const { event, at } of await store("shadow").all()) {
      if (at < wall - SHADOW_KEPT_MS) store("shadow").delete(event.id);
    }
  });
