/** Words of the patient's own course. */

import { catalogue, plural } from "../strings";

export const progressWords = catalogue({
  en: {
    lead: "What you told us, day by day.",
    band: "Shaded: what many people have on that day.",
    band_help: "It does not rule out a problem. Call if you are worried.",
    empty: "Nothing to show yet.",
    day: "Day",
    yours: "You",
    usual: "Many people",
    up_to: (most: string) => `up to ${most}`,
    none_usual: "none",
    not_known: "not known",
    table: "As a table",
    summary: (name: string, days: number, last: string, day: string) => `${name}: ${plural(days, "day", "days")}. Last: ${last}. ${day}.`,
  },
});
