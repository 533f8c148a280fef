/** How long a patient may wait for the clinic to see an entry before the phone says "call now". Pure. */

import type { Clinic } from "../shared/api";
import type { Millis } from "../shared/clock";
import { opennessAt } from "./hours";
import type { Level } from "./rules";

const MINUTE_MS = 60_000;
const WAIT_MS: Partial<Record<Level, Millis>> = { emergency: 10 * MINUTE_MS, same_day: 60 * MINUTE_MS };

/**
 * From when on nobody may count on being seen: at once while the clinic is closed, and when it closes at the latest.
 * Null for what can wait longer.
 */
export function callAt(clinic: Clinic, level: Level | null, made: Millis): Millis | null {
  const wait = level && WAIT_MS[level];
  if (!wait) return null;
  const { open, changes_at } = opennessAt(clinic, made);
  return open ? Math.min(made + wait, changes_at ?? Infinity) : made;
}
