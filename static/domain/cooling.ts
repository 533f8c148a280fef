/** The cooling countdown, from its start on the wall clock. */

import type { Millis } from "../shared/clock";

const SLACK_MS = 1000; // phones trim their clocks by less
const FORGOTTEN_MS = 5 * 60_000;

/** A start in the future means that the clock was turned back: how long it has been is not known, so it is over. */
const startsInFuture = (started: Millis, now: Millis): boolean => started - now > SLACK_MS;

/** `left` in whole seconds. */
export function coolingAt(started: Millis, seconds: number, now: Millis): { left: number; over: boolean } {
  const passed = Math.max(0, Math.floor((now - started) / 1000));
  const left = startsInFuture(started, now) ? 0 : Math.max(0, seconds - passed);
  return { left, over: left === 0 };
}

/** Whether the timer still deserves its place on top; one that nobody stopped must not stand in the way of the rest. */
export const isCooling = (started: Millis, most_seconds: number, now: Millis): boolean =>
  !startsInFuture(started, now) && now - started < most_seconds * 1000 + FORGOTTEN_MS;

export const minutesAndSeconds = (seconds: number): string =>
  `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
