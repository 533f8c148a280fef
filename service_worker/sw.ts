/** The service worker: wiring only. What each event does is in the files beside it. */

import { clicked } from "./click";
import { activate, install, precached } from "./precache";
import { pushed, resubscribed } from "./push";
import { flush, report } from "./report";

declare const self: ServiceWorkerGlobalScope;

function on<E extends ExtendableEvent>(name: string, act: (event: E) => Promise<unknown>): void {
  self.addEventListener(name, (event) => (event as E).waitUntil(act(event as E)));
}

on("install", install);
on("activate", activate);
on("push", pushed);
on("notificationclick", clicked);
on("notificationclose", ({ notification }: NotificationEvent) => report(notification.data.id, "dismissed"));
on("pushsubscriptionchange", resubscribed);
on("sync", async () => {
  if ((await flush()) === "later") throw new Error(); // not all sent: Background Sync tries again
});
on("message", async ({ data }: ExtendableMessageEvent) => data === "update" && self.skipWaiting()); // sent by a tap only
self.addEventListener("fetch", (event) => {
  const answer = precached(event.request);
  if (answer) event.respondWith(answer);
});
