/** Moments as the clinic reads them: by its own clock, with the day only when it is not today. */

import { localDate } from "../domain/days";
import type { Millis } from "../shared/clock";
import { dateWords, timeOf } from "../shared/strings";

/** "10:41", or "Tue 24 Nov 10:41" on any other day than that of `now`. */
export function when(at: Millis, now: Millis, zone: string): string {
  const day = localDate(at, zone);
  return day === localDate(now, zone) ? timeOf(at) : `${dateWords(day)} ${timeOf(at)}`;
}

/** "14:02:10" */
export const clockWithSeconds = (at: Millis, zone: string): string =>
  new Intl.DateTimeFormat("en-GB", { timeZone: zone, hourCycle: "h23", timeStyle: "medium" }).format(at);

/** "London" of "Europe/London". */
export const placeOf = (zone: string): string => zone.split("/").at(-1)!.replaceAll("_", " ");
