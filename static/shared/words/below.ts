/** Words of what stands below the next thing, loaded after it. */

import { catalogue } from "../strings";

export const belowWords = catalogue({
  en: {
    was_skipped: "Skipped",
    was_later: (time: string) => `Later, at ${time}`,
    rest: "All of today",
    rest_count: (done: number, all: number) => `${done} of ${all} done`,
    past_window: "This plan is older than 14 days",
    past_window_help: "Open Afterbeam online once to refresh it.",
    refresh: "Refresh now",
    check_in_now: "Check in now",
    mark_open: "Not done after all",
    yes: "Yes",
    not_yet: "Not yet",
    reminders_off: "Reminders are off on this phone",
    reminders_on: "Turn on reminders",
    zone: (zone: string) => `Your phone is in ${zone} now. Move reminders there?`,
    zone_yes: "Move reminders",
    zone_no: "Keep as they are",
  },
});
