/** What this browser can do about installing. Never a claim that it is installed: no browser tells reliably. */

import { signal } from "@preact/signals";

interface InstallPrompt extends Event {
  prompt(): Promise<{ outcome: "accepted" | "dismissed" }>;
}

/** Android's offer, kept from boot because it comes once and early. */
export const installOffer = signal<InstallPrompt | null>(null);

export function catchInstallOffer(): void {
  addEventListener("beforeinstallprompt", (event) => {
    event.preventDefault();
    installOffer.value = event as InstallPrompt;
  });
  addEventListener("appinstalled", () => (installOffer.value = null));
}

/** An iPhone answers "fullscreen" for an app installed as "standalone" (WebKit bug 264218). */
export const runsAsApp = (): boolean =>
  matchMedia("(display-mode: standalone), (display-mode: fullscreen), (display-mode: minimal-ui)").matches;

export type Platform = "ios" | "android" | "desktop";

/** iPads call themselves Macs; only they have touch. */
export function platform(agent = navigator.userAgent, touches = navigator.maxTouchPoints): Platform {
  if (/iPhone|iPad|iPod/.test(agent) || (/Macintosh/.test(agent) && touches > 1)) return "ios";
  return /Android/.test(agent) ? "android" : "desktop";
}
