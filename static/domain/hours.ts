/** Is somebody at the clinic now, and until when. */

import type { Clinic } from "../shared/api";
import type { Millis } from "../shared/clock";
import { addDays, instantOf, localDate, weekdayOf } from "./days";

/** `changes_at`: when it closes if open, when it opens if closed; null when no opening is known for two weeks. */
export interface Openness {
  open: boolean;
  changes_at: Millis | null;
}

export function opennessAt(clinic: Clinic, now: Millis): Openness {
  const today = localDate(now, clinic.zone);
  const spans = Array.from({ length: 15 }, (_, day) => spansOn(clinic, addDays(today, day))).flat();
  for (const { opens, closes } of spans.sort((a, b) => a.opens - b.opens)) {
    if (now < opens) return { open: false, changes_at: opens };
    if (now < closes) return { open: true, changes_at: closes };
  }
  return { open: false, changes_at: null };
}

function spansOn(clinic: Clinic, date: string): { opens: Millis; closes: Millis }[] {
  if (clinic.holidays.includes(date)) return [];
  return clinic.hours
    .filter(({ weekday }) => weekday === weekdayOf(date))
    .map(({ opens, closes }) => ({
      opens: instantOf(date, opens, clinic.zone),
      closes: instantOf(date, closes, clinic.zone),
    }));
}
