/** A few rules and their words, as the bundle has them: enough to look at every card. Never shipped, and no clinical source. */

import type { Bundle } from "../shared/api.ts";
import type { Condition, Rule, RuleSet } from "../domain/rules.ts";

const rule = (id: string, level: Rule["level"], when: Condition, days: Rule["days"] = null): Rule =>
  ({ id, level, days, when, advice: `advice.${id.toLowerCase()}`, raised_by: [] });

const ACUTE = ["breathing_trouble", "face_droop", "sight_change", "eye_pain", "white_burn_area", "spreading_fast", "fever", "bleeding_wont_stop"];
const HEALING = ["very_ill", "face_droop", "sight_change", "eye_pain", "fever", "spreading", "cold_sore", "smell"];
const DETAILS = ["overall", "pain", "pain_unrelieved", "redness", "swelling", "itching", "oozing", "oozing_colour", "crusting", "blisters", "raw"];
const LATER = ["arm_weak", "speech_trouble", "confused", "tender_lumps", "raw_spot", "firm_spot", "dark_patches", "worried", "self_harm"];

export const RULES: RuleSet = {
  hash: "sample",
  phases: [
    { first: -42, last: -1, items: ["overall"], safety: ["breathing_trouble", "fever", "cold_sore"] },
    { first: 0, last: 3, items: DETAILS, safety: ACUTE },
    { first: 4, last: 14, items: DETAILS, safety: HEALING },
    { first: 15, last: 180, items: ["overall", "pain", "redness", "itching"], safety: ["face_droop", "fever", "spreading", "firm_spot", "dark_patches"] },
  ],
  rules: [
    rule("E01", "emergency", { yes: ["breathing_trouble", "throat_swelling"] }),
    rule("E03", "emergency", { yes: ["sight_change", "eye_pain"] }),
    rule("E04", "emergency", { yes: ["face_droop", "arm_weak", "speech_trouble"] }),
    rule("E07", "emergency", { yes: ["self_harm"] }),
    rule("S03", "same_day", { any: [{ yes: ["fever", "smell", "spreading", "tender_lumps"] }, { item: "oozing_colour", is: ["yellow_green"] }] }),
    rule("S05", "same_day", { any: [{ item: "pain", at_least: 7 }, { rose: "pain", by: 2, to: 4, hours: [12, 48] }] }),
    rule("T01", "tell_clinic", { yes: ["firm_spot"] }),
  ],
  signs: [...new Set([...ACUTE, ...HEALING, ...LATER])].map((item) => ({ item, is: [true], expected: null })),
  bounds: { pain: [[0, 3, 5], [4, 180, 3]], redness: [[0, 14, 3], [15, 180, 2]], swelling: [[0, 4, 3]], itching: [[0, 60, 2]], oozing: [[0, 3, 3]], crusting: [[0, 14, 2]] },
  implied_risks: [],
};

const SIGNS: Record<string, [title: string, body: string]> = {
  breathing_trouble: ["Hard to breathe or swallow", "Your throat feels tight, or you wheeze."],
  face_droop: ["One side of the face hangs", "Smile in a mirror. One corner stays down."],
  arm_weak: ["One arm is weak", "Lift both arms. One sinks."],
  speech_trouble: ["Trouble speaking", "Words come out wrong or slurred."],
  confused: ["Confused", "You or others notice that you are not clear."],
  very_ill: ["Feeling very ill", "You feel much worse than a bad cold."],
  sight_change: ["Sight has changed", "Blurred, double, or part of it is gone."],
  eye_pain: ["Strong eye pain", "It does not go away when you blink or rest."],
  white_burn_area: ["White or leathery patch", "White, grey or dark skin that may not hurt."],
  spreading_fast: ["Spreading within hours", "Heat or swelling moves on while you watch."],
  spreading: ["Spreading", "Heat, swelling or redness goes past the treated skin."],
  fever: ["Fever or shivers", "38.0 C (100.4 F) or more, or chills."],
  bleeding_wont_stop: ["Bleeding will not stop", "You pressed firmly for 15 minutes and it still bleeds."],
  cold_sore: ["Cold sore or tingling", "Small blisters in a group, often near the lips."],
  smell: ["Bad smell", "The skin smells unlike before."],
  tender_lumps: ["Sore lumps", "New lumps that hurt when you touch them."],
  raw_spot: ["One spot stays open", "It closes more slowly than the skin around it."],
  firm_spot: ["Firm or raised spot", "You can feel it with a fingertip."],
  dark_patches: ["New dark patches", "Brown or grey, where the laser was."],
  worried: ["I am worried", "You do not need a reason."],
  self_harm: ["Thoughts of harming myself", "You are not alone with this."],
  pain_unrelieved: ["Pain tablets do not help", "You took what your clinic gave you and it still hurts."],
  raw: ["Raw, open skin", "Wet or shiny places without a cover of skin."],
  blisters: ["Blisters", "Raised bubbles with fluid."],
  oozing_colour: ["Colour of the fluid", "Look at a clean tissue."],
};

