/** Words, dates and numbers in the patient's language. The catalogues beside it (words/) are typed by their English. */

import type { ClockTime, LocalDate } from "./api";
import type { Millis } from "./clock";

let language = "en";
let locale = "en-GB";
let zone = "UTC";

/** Call once per bundle. The country decides 13:00 or 1 pm. */
export function speak(to: { language: string; country: string; zone: string }): void {
  language = to.language;
  zone = to.zone;
  const wanted = `${to.language.split("-")[0]}-${to.country}`;
  locale = Intl.DateTimeFormat.supportedLocalesOf([wanted])[0] ?? to.language;
}

/** The words of the patient's language, or English. */
export function catalogue<T>(languages: { en: T } & Record<string, T>): () => T {
  return () => languages[language] ?? languages[language.split("-")[0]!] ?? languages.en;
}

const formats = new Map<string, Intl.DateTimeFormat>(); // making one costs about a millisecond on a phone

function format(at: Millis, options: Intl.DateTimeFormatOptions): string {
  const key = locale + JSON.stringify(options);
  const made = formats.get(key) ?? new Intl.DateTimeFormat(locale, options);
  formats.set(key, made);
  return made.format(at);
}

/** 18:10 */
export const timeOf = (at: Millis): string => format(at, { timeZone: zone, timeStyle: "short" });

/** The same for a time of day that stands alone, such as when to get up. What is none stands as it is. */
export function clockWords(clock: ClockTime): string {
  const at = Date.parse(`1970-01-01T${clock}Z`);
  return at >= 0 ? format(at, { timeZone: "UTC", timeStyle: "short" }) : clock;
}

/** Tue 24 Nov */
export const dateWords = (date: LocalDate): string =>
  format(Date.parse(date), { timeZone: "UTC", weekday: "short", day: "numeric", month: "short" });

/** Tuesday 24 November */
export const longDate = (date: LocalDate): string =>
  format(Date.parse(date), { timeZone: "UTC", weekday: "long", day: "numeric", month: "long" });

/** Tue 09:00 */
export const dayAndTime = (at: Millis): string => `${format(at, { timeZone: zone, weekday: "short" })} ${timeOf(at)}`;

/** today, tomorrow, in 5 days */
export const inDays = (days: number): string =>
  new Intl.RelativeTimeFormat(locale, { numeric: "auto" }).format(days, "day");

export const plural = (count: number, one: string, other: string): string =>
  `${new Intl.NumberFormat(locale).format(count)} ${new Intl.PluralRules(locale).select(count) === "one" ? one : other}`;
