/** This phone's push subscription, kept equal on the phone and on the server. */

import type { PushSubscriptionBody } from "./api";
import { change, getMeta, keptBundle } from "./db";
import { ask } from "./server";

const SUBSCRIBE_MS = 20_000; // without a reachable push service subscribe() may never answer
const GONE = 410; // the push service gave this endpoint up; only a new one works

export type Subscribed = "ready" | "refused" | "not_sent";

/** Subscribes with the server's present key, replacing a subscription made with another, and tells the server. */
export async function subscribe({ pushManager }: ServiceWorkerRegistration): Promise<Subscribed> {
  const push = (await keptBundle())?.bundle.push;
  if (!push) return "not_sent";
  let told = await getMeta("push_sent");
  for (let tries = 2; tries--; told = "") {
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
    const { ok, status } = await ask("push-subscription", "PUT", body);
    if (!ok && status !== GONE) break;
    await noteTold(ok ? mark : "");
    if (ok) return "ready";
  }
  return "not_sent";
}

/** The kept bundle is older than this answer; without its tag the next one is read whole. */
const noteTold = (mark: string): Promise<void> =>
  change(["bundle", "meta"], async (store) => {
    const kept = await store("bundle").get("bundle");
    store("meta").put(mark, "push_sent");
    if (!kept) return;
    kept.etag = null;
    kept.bundle.push.endpoint_known = !!mark;
    store("bundle").put(kept, "bundle");
  });

/** Null when refused or when nothing answers. */
export const inTime = <T>(made: Promise<T>): Promise<T | null> =>
  Promise.race([made.catch(() => null), new Promise<null>((resolve) => setTimeout(resolve, SUBSCRIBE_MS, null))]);
