/** Words of the cooling timer. */

import { catalogue, plural } from "../strings";

export const coolingWords = catalogue({
  en: {
    cool_start: (minutes: number) => `Start ${plural(minutes, "minute", "minutes")}`,
    cool_how: "In a clean cloth, never ice on skin.",
    cool_running: "Cooling",
    cool_left: "left",
    cool_stop: "Stop",
    cool_again: "Set the timer back",
    cool_over: "Time is up. Take the cloth off now.",
  },
});
