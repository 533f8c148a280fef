/** One request to our own server, as the person who is signed in by cookie. */

import type { Problem } from "../shared/api";
import { wallNow, type Millis } from "../shared/clock";

const TIMEOUT_MS = 10_000;
const API = "/api/v1/clinic/";

/** `status` 0: no answer. */
export interface Answer<T> {
  ok: boolean;
  status: number;
  body: T | null;
  detail: string; // what the server says is wrong, for a person; or empty
  skew: Millis | null; // the server's clock minus this browser's, to the second
}

const NO_ANSWER = { ok: false, status: 0, body: null, detail: "", skew: null };

export async function ask<T>(path: string, method = "GET", body?: unknown): Promise<Answer<T>> {
  try {
    const answer = await fetch(API + path, {
      method, cache: "no-store", redirect: "error", signal: AbortSignal.timeout(TIMEOUT_MS),
      headers: body ? { "Content-Type": "application/json" } : {},
      body: body ? JSON.stringify(body) : null,
    });
    return await read<T>(answer);
  } catch {
    return NO_ANSWER;
  }
}

async function read<T>(answer: Response): Promise<Answer<T>> {
  const { ok, status, headers } = answer;
  // A captive portal or a proxy answers with a page: that is no answer of ours.
  const isJson = headers.get("Content-Type")?.includes("json");
  if (ok && status !== 204 && !isJson) return NO_ANSWER;
  const said: unknown = isJson ? await answer.json() : null;
  const sent = Date.parse(headers.get("Date") ?? "");
  return {
    ok, status,
    body: ok ? (said as T) : null,
    detail: ok ? "" : ((said as Problem | null)?.detail ?? ""),
    skew: Number.isNaN(sent) ? null : sent - wallNow(),
  };
}
