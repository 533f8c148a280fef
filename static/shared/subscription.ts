/** This phone's push subscription, kept equal on the phone and on the server. */

import type { PushSubscriptionBody } from "./api";
import { getMeta, keptBundle, setMeta } from "./db";
import { ask } from "./server";

const SUBSCRIBE_MS = 20_000; // without a reachable push service subscribe() may never answer

export type Subscribed = "ready" | "refused" | "not_sent";

/** Subscribes with the server's present key, replacing a subscription made with another, and tells the server. */
export async function subscribe({ pushManager }: ServiceWorkerRegistration): Promise<Subscribed> {
  const push = (await keptBundle())?.bundle.push;
  if (!push) return "not_sent";
  const told = await getMeta("push_sent");
  let subscription = await pushManager.getSubscription();
  if (subscription && told !== push.key_id + subscription.endpoint) {
    await subscription.unsubscribe(); // made with another key, or by the browser itself
    subscription = null;
  }
  subscription ??= await inTime(pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: push.public_key }));
  if (!subscription) return "refused";
  const { endpoint, keys } = subscription.toJSON();
  const mark = push.key_id + endpoint;
  if (push.endpoint_known && told === mark) return "ready";
  const body = { endpoint, ...keys, key_id: push.key_id } as unknown as PushSubscriptionBody;
  if (!(await ask("push-subscription", "PUT", body)).ok) return "not_sent";
  await setMeta("push_sent", mark);
  return "ready";
}

/** Null when refused or when the push service stays silent. */
const inTime = (made: Promise<PushSubscription>): Promise<PushSubscription | null> =>
  Promise.race([made.catch(() => null), new Promise<null>((resolve) => setTimeout(resolve, SUBSCRIBE_MS, null))]);
