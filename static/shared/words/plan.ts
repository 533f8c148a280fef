/** Words of the plan. */

import { catalogue, plural } from "../strings";

export const planWords = catalogue({
  en: {
    days: "Day by day",
    day: (day: number) => (day < 0 ? `${plural(-day, "day", "days")} before treatment` : `Day ${day}`),
    nothing: "Nothing is planned for this day.",
    beyond: (date: string) => `This phone holds the plan until ${date}. Open online to refresh.`,
    progress: "How it went so far",
    visits: "Visits to the clinic",
    no_visits: "No more visits are planned.",
    healing: (min: number, max: number) => `Skin often closes between day ${min} and day ${max}.`,
    phases: "The phases",
    phase: (from: string, to: string) => `${from} to ${to}`,
    on_hold: "The clinic has paused this plan.",
    why: "Why",
  },
});
