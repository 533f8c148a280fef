/** The service worker: registered under Trusted Types, and replaced only when the patient says so. */

import { signal } from "@preact/signals";
import { getMeta, setMeta } from "../shared/db";
import { flush } from "../shared/alone";

export const updateReady = signal(false);

const CHECK_MS = 30_000;
const SCRIPT = "/sw.js";
let agreed = false;
let lastOpened = "";

interface Policies {
  createPolicy(name: string, rules: { createScriptURL(url: string): string }): { createScriptURL(url: string): string };
}

/** The app's only policy; it knows one address. */
function workerAddress(): string {
  const policies = (globalThis as { trustedTypes?: Policies }).trustedTypes;
  const rules = {
    createScriptURL(url: string): string {
      if (url !== SCRIPT) throw new TypeError("only the worker may be loaded");
      return SCRIPT;
    },
  };
  return policies ? policies.createPolicy("worker", rules).createScriptURL(SCRIPT) : SCRIPT;
}

/** `open` is told the notice that was tapped. */
export async function startWorker(open: (noticeId: string) => void): Promise<void> {
  if (!("serviceWorker" in navigator)) return;
  const worker = navigator.serviceWorker;
  worker.addEventListener("controllerchange", () => agreed && location.reload());
  worker.addEventListener("message", ({ data }: MessageEvent<{ open?: string }>) => openOnce(data?.open, open));
  const registration = await worker.register(workerAddress(), { updateViaCache: "none" });
  watch(registration);
  const look = checking(registration, open);
  addEventListener("focus", look);
  addEventListener("pageshow", look);
  document.addEventListener("visibilitychange", look);
  await takeOpened(open);
}

function watch(registration: ServiceWorkerRegistration): void {
  const note = () => (updateReady.value = !!registration.waiting && !!navigator.serviceWorker.controller);
  registration.addEventListener("updatefound", () => registration.installing?.addEventListener("statechange", note));
  note();
}

/** Installed iOS apps do not look for a new worker by themselves. */
function checking(registration: ServiceWorkerRegistration, open: (noticeId: string) => void): () => void {
  let last = 0;
  return () => {
    if (document.visibilityState === "hidden") return;
    void takeOpened(open);
    if (performance.now() - last < CHECK_MS) return;
    last = performance.now();
    registration.update().catch(() => {});
  };
}

/** The worker also writes the tapped notice down, because messages to a page get lost. */
async function takeOpened(open: (noticeId: string) => void): Promise<void> {
  const id = await getMeta("open_notice");
  if (!id) return;
  await setMeta("open_notice", undefined);
  openOnce(id, open);
}

function openOnce(id: string | undefined, open: (noticeId: string) => void): void {
  if (!id || id === lastOpened) return;
  lastOpened = id;
  open(id);
}

/** Never while entries are on their way: the new worker waits for the flush. */
export async function update(): Promise<void> {
  agreed = true;
  await flush().catch(() => {});
  const registration = await navigator.serviceWorker.getRegistration();
  if (registration?.waiting) registration.waiting.postMessage("update");
  else location.reload();
}
