/** Which kind of phone this is. Used to choose words, never to withhold anything. */

/** An iPhone answers "fullscreen" for an app installed as "standalone" (WebKit bug 264218). */
export const runsAsApp = (): boolean =>
  matchMedia("(display-mode: standalone), (display-mode: fullscreen), (display-mode: minimal-ui)").matches;

export type Platform = "ios" | "android" | "desktop";

/** iPads call themselves Macs; only they have touch. */
export function platform(agent = navigator.userAgent, touches = navigator.maxTouchPoints): Platform {
  if (/iPhone|iPad|iPod/.test(agent) || (/Macintosh/.test(agent) && touches > 1)) return "ios";
  return /Android/.test(agent) ? "android" : "desktop";
}
