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
