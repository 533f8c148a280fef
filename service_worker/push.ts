/** A push always ends in a notification: iOS revokes a worker that stays silent three times. */

import type { PushPayload } from "../static/shared/api";
import { getMeta, keptBundle } from "../static/shared/db";
import { notificationFor, readPayload, type Readable, type Shown } from "../static/shared/notification";
import { subscribe } from "../static/shared/subscription";
import { report } from "./report";

declare const self: ServiceWorkerGlobalScope;

const LOOK_UP_MS = 2_000; // a database that another tab blocks must not keep the notification back

/** Safari hands a declarative push over as a ready `notification` and need not give its text. */
type Pushed = PushEvent & { notification?: PushPayload["notification"] };

export async function pushed({ data, notification }: Pushed): Promise<void> {
  const payload = readPayload(data?.text()) ?? (notification ? { notification } : null);
  const { title, options } = await Promise.race([
    words(payload),
    new Promise<never>((_, reject) => setTimeout(reject, LOOK_UP_MS)),
  ]).catch(() => notificationFor(payload, null, 0, false));
  await self.registration.showNotification(title, options);
  await report(options.data.id, "shown");
}

async function words(payload: Readable | null): Promise<Shown> {
  const bundle = (await keptBundle())?.bundle ?? null;
  const level = (await getMeta("lock_screen")) ?? bundle?.settings.lock_screen ?? 0;
  return notificationFor(payload, bundle, level, "actions" in Notification.prototype);
}

/** Some browsers replace a subscription by themselves; the page checks again on every launch. */
export const resubscribed = (): Promise<unknown> => subscribe(self.registration);
