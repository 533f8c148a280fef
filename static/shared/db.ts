/** The phone's own database. Screens read it, sync moves it; every write that matters is flushed to the disk. */

import { announce } from "./announce";
import type { Answers } from "../domain/rules";
import type { Bundle, JoinAnswer, PatientEvent, ReceiptBody, SyncAnswer } from "./api";
import type { Millis } from "./clock";

export interface KeptBundle {
  bundle: Bundle;
  etag: string | null;
  asked_at: Millis; // wall time when it was asked for: what was acknowledged before is in it
}

/** What the patient made, with the device it was made under: a phone can change hands before it is sent. */
export type Entry = PatientEvent & { device_id?: string | undefined };

/** An event with the server's answer to it. What was not taken is kept and shown: nothing a patient made vanishes. */
export interface Answered {
  event: Entry;
  result: Exclude<SyncAnswer["results"][number]["result"], "later">;
  reason: string;
  at: Millis; // wall time of the answer
}

export interface Cooling {
  occurrence_id: string;
  started_at: Millis; // wall time: skin does not run on a demo's clock
}

/** A photo that the person has said yes to. */
export interface Photo {
  slot: "front" | "left" | "right" | "spot";
  taken_at: string; // care time
  type: string;
  bytes: ArrayBuffer;
}

/** One that belongs to a check-in, until the server has it. */
export interface KeptPhoto extends Photo {
  id: string; // UUIDv7
  check_in_id: string;
  device_id?: string | undefined;
  refused?: string; // the server's code; it stays here
}

/** A check-in that was begun. What is put in survives a page that the phone closes; it counts only once it is saved. */
export interface CheckInDraft {
  plan_id: string;
  day: number;
  answers: Answers;
  note: string;
  photos?: Photo[];
  replaces?: string | undefined; // the check-in it adds to
  at: Millis; // wall time of the last tap
}

export interface Meta {
  device: { id: string; token: string }; // the one whose person said "right"
  joining: { answer: JoinAnswer; stage: "confirm" | "install" | "reminders"; install_code?: string | undefined };
  join_key: string; // until "right": with it a pass whose answer got lost works again
  before: string[]; // plans of the device before; whose entries wait is decided when the new plan comes
  seq: number;
  epoch: string;
  lock_screen: 0 | 1 | 2; // the last choice on this phone, sent or not
  signed_out: string | true; // the code of the server's refusal
  left: true; // stay empty even if the cookie still works
  push_off: true;
  push_sent: string; // the key and endpoint the server was last told; empty when it calls them gone
  open_notice: string; // clicked in the worker; messages to a page can get lost
  cooling: Cooling;
  draft: CheckInDraft;
  photos: number; // how many wait to be sent, so that nobody reads them only to count them
  lease: { owner: number; until: Millis };
}

/** Store name -> what is in it. Keys are strings. */
export interface Stores {
  bundle: KeptBundle;
  outbox: Entry;
  shadow: Answered; // taken; kept 14 days in case the server loses it
  rejected: Answered;
  meta: Meta[keyof Meta];
  receipts: ReceiptBody;
  photos: KeptPhoto;
}
export type Name = keyof Stores;

/** One store inside a transaction. */
export interface Store<V> {
  get(key: string): Promise<V | undefined>;
  all(): Promise<V[]>;
  put(value: V, key?: string): void;
  delete(key: string): void;
  clear(): void;
}
export type Within = <N extends Name>(name: N) => Store<Stores[N]>;

/** One function per version, never edited after release. */
export const MIGRATIONS: ((db: IDBDatabase) => void)[] = [
  (db) => {
    for (const name of ["outbox", "shadow", "rejected"]) {
      db.createObjectStore(name, { keyPath: name === "outbox" ? "id" : "event.id" });
    }
    for (const name of ["bundle", "meta", "receipts"]) db.createObjectStore(name);
  },
  (db) => void db.createObjectStore("photos", { keyPath: "id" }),
];

let opened: Promise<IDBDatabase> | undefined;
let whenBlocked: (() => void) | null = null;

/** `tell` is called when another, older tab holds the database: the page asks to close it instead of waiting mutely. */
export const onBlocked = (tell: () => void): void => void (whenBlocked = tell);

const open = (): Promise<IDBDatabase> =>
  (opened ??= connect().catch((error: unknown) => {
    forget();
    throw error;
  }));

async function connect(): Promise<IDBDatabase> {
  const request = indexedDB.open("afterbeam", MIGRATIONS.length);
  request.onupgradeneeded = ({ oldVersion }) => MIGRATIONS.slice(oldVersion).forEach((migrate) => migrate(request.result));
  request.onblocked = whenBlocked;
  const db = await asked(request);
  db.onclose = forget;
  db.onversionchange = () => (db.close(), forget()); // a newer version waits in another tab
  return db;
}

const forget = (): void => void (opened = undefined);

const asked = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

const within = <V>(store: IDBObjectStore): Store<V> => ({
  get: (key) => asked(store.get(key)),
  all: () => asked(store.getAll()),
  put: (value, key) => store.put(value, key),
  delete: (key) => store.delete(key),
  clear: () => store.clear(),
});

/**
 * Everything `act` does happens or nothing does. Resolves when it is on the disk: the default durability may report
 * success before. Inside, wait for nothing but the stores: a transaction ends by itself when it has nothing to do.
 */
export async function change<T>(names: Name[], act: (store: Within) => T | Promise<T>, mode: "readonly" | "readwrite" = "readwrite"): Promise<T> {
  const tx = (await open()).transaction(names, mode, { durability: "strict" });
  const ended = new Promise<unknown>((resolve, reject) => {
    tx.oncomplete = resolve;
    tx.onabort = () => reject(tx.error);
  });
  ended.catch(() => {}); // reported below, or by what went wrong first
  try {
    const result = await act((name) => within(tx.objectStore(name)));
    await ended;
    return result;
  } catch (error) {
    if (!tx.error) tx.abort(); // an error of ours, not of the database: take back what was put
    throw error;
  }
}

export const read = <T>(names: Name[], act: (store: Within) => Promise<T>): Promise<T> => change(names, act, "readonly");

export const keptBundle = (): Promise<KeptBundle | undefined> => read(["bundle"], (store) => store("bundle").get("bundle"));

export const getMeta = <K extends keyof Meta>(key: K): Promise<Meta[K] | undefined> =>
  read(["meta"], (store) => store("meta").get(key)) as Promise<Meta[K] | undefined>;

export const setMeta = <K extends keyof Meta>(key: K, value: Meta[K] | undefined): Promise<void> =>
  change(["meta"], (store) => (value === undefined ? store("meta").delete(key) : store("meta").put(value, key)));

const ALL: Name[] = ["bundle", "outbox", "shadow", "rejected", "meta", "receipts", "photos"];

/** Everything, when the person leaves or says "this is not me". False, and nothing is wiped, when `holds` finds a reason. */
export async function wipe(holds?: (store: Within) => Promise<unknown>): Promise<boolean> {
  const wiped = await change(ALL, async (store) => {
    if (await holds?.(store)) return false;
    for (const name of ALL) store(name).clear();
    store("meta").put(true, "left");
    return true;
  });
  announce(); // another tab must not go on showing it
  return wiped;
}
