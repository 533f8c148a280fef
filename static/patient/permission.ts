/** May this phone show reminders? */

/** `unsupported` on an iPhone tab means: add to the Home Screen first. */
export type Permission = NotificationPermission | "unsupported";

export function permission(): Permission {
  const can = "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;
  return can ? Notification.permission : "unsupported";
}
