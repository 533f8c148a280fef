/** From a push to what the lock screen shows: pure, so that every level can be tested. Counterpart: pwa/push/payload.py. */

import type { Bundle, NoticeWords, PushPayload } from "./api";
import { notificationWords } from "./words/notification";

export interface Shown {
  title: string;
  options: NotificationOptions & { data: { id: string }; actions: { action: string; title: string }[] | undefined };
}

/** The part of a push that the worker reads. */
export type Readable = Pick<PushPayload, "notification">;

/** Null for anything that is not our declarative push; such a push still ends in a notification. */
export function readPayload(text: string | undefined): PushPayload | null {
  try {
    const payload = JSON.parse(text ?? "") as PushPayload;
    return typeof payload.notification.title === "string" ? payload : null;
  } catch {
    return null;
  }
}

/** As much as `level` allows. A notice this phone does not know says nothing, whatever the level. */
export function notificationFor(
  payload: Readable | null, bundle: Bundle | null, level: 0 | 1 | 2, mayAct: boolean,
): Shown {
  const words = notificationWords;
  const sent = payload?.notification;
  const id = sent?.data?.id ?? "";
  const known: NoticeWords | undefined = bundle?.notices[id];
  return {
    title: known?.titles[level] ?? sent?.title ?? words.title,
    options: {
      body: known?.bodies[level] ?? sent?.body ?? words.body,
      tag: sent?.tag ?? (id || "afterbeam"),
      lang: sent?.lang ?? bundle?.patient.language ?? "en",
      dir: "auto",
      icon: "/icons/192.png",
      badge: "/icons/badge.png",
      data: { id },
      actions: mayAct && known?.occurrence_ids?.length
        ? [{ action: "done", title: words.done }, { action: "snooze", title: words.snooze }]
        : undefined,
    },
  };
}
