import { vi } from "vitest";
import type { Bundle } from "../../shared/api";
import { sampleBundle } from "../../dev/sample";
import { freshPhone } from "../../shared/testing";

let notifications: { close(): void }[] = [];

/** What this phone shows on its lock screen. */
export const showing = (shown: { close(): void }[]): void => {
  notifications = shown;
};

/** A browser with empty storage, online, with a worker that is still being set up. */
export function freshBrowser(): void {
  freshPhone();
  notifications = [];
  const registration = { getNotifications: async () => notifications, pushManager: { getSubscription: async () => null } };
  vi.stubGlobal("navigator", { onLine: true, serviceWorker: { getRegistration: async () => registration, ready: new Promise(() => {}) } });
  vi.stubGlobal("location", { pathname: "/", hash: "" });
  vi.stubGlobal("history", { pushState: () => {} });
  vi.stubGlobal("scrollTo", () => {});
  vi.stubGlobal("document", { documentElement: {}, visibilityState: "visible" });
  vi.stubGlobal("window", {});
}

export const bundleOf = (device: string, plan: string): Bundle => {
  const it = sampleBundle({ now: Date.now(), day: 3 });
  return { ...it, device: { ...it.device, id: device }, plans: [{ ...it.plans[0]!, id: plan }] };
};
export const JOINED = { device_id: "new", device_token: "new token", clinic_name: "C", procedure_name: "P", treated_on: "2026-11-20", first_name: "A" };

/** The app on this phone. */
export const load = async () => ({
  ...(await import("./joining")), ...(await import("../../shared/db")), ...(await import("../../shared/outbox")),
  ...(await import("../../shared/alone")), ...(await import("../store")), ...(await import("../sync_loop")),
});

export type Phone = Awaited<ReturnType<typeof load>>;
