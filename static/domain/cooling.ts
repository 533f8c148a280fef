/** The cooling countdown, from its start on the wall clock. */

import type { Millis } from "../shared/clock";

/** `left` in whole seconds. A clock that was turned back never adds time. */
export function coolingAt(started: Millis, seconds: number, now: Millis): { left: number; over: boolean } {
  const left = Math.min(seconds, Math.max(0, seconds - Math.floor((now - started) / 1000)));
  return { left, over: left === 0 };
}

export const minutesAndSeconds = (seconds: number): string =>
  `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
