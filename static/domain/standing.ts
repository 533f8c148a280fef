/** Which check-in's card stands on Today. Pure. */

import type { LocalDate, PatientAlert } from "../shared/api";
import { millis, type Millis } from "../shared/clock";
import { tickedOf, type CheckIn } from "./check_ins";
import type { Level } from "./rules";
import { rankOf } from "./triage";

const LONGEST_MS = 3 * 24 * 3600_000;

/** The latest one, or one before it that is more urgent and that nobody at the clinic has seen. */
export function standingOf(
  checkIns: CheckIn[], alert: PatientAlert | null, now: Millis, dateOf: (at: Millis) => LocalDate,
): CheckIn | null {
  const latest = checkIns.at(-1);
  if (!latest) return null;
  const isWaiting = alert && alert.state !== "closed" && !alert.seen_at;
  const waiting = checkIns.filter((one) =>
    alert?.check_in_ids.includes(one.id) ? isWaiting : !one.isTold && urgencyOf(one) <= rankOf("tell_clinic"));
  const [gravest] = [...waiting, latest].sort((a, b) => urgencyOf(a) - urgencyOf(b));
  const its = alert?.check_in_ids.includes(gravest!.id) ? alert : null;
  return stays(gravest!, its, now, dateOf) ? gravest! : null;
}

/** In leaflet mode a ticked sign weighs what a call does. */
export const levelOf = ({ level, answers }: CheckIn): Level => level ?? (tickedOf(answers).length > 0 ? "same_day" : "expected");
export const urgencyOf = (checkIn: CheckIn): number => rankOf(levelOf(checkIn));

/** What needs nobody stays for its day; what was seen until the end of the day on which it was. */
function stays(checkIn: CheckIn, alert: PatientAlert | null, now: Millis, dateOf: (at: Millis) => LocalDate): boolean {
  if (alert?.state === "closed") return false;
  const isPressing = urgencyOf(checkIn) <= rankOf("tell_clinic");
  if (isPressing && !alert?.seen_at) return now - checkIn.at < LONGEST_MS;
  return dateOf(alert?.seen_at ? millis(alert.seen_at) : checkIn.at) === dateOf(now);
}
