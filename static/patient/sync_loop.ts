/** When to move data: after a save, when the phone comes back, when the app is looked at, and every 30 s. */

import { computed } from "@preact/signals";
import { announce, whenAnnounced } from "../shared/announce";
import { wallNow } from "../shared/clock";
import { forgetOldShadows } from "../shared/outbox";
import { refreshBundle } from "../shared/bundle";
import { flush } from "../shared/alone";
import { NOT_CONFIRMED } from "../shared/server";
import { later } from "./lazy";
import { permission } from "./permission";
import { go } from "./route";
import { kept, online, reload, unsent } from "./store";

const TICK_MS = 30_000;
const BUNDLE_MS = 5 * 60_000;
const LONGEST_WAIT_MS = 5 * 60_000;

let failures = 0;
let notBefore = 0;
let running: Promise<boolean> | null = null;
let again = false;

/** One pass at a time; a wish during a pass makes one more. Resolves to whether everything is sent and fresh. */
export function syncNow(): Promise<boolean> {
  again = true;
  return (running ??= (async () => {
    let fine = false;
    while (again) {
      again = false;
      fine = await pass().catch(() => false);
    }
    running = null;
    return fine;
  })());
}

async function pass(): Promise<boolean> {
  const refused = kept.value?.meta.signed_out;
  if (kept.value?.meta.before) await refreshBundle(); // nothing is sent before it is here
  const flushed = await flush();
  await reload(); // "sent" is shown before the new bundle is here
  if (flushed !== "signed_out" && kept.value?.meta.photos) await later().then(({ sendPhotos }) => sendPhotos());
  const fresh = flushed === "signed_out" ? false : await refreshBundle();
  await reload();
  if (kept.value?.meta.signed_out === NOT_CONFIRMED && refused !== NOT_CONFIRMED) go("/join");
  announce();
  again ||= fresh && flushed === "sent" && !!kept.value?.outbox[0]; // a restored server gets back what it has lost
  const fine = flushed === "sent" && fresh;
  online.value = fine || navigator.onLine;
  failures = fine ? 0 : failures + 1;
  notBefore = fine ? 0 : wallNow() + Math.min(LONGEST_WAIT_MS, 2 ** failures * 1000) * (0.5 + Math.random() / 2);
  if (flushed === "later") void askForBackgroundSync();
  return fine;
}

/** The bundle ages; a demo's ages faster. */
const isStale = computed(() => {
  const last = kept.value?.bundle;
  return !last || last.bundle.clock.speed > 1 ? TICK_MS : BUNDLE_MS;
});

function maybeSync(): void {
  if (document.visibilityState === "hidden" || wallNow() < notBefore || kept.value?.meta.left) return;
  const age = wallNow() - (kept.value?.bundle?.asked_at ?? 0);
  if (unsent.value > 0 || age > isStale.value) void syncNow();
}

function lookedAt(): void {
  if (document.visibilityState === "hidden") return;
  void reload();
  if (wallNow() >= notBefore && !kept.value?.meta.left) void syncNow();
}

async function askForBackgroundSync(): Promise<void> {
  const registration = (await navigator.serviceWorker?.getRegistration()) as
    | (ServiceWorkerRegistration & { sync?: { register(tag: string): Promise<void> } })
    | undefined;
  await registration?.sync?.register("outbox").catch(() => {});
}

export async function startSyncing(): Promise<void> {
  addEventListener("online", () => {
    online.value = true;
    void syncNow();
  });
  addEventListener("offline", () => (online.value = false));
  addEventListener("pageshow", lookedAt); // iOS restores a frozen page without visibilitychange
  document.addEventListener("visibilitychange", lookedAt);
  whenAnnounced(() => void reload());
  setInterval(maybeSync, TICK_MS);
  const { bundle, meta } = kept.value ?? {};
  if (meta?.left || meta?.joining?.stage === "confirm" || (location.pathname === "/join" && !bundle)) return;
  await syncNow();
  await forgetOldShadows(wallNow());
  if (permission() === "granted") await later().then(({ checkSubscription }) => checkSubscription());
}
