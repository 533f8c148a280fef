/** Words of the plan. */

import { catalogue } from "../strings";

export const planWords = catalogue({
  en: {
    plan: "Your plan",
    treated: (date: string) => `Treated on ${date}`,
    days: "Day by day",
    day: (day: number) => (day < 0 ? `${-day} to go` : `Day ${day}`),
    today: "Today",
    nothing: "Nothing is planned for this day.",
    beyond: (date: string) => `This phone holds the plan until ${date}. Open online to refresh.`,
    progress: "How it went so far",
    visits: "Visits to the clinic",
    visit: (date: string, day: number) => `${date}, day ${day}`,
    no_visits: "No more visits are planned.",
    healing: (min: number, max: number) => `Skin often closes between day ${min} and day ${max}.`,
    phases: "The phases",
    phase: (from: string, to: string) => `${from} to ${to}`,
    on_hold: "The clinic has paused this plan.",
    why: "Why",
  },
});
