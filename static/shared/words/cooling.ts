/** Words of the cooling timer. How to cool is said as in pwa/protocols/texts/en/care.yaml; a test compares them. */

import { catalogue, plural } from "../strings";

export const coolingWords = catalogue({
  en: {
    cool_start: (minutes: number) => `Start ${plural(minutes, "minute", "minutes")}`,
    cool_how: "Wrap a cool pack in a clean cloth. Never put ice on your skin.",
    cool_running: "Cooling",
    cool_left: "left",
    cool_stop: "Stop",
    cool_again: "Set the timer back",
    cool_over: "Time is up. Take the cloth off now.",
  },
});
