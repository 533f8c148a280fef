/** Reminders on this phone: subscribed or not, and turning them off. */

import { setMeta } from "../shared/db";
import { ask, isPassing } from "../shared/server";
import { subscribe, type Subscribed } from "../shared/subscription";
import { permission } from "./permission";
import { kept, reload } from "./store";

export async function subscribeThisPhone(): Promise<Subscribed> {
  await setMeta("push_off", undefined);
  const result = await subscribe(await navigator.serviceWorker.ready);
  await reload();
  return result;
}

/** On every launch: subscriptions vanish without a word, and keys change. */
export async function checkSubscription(): Promise<void> {
  const { meta, bundle } = kept.value ?? {};
  if (!bundle || meta?.signed_out || meta?.push_off || meta?.joining || permission() !== "granted") return;
  await subscribe(await navigator.serviceWorker.ready).catch(() => {});
  await reload();
}

/** False when the server could not be told; then nothing is changed. */
export async function turnOff(): Promise<boolean> {
  const registration = await navigator.serviceWorker.getRegistration();
  const subscription = await registration?.pushManager.getSubscription();
  if (subscription) {
    if (isPassing(await ask("push-subscription", "DELETE", { endpoint: subscription.endpoint }))) return false;
    await subscription.unsubscribe();
  }
  await setMeta("push_sent", undefined);
  await setMeta("push_off", true);
  await reload();
  return true;
}
