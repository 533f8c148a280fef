/** How far a phone has come: joined, reminders on, test seen. Pure. */

import type { Instant } from "../shared/api";
import type { PatientRow } from "./api";

/** `join`: no phone yet. `confirm`: open on a phone, nobody has said that it is theirs. `ready`: all is well. */
export type Stage = "join" | "confirm" | "reminders" | "test" | "ready" | "left";

const ORDER: Stage[] = ["join", "confirm", "reminders", "test", "ready"];

/** `joinedBefore`: when the phone joined that was there before this invitation; it does not count. */
export function stageOf(row: PatientRow | undefined, joinedBefore: Instant | null = null): Stage {
  if (!row?.joined_at || row.joined_at === joinedBefore) return "join";
  if (row.state === "left") return "left";
  if (row.state === "enrolled") return "confirm";
  if (!row.reminders_on) return "reminders";
  return row.shown_at ? "ready" : "test";
}

/** Whether the step that `stage` waits for has been passed. */
export const isPast = (stage: Stage, now: Stage): boolean => ORDER.indexOf(now) > ORDER.indexOf(stage);
