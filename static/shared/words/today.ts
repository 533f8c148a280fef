/** Words of Today. */

import { catalogue, plural } from "../strings";

export const todayWords = catalogue({
  en: {
    day_of: (day: number, last: number) => `Day ${day} of ${last}`,
    day_zero: "Day of treatment",
    days_before: (days: number) => `${plural(days, "day", "days")} to go`,
    ended: "Your plan has ended",
    phases: { before: "Getting ready", acute: "First days", healing: "Healing", protection: "Sun care" },
    until: (date: string) => `until ${date}`,
    ribbon: (now: string, phase: string, done: number) =>
      `${now}. ${phase}. You marked something done on ${plural(done, "day", "days")}.`,
    ribbon_scroll: "Days of your plan",
    today: "Today",
    now: "Now",
    from_reminder: "From your reminder",
    nothing_now: "Nothing to do now",
    next: "Next:",
    no_next: "There is nothing more in the plan on this phone.",
    why: "Why",
    done: "Done",
    check_in: "Check in",
    later: "Later",
    skip: "Skip",
    later_in: { 30: "30 minutes", 60: "1 hour", 120: "2 hours" } as Record<number, string>,
    back: "Back",
    call: "Whom to call",
    call_clinic: "Call the clinic",
    call_night: "Call the out-of-hours number",
    call_emergency: "Emergency",
    open_until: (time: string) => `Open now, until ${time}.`,
    closed_until: (when: string) => `Closed now. Opens ${when}.`,
    closed: "Closed now.",
    call_closed: "Do not wait if you are worried. Call the out-of-hours number.",
  },
});
