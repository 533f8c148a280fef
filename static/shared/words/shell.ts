/** Words that every screen shares. Sentences of at most 15 words, reading age 9 to 11. */

import type { Route } from "../routes";
import { catalogue, plural } from "../strings";

export const shellWords = catalogue({
  en: {
    app: "Afterbeam",
    today: "Today",
    plan: "Plan",
    settings: "Settings",
    help: "Help",
    join: "Join",
    check_in: "Check-in",
    progress: "Progress",
    wrong: "Something feels wrong",
    sections: "Sections",
    opening: "Opening",
    trial: "Trial. This plan is not yet approved by a clinician.",
    update: "There is a new version.",
    update_now: "Update",
    signed_out: "This phone is signed out. What you entered is kept here.",
    join_again: "Join again",
    try_again: "Try again",
    blocked: "Afterbeam is open in another tab. Please close that tab.",
    broken: "This browser cannot keep your plan on this phone.",
    broken_help: "Private windows often cannot. Please open your link in an ordinary window.",
    failed: "This page could not be loaded. Check your connection and try again.",
    saved: "Saved on this phone",
    undone: "Taken back",
    undo: "Undo",
    not_saved: "This could not be saved. Please try again.",
    waiting: (count: number) => `Saved on this phone. ${plural(count, "entry waits", "entries wait")} to be sent.`,
    waiting_offline: (count: number) => `You are offline. ${plural(count, "entry is", "entries are")} saved on this phone.`,
    offline: "You are offline. Your plan works without a connection.",
    sent: "All entries are sent.",
    nobody: "Nobody watches entries live.",
    refused: (count: number) => `${plural(count, "entry was", "entries were")} not accepted.`,
    see: "See which",
  },
});

/** The word for a screen is named like its address. */
export const screenWord = (to: Route): string => shellWords()[(to.slice(1).replace("-", "_") || "today") as "today" | "check_in"];
