/** Reminders on this phone: subscribed or not, and turning them off. */

import { setMeta } from "../shared/db";
import { ask, isPassing } from "../shared/server";
import { inTime, subscribe, type Subscribed } from "../shared/subscription";
import { permission } from "./permission";
import { bundle, kept, reload } from "./store";

export async function subscribeThisPhone(): Promise<Subscribed> {
  await setMeta("push_off", undefined);
  const registration = await inTime(navigator.serviceWorker.ready); // never, when no worker could be registered
  const result = registration ? await subscribe(registration) : "refused";
  await reload();
  return result;
}

/** On every launch: subscriptions vanish without a word, and keys change. */
export async function checkSubscription(): Promise<void> {
  const { meta } = kept.value ?? {};
  if (!bundle.value || meta?.signed_out || meta?.push_off || permission() !== "granted") return;
  await subscribeThisPhone().catch(() => {});
}

/** What was shown before can say more than the next person may read. */
export async function closeNotifications(): Promise<void> {
  const registration = await navigator.serviceWorker?.getRegistration();
  const open = await registration?.getNotifications?.().catch(() => []);
  for (const notification of open ?? []) notification.close();
}

/** False when the server could not be told; then nothing is changed. */
export async function turnOff(): Promise<boolean> {
  const registration = await navigator.serviceWorker?.getRegistration(); // an iPhone tab has a worker, but no push
  const subscription = await registration?.pushManager?.getSubscription();
  if (subscription) {
    if (isPassing(await ask("push-subscription", "DELETE", { endpoint: subscription.endpoint }))) return false;
    await subscription.unsubscribe();
  }
  await setMeta("push_sent", undefined);
  await setMeta("push_off", true);
  await reload();
  return true;
}
