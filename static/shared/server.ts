/** One request to our own server: cookie first, the device token beside it for a phone that has lost its cookie. */

import { getMeta, setMeta } from "./db";

const TIMEOUT_MS = 15_000;
/** What the server says until "is this right?" was answered. */
export const NOT_CONFIRMED = "not_confirmed";

/** `status` 0: no answer. */
export interface Answer<T> {
  ok: boolean;
  status: number;
  body: T | null;
  etag: string | null;
}

/** Worth another try later: no answer, or one that says so. */
export const isPassing = ({ status }: Answer<unknown>): boolean => [0, 408, 429].includes(status) || status >= 500;

/** A 401, also when the server waits for "is this right?". `as` is the token of a device that is not yet this phone's. */
export async function ask<T>(path: string, method = "GET", body?: unknown, etag?: string | null, as?: string): Promise<Answer<T>> {
  const headers: Record<string, string> = {};
  const token = as ?? (await getMeta("device"))?.token;
  if (token) headers.Authorization = `Bearer ${token}`;
  if (body) headers["Content-Type"] = "application/json";
  if (etag) headers["If-None-Match"] = etag;
  try {
    const answer = await fetch(`/api/v1/${path}`, {
      method, headers, cache: "no-store", redirect: "error", signal: AbortSignal.timeout(TIMEOUT_MS),
      body: JSON.stringify(body), // of nothing: nothing
    });
    const json = await answer.json().catch(() => null); // a captive portal answers 200 with a page; 204 and 304 are empty
    const status = json?.code === NOT_CONFIRMED ? 401 : answer.status;
    if (status === 401 && !as) await setMeta("signed_out", json?.code || true);
    return { ok: answer.ok, status, body: json, etag: answer.headers.get("ETag") };
  } catch {
    return { ok: false, status: 0, body: null, etag: null };
  }
}