const ASKS: Record<string, [title: string, body: string]> = {
  pain: ["How much does your skin hurt now?", ""],
  redness: ["How red is your skin?", "On dark skin red can look purple, grey or just darker."],
  swelling: ["How swollen is your skin?", ""],
  itching: ["How itchy is your skin?", ""],
  oozing: ["How much fluid comes out?", ""],
  crusting: ["How much crusting or peeling?", ""],
};

const SYMPTOMS = {
  pain: "Soreness", redness: "Red, purple, or darker skin", swelling: "Swelling", itching: "Itching", oozing: "Fluid", crusting: "Crusts and peeling",
};

const CHOICES: Record<string, string> = {
  "blisters.none": "None", "blisters.few": "1 or 2 small ones", "blisters.many": "Many or large", "blisters.grouped": "Tiny, in a group",
  "oozing_colour.clear": "clear or pale yellow, watery", "oozing_colour.yellow_green": "thick, cloudy, green", "oozing_colour.blood": "blood",
};

const SAY = "Say: \"Day {day} after laser.\" Then say what you ticked.";
const ADVICE: Record<string, [title: string, body: string, why: string]> = {
  e01: ["Call {emergency} now.", "Lie down. Use your auto-injector if you have one.", SAY],
  e03: ["Call {emergency} now.", "Do not rub your eye. Do not drive yourself.", SAY],
  e04: ["Call {emergency} now.", "Note when it began. Do not eat or drink.", SAY],
  e07: ["Call {emergency} now.", "Stay with somebody. You do not have to be alone with this.", "Say: \"I have thoughts of harming myself.\""],
  s03: ["Call your clinic today.", "Keep the skin clean. Do not squeeze anything.", SAY],
  s05: ["Call your clinic today.", "Rest with your head up.", SAY],
  t01: ["Tell your clinic in the next 2 days.", "Leave the spot alone.", SAY],
  emergency: ["Call {emergency} now", "Do not stay alone.", SAY],
  same_day: ["Call your clinic today", "Call even if it seems small.", SAY],
  tell_clinic: ["Tell your clinic in the next 2 days.", "Call sooner if it gets worse.", SAY],
  expected: ["This fits what many people feel on day {day}.", "It does not rule out a problem. Call if it gets worse or you are worried.", ""],
  not_complete: ["Please look at the list of signs.", "Without it nobody can say how soon to call. Call if you are worried.", ""],
  leaflet: ["These signs need a call.", "Call your clinic today. If it is closed, call the out-of-hours number.", SAY],
};

const named = <T>(prefix: string, texts: Record<string, T>, text: (from: T) => Partial<Bundle["words"][string]>): Bundle["words"] =>
  Object.fromEntries(Object.entries(texts).map(([id, from]) => [`${prefix}.${id}`, { title: "", body: "", why: "", ...text(from) }]));

export const WORDS: Bundle["words"] = {
  ...named("sign", SIGNS, ([title, body]) => ({ title, body })),
  ...named("ask", ASKS, ([title, body]) => ({ title, body })),
  ...named("symptom", SYMPTOMS, (title) => ({ title })),
  ...named("choice", CHOICES, (title) => ({ title })),
  ...named("advice", ADVICE, ([title, body, why]) => ({ title, body, why })),
};
