/** Unit tests only: a fresh phone, and a server that answers from a list. Not part of any build. */

import { IDBFactory, IDBKeyRange } from "fake-indexeddb";
import { vi } from "vitest";
import type { PatientEvent, SyncAnswer, SyncRequest } from "./api";

/** A new empty database behind freshly loaded modules, so that no test sees another's phone. */
export function freshPhone(): void {
  vi.resetModules();
  Object.assign(globalThis, { indexedDB: new IDBFactory(), IDBKeyRange });
}

export interface Request {
  path: string;
  method: string;
  headers: Record<string, string>;
  body: unknown;
}

interface Reply { status: number; body?: unknown; etag?: string }

type Respond = (request: Request) => Reply | Promise<Reply>;

/** Stands where the network stands; remembers what was asked. */
export function serverThat(respond: Respond): Request[] {
  const asked: Request[] = [];
  const fetch = async (path: string, { method = "GET", headers = {}, body }: { method?: string; headers?: Record<string, string>; body?: string }) => {
    const request = { path, method, headers, body: body ? JSON.parse(body) : null };
    asked.push(request);
    const answer = await respond(request);
    const answered = new Headers({ "Content-Type": "application/json", ...(answer.etag && { ETag: answer.etag }) });
    const empty = answer.status === 304 || answer.status === 204;
    return new Response(empty ? null : JSON.stringify(answer.body ?? {}), { status: answer.status, headers: answered });
  };
  vi.stubGlobal("fetch", fetch);
  return asked;
}

export type Result = SyncAnswer["results"][number]["result"];

/** A sync answer that gives every event the same result. */
export const answering = (result: Result, epoch = "epoch-1") => ({ body }: Request) => ({
  status: 200,
  body: { epoch, results: (body as SyncRequest).events.map(({ id }) => ({ id, result })) },
});

export const sentIds = (requests: Request[]): string[] =>
  requests.flatMap(({ body }) => ((body as SyncRequest | null)?.events ?? []).map(({ id }: PatientEvent) => id));

/** A phone: what reads, keeps and sends what it makes. */
export const load = async () => ({
  waiting: async (): Promise<PatientEvent[]> =>
    (await (await import("./db")).read(["outbox"], (store) => store("outbox").all())).sort((a, b) => a.seq - b.seq),
  ...(await import("./outbox")), ...(await import("./sync")), ...(await import("./db")), ...(await import("./bundle")),
  ...(await import("./alone")),
});
export type Phone = Awaited<ReturnType<typeof load>>;

export const done = (phone: Phone, id: string): Promise<PatientEvent> =>
  phone.record({ kind: "outcome", occurrence_ids: [id], value: "done" }, undefined);
/** A plan as the device of that id would get it. */
export const bundleOf = async (id: string) => {
  const sample = (await import("../dev/sample")).sampleBundle({ now: Date.now(), day: 3 });
  return { ...sample, device: { ...sample.device, id } };
};
/** A joining phone whose person was not yet asked "is this right?". */
export const CONFIRM = {
  answer: { device_id: "new", device_token: "t", clinic_name: "", procedure_name: "", treated_on: "2026-11-20", first_name: "" },
  stage: "confirm",
} as const;
export const inside = (phone: Phone, name: "outbox" | "shadow" | "rejected") =>
  phone.read([name], (store) => store(name).all() as Promise<unknown[]>);
