/** Calendar days and wall-clock times in a named zone, by Intl alone. */

import type { ClockTime, LocalDate } from "../shared/api";
import type { Millis } from "../shared/clock";

const DAY_MS = 24 * 3600 * 1000;
const formats = new Map<string, Intl.DateTimeFormat>();

function formatIn(zone: string): Intl.DateTimeFormat {
  const made = formats.get(zone) ?? new Intl.DateTimeFormat("en-GB", {
    timeZone: zone, hourCycle: "h23", year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit",
  });
  formats.set(zone, made);
  return made;
}

function partsIn(at: Millis, zone: string): Record<string, string> {
  return Object.fromEntries(formatIn(zone).formatToParts(at).map(({ type, value }) => [type, value]));
}

export function localDate(at: Millis, zone: string): LocalDate {
  const { year, month, day } = partsIn(at, zone);
  return `${year}-${month}-${day}`;
}

export function localClock(at: Millis, zone: string): ClockTime {
  const { hour, minute } = partsIn(at, zone);
  return `${hour}:${minute}`;
}

export const addDays = (date: LocalDate, days: number): LocalDate =>
  new Date(Date.parse(date) + days * DAY_MS).toISOString().slice(0, 10);

/** Whole days from `from` to `to`; negative when `to` is earlier. */
export const daysBetween = (from: LocalDate, to: LocalDate): number =>
  Math.round((Date.parse(to) - Date.parse(from)) / DAY_MS);

/** Monday is 0. */
export const weekdayOf = (date: LocalDate): number => (new Date(date).getUTCDay() + 6) % 7;

const instants = new Map<string, Millis>(); // a screen asks for the same hours many times, and on a phone each takes long

/** The instant of a wall-clock time. Inside a spring gap it is the moment just after the gap. */
export function instantOf(date: LocalDate, clock: ClockTime, zone: string): Millis {
  const key = date + clock + zone;
  const wanted = Date.parse(`${date}T${clock}:00Z`);
  const offsetAt = (at: Millis) => Date.parse(`${localDate(at, zone)}T${localClock(at, zone)}:00Z`) - at;
  const made = instants.get(key) ?? wanted - offsetAt(wanted - offsetAt(wanted));
  instants.set(key, made);
  return made;
}
