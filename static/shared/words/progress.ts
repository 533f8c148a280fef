/** Words of the patient's own course. */

import { catalogue } from "../strings";

export const progressWords = catalogue({
  en: {
    lead: "What you told us, day by day.",
    band: "Shaded: what many people have on that day.",
    band_help: "It does not rule out a problem. Call if you are worried.",
    empty: "Nothing to show yet.",
    check_in: "Check in",
    day: "Day",
    yours: "You",
    usual: "Many people",
    up_to: (most: string) => `up to ${most}`,
    none_usual: "none",
    not_known: "not known",
    table: "As a table",
    summary: (name: string, days: number, last: string, day: number) =>
      `${name}: ${days} ${days === 1 ? "day" : "days"}. Last: ${last} on day ${day}.`,
  },
});
