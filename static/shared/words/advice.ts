/** Words of the care card: whom to call and where the entry is. What to say and do comes with the bundle. */

import { catalogue } from "../strings";

export const adviceWords = catalogue({
  en: {
    worse: "Call if it gets worse or you are worried.",
    say: "What to say",
    meanwhile: "What to do until then",
    above: "Stronger than many people have on this day:",
    raised: "The server sees this as more urgent than your phone did.",
    leaflet_none: "Your check-in is noted",
    you_ticked: "You ticked:",
    look: "Look at the list",
    offline: "It is sent when you are online again.",
    saved: "Saved on this phone.",
    sent: "Sent. Nobody has read it yet.",
    seen: (when: string) => `Seen by the clinic ${when}.`,
    refused: "This entry was not accepted. Please call your clinic.",
    nobody_before: (when: string) => `Nobody reads this before ${when}.`,
    nobody_now: "Nobody at the clinic reads this now.",
    do_not_wait: (number: string) => `Do not wait: call ${number}.`,
    unseen: "Nobody at the clinic has seen this. Call now.",
    called: "Have you called the clinic?",
    called_yes: "You said that you have called.",
    called_no: "Please call now. You can ask somebody to call for you.",
    called_no_answer: "No answer? Try the next number.",
    no_answer: "No answer",
  },
});
