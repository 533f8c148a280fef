/** The app's files for offline use, each checked against the hash the build put here. Nothing else is ever cached. */

import { routeOf } from "../static/shared/routes";

declare const self: ServiceWorkerGlobalScope;
declare const __PRECACHE__: Record<string, string>; // URL -> base64 of the first 3 bytes of its SHA-256
declare const __VERSION__: string;

const PREFIX = "afterbeam-";
const CACHE = PREFIX + __VERSION__;
const HASHES = __PRECACHE__;
const HASH_BYTES = 3; // as in static/build/service_worker.ts

export const install = (): Promise<unknown> => Promise.all(Object.keys(HASHES).map(genuine));

export async function activate(): Promise<void> {
  for (const name of await caches.keys()) if (name.startsWith(PREFIX) && name !== CACHE) await caches.delete(name);
  await self.clients.claim(); // the first visit works offline without a reload
}

/** Undefined leaves the request to the browser: API, clinic, health checks and everything unknown. */
export function precached({ url, method, mode }: Request): Promise<Response> | undefined {
  const { origin, pathname } = new URL(url);
  const wanted = mode === "navigate" && routeOf(pathname) ? "/" : pathname;
  const isOurs = method === "GET" && origin === self.location.origin && HASHES[wanted];
  return isOurs ? genuine(wanted).catch(() => fetch(wanted)) : undefined; // a newer server's page still beats none
}

/** From this version's cache; a damaged or missing copy comes from an older cache or the server, and is mended. */
async function genuine(url: string): Promise<Response> {
  const cache = await caches.open(CACHE);
  const kept = await checked(await cache.match(url), url);
  if (kept) return kept;
  const found = (await checked(await caches.match(url), url)) ?? (await checked(await fetch(url, { cache: "no-cache" }), url));
  await cache.put(url, found!.clone()); // throws when there is none
  return found!;
}

async function checked(response: Response | undefined, url: string): Promise<Response | undefined> {
  if (!response?.ok) return undefined;
  const bytes = await response.arrayBuffer();
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes), 0, HASH_BYTES);
  return btoa(String.fromCharCode(...digest)) === HASHES[url] ? new Response(bytes, response) : undefined;
}
