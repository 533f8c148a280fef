/** A tap on a notification: Done and Snooze are written down here, anything else opens the app. */

import { careTime, instant, wallNow } from "../static/shared/clock";
import { keptBundle, setMeta } from "../static/shared/db";
import { record } from "../static/shared/outbox";
import { noticeAddress, routeOf } from "../static/shared/routes";
import { report } from "./report";

declare const self: ServiceWorkerGlobalScope;

const SNOOZE_MS = 30 * 60_000;

export async function clicked({ notification, action }: NotificationEvent): Promise<void> {
  notification.close();
  const { id } = notification.data;
  if (!action || !(await act(id, action).catch(() => false))) await openApp(id); // what cannot be kept is not lost silently
  await report(id, "opened");
}

/** False when this phone does not know what the notice was about. */
async function act(id: string, action: string): Promise<boolean> {
  const bundle = (await keptBundle())?.bundle;
  const occurrence_ids = bundle?.notices[id]?.occurrence_ids;
  if (!occurrence_ids) return false;
  const until = instant(careTime(bundle.clock, wallNow()) + SNOOZE_MS);
  const outcome = action === "done" ? { value: "done" } as const : { value: "snoozed", until } as const;
  await record({ kind: "outcome", occurrence_ids, ...outcome }, bundle);
  return true;
}

/** Focus or open, never both: Chromium refuses the second. The note is for pages that miss the message (iOS). */
async function openApp(id: string): Promise<void> {
  const windows = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const page = windows.find(({ url }) => routeOf(new URL(url).pathname));
  page?.postMessage({ open: id });
  await (page ? Promise.all([page.focus(), setMeta("open_notice", id)]) : self.clients.openWindow(noticeAddress(id)));
}
