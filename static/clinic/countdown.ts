/** How long something still holds, and whether news is overdue. Pure: every clock reading comes in. */

import type { Millis } from "../shared/clock";

export const SILENT_MS = 60_000;

/** "29:41", or null when the time is over. Rounded up, so that 0:00 is never shown. */
export function countdown(until: Millis, now: Millis): string | null {
  const seconds = Math.ceil((until - now) / 1000);
  if (seconds <= 0) return null;
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

/** Whether updates have stopped. A page that was hidden did not ask, so it counts from when it was shown again. */
export const isSilent = (now: Millis, lastCheck: Millis, shownSince: Millis): boolean =>
  now - Math.max(lastCheck, shownSince) >= SILENT_MS;
