/** The only reader of the phone's clock: wall time as it is, and care time as the bundle's clock says. */

import type { Bundle, Instant } from "./api";

/** Milliseconds since 1970. */
export type Millis = number;

export const wallNow = (): Millis => Date.now();

export const millis = (instant: Instant): Millis => Date.parse(instant);

export const instant = (at: Millis): Instant => new Date(at).toISOString();

/** Plans, due times and taps are in care time; outside a sped-up demo it equals wall time. */
export function careTime(clock: Bundle["clock"] | undefined, wall: Millis): Millis {
  return clock ? millis(clock.care_at) + (wall - millis(clock.wall_at)) * clock.speed : wall;
}
