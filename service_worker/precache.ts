/** The app's files for offline use, each checked against the hash the build put here. Nothing else is ever cached. */

import { routeOf } from "../static/shared/routes";

declare const self: ServiceWorkerGlobalScope;
declare const __PRECACHE__: Record<string, string>; // URL -> base64 of the first 6 bytes of its SHA-256
declare const __VERSION__: string;

const PREFIX = "afterbeam-";
const CACHE = PREFIX + __VERSION__;
const HASHES = __PRECACHE__;
const HASH_BYTES = 6; // as in static/build/service_worker.ts

export const install = (): Promise<unknown> => Promise.all(Object.keys(HASHES).map(genuine));

export async function activate(): Promise<void> {
  const old = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== CACHE);
  await Promise.all(old.map((name) => caches.delete(name)));
  await self.clients.claim(); // the first visit works offline without a reload
}

/** Undefined leaves the request to the browser: API, clinic, health checks and everything unknown. */
export function precached({ url, method, mode }: Request): Promise<Response> | undefined {
  const { origin, pathname } = new URL(url);
  if (method !== "GET" || origin !== self.location.origin) return undefined;
  const wanted = mode === "navigate" ? routeOf(pathname) && "/" : pathname;
  if (!wanted || !HASHES[wanted]) return undefined;
  return genuine(wanted).catch(() => fetch(wanted)); // a newer server's page still beats none
}

/** From this version's cache; a damaged or missing copy comes from an older cache or the server, and is mended. */
async function genuine(url: string): Promise<Response> {
  const cache = await caches.open(CACHE);
  const kept = await checked(await cache.match(url), url);
  if (kept) return kept;
  const found = (await checked(await caches.match(url), url)) ?? (await checked(await fetch(url, { cache: "no-cache" }), url));
  if (!found) throw new Error(url);
  await cache.put(url, found.clone());
  return found;
}

async function checked(response: Response | undefined, url: string): Promise<Response | undefined> {
  if (!response?.ok) return undefined;
  const bytes = await response.arrayBuffer();
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).subarray(0, HASH_BYTES);
  return btoa(String.fromCharCode(...digest)) === HASHES[url] ? new Response(bytes, { headers: response.headers }) : undefined;
}
