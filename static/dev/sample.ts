/** A made-up patient on day `day`, for tests and for looking at screens without a server. Never shipped. */

import type { AgendaDay, AgendaItem, Bundle, Clinic, Plan, StepKind } from "../shared/api.ts";
import { RULES, WORDS } from "./sample_rules.ts";

const DAY_MS = 24 * 3600 * 1000;
const MINUTE_MS = 60_000;
const STRICT_DAYS = 14;

interface Ask {
  now: number;
  day: number;
  zone?: string;
}

const at = (ms: number): string => new Date(ms).toISOString();
const dateOf = (ms: number): string => at(ms).slice(0, 10);

interface Row {
  kind: StepKind;
  step: string;
  clock: string; // UTC
  words: [title: string, body: string, why: string];
  window: number; // minutes
  timer?: number; // seconds
}

const OINTMENT: Row["words"] = ["Put on ointment", "A thin layer, so that the skin stays moist.", "Moist skin closes sooner and scars less."];
const ROWS: Row[] = [
  { kind: "wound_care", step: "cleanse_morning", clock: "07:40", window: 180, words: ["Wash your face gently", "Use the clinic's solution and clean hands. Pat, do not rub.", "Clean skin heals faster."] },
  { kind: "wound_care", step: "ointment_morning", clock: "08:00", window: 180, words: OINTMENT },
  { kind: "sun", step: "sun_strict", clock: "09:30", window: 360, words: ["Stay out of direct sun", "All day, also by a window. Wear a hat when you go out.", "New skin burns and darkens quickly."] },
  { kind: "cooling", step: "cooling_noon", clock: "11:00", window: 120, timer: 600, words: ["Cool your skin for 10 minutes", "Wrap a cool pack in a clean cloth. Never put ice on your skin. If your skin is still numb, ask your clinic first.", "Cooling eases heat and swelling."] },
  { kind: "wound_care", step: "ointment_noon", clock: "13:00", window: 180, words: OINTMENT },
  { kind: "medicine", step: "antiviral", clock: "18:00", window: 360, words: ["Take the tablet your clinic gave you", "With a glass of water.", "Your clinic asked for it."] },
  { kind: "comfort", step: "head_up", clock: "21:00", window: 120, words: ["Sleep with your head up", "Use 2 pillows tonight.", "It lowers swelling around the eyes."] },
];

function item(row: Row, at_row: number, date: string, day_number: number): AgendaItem {
  const due = Date.parse(`${date}T${row.clock}:00Z`);
  const [title, body, why] = row.words;
  return {
    occurrence_ids: [`00000000-0000-5000-8000-${date.replaceAll("-", "")}${String(at_row).padStart(4, "0")}`],
    plan_ids: ["plan-1"],
    kind: row.kind,
    step_id: row.step,
    title, body, why, day_number,
    due_at: at(due),
    useful_until: at(due + row.window * MINUTE_MS),
    reminded: row.kind !== "sun",
    timer_seconds: row.timer ?? null,
    timer_most_seconds: row.timer ? 900 : null,
    outcome: null,
    snoozed_until: null,
  };
}

const items = (date: string, day: number): AgendaItem[] =>
  ROWS.filter(({ kind }) => kind !== "cooling" || day <= 3).map((row, index) => item(row, index, date, day));

function sun(date: string, strict: boolean): AgendaDay["sun"] {
  const noon = Date.parse(`${date}T12:20:00Z`);
  const curve = Array.from({ length: 21 }, (_, index) => {
    const hours = index / 2 - 5;
    const height = Math.max(0, Math.cos((hours / 5) * (Math.PI / 2)));
    return { at: at(noon + hours * 60 * MINUTE_MS), uv_index: Math.round(60 * height ** 2.4) / 10 };
  });
  const advice = strict ? "Stay out of direct sun all day, also by a window." : "Hat and sunscreen all day.";
  return {
    strength: "normal",
    max_uv_index: 6,
    strongest: [at(noon - 160 * MINUTE_MS), at(noon + 160 * MINUTE_MS)],
    strict,
    words: `${advice} Strongest 09:40-15:00.`,
    curve,
  };
}

const CLINIC: Clinic = {
  name: "Linden Skin Clinic",
  zone: "Europe/London",
  country: "GB",
  day_phone: "+44 20 7946 0018",
  night_phone: "+44 20 7946 0199",
  emergency_number: "999",
  hours: [0, 1, 2, 3, 4].map((weekday) => ({ weekday, opens: "09:00", closes: "17:30" })),
  holidays: [],
  triage_mode: "personalised",
  trial: true,
};

const COURSE: Pick<Plan, "phases" | "cards" | "expected"> = {
  phases: (["before", "acute", "healing", "protection"] as const).map((phase, at) => ({ phase, ...RULES.phases[at]! })),
  cards: [
    { first: 0, last: 3, title: "Days 1 to 3 often look worst", body: "Many people see swelling, heat and clear fluid. It often peaks on day 2 or 3." },
    { first: 4, last: 10, title: "Dry and peeling", body: "Many people peel on days 5 to 7. Let it come off by itself." },
    { first: 11, last: 180, title: "Pink for a while", body: "Skin can stay pink, purple, or darker than usual for weeks." },
  ],
  expected: [
    { symptom: "redness", label: "Red, purple, or darker skin", first: 0, last: 135 },
    { symptom: "swelling", label: "Swelling", first: 0, last: 7 },
    { symptom: "pain", label: "Soreness", first: 0, last: 4 },
    { symptom: "oozing", label: "Clear fluid", first: 0, last: 5 },
    { symptom: "crusting_peeling", label: "Crusts and peeling", first: 3, last: 10 },
    { symptom: "itching", label: "Itching", first: 1, last: 21 },
  ],
};

function restrictions(treated: number): Plan["restrictions"] {
  const rule = (id: string, title: string, body: string, days: number): Plan["restrictions"][number] => ({
    id, title, body, since: dateOf(treated), until: dateOf(treated + days * DAY_MS), fact: null, never: false,
  });
  return [
    { ...rule("make_up", "Wear make-up", "Only on closed skin. Start with mineral make-up.", 10), fact: "skin_closed" },
    rule("sport", "Do sport or use a sauna", "Heat brings back redness and swelling.", 14),
    { ...rule("swim", "Swim or use a hot tub", "Shared water can carry germs.", 14), fact: "skin_closed" },
    rule("acids", "Use acids or retinoids", "They sting and irritate new skin.", 42),
    { ...rule("sun", "Be out in direct sun", "Stay in the shade. Later, go out only with a hat and sunscreen.", 15), never: true },
  ];
}

const plan = (treated: number): Plan => ({
  id: "plan-1",
  procedure: "co2_full",
  name: "Fully ablative CO2 resurfacing",
  variant: null,
  area: "full_face",
  status: "active",
  approved: false,
  treated_on: dateOf(treated),
  last_day: 180,
  heal_days: { min: 5, typical: 9, max: 14 },
  ...COURSE,
  restrictions: restrictions(treated),
  facts: [{
    name: "skin_closed",
    question: "Has your skin closed?",
    help: "No open, wet or raw spots anywhere. If you are not sure, say Not yet.",
    value: null,
    recorded_at: null,
    ask_from: dateOf(treated + 2 * DAY_MS),
  }],
  visits: [1, 7, 14, 30, 90, 180].map((visit) => ({ day: visit, date: dateOf(treated + visit * DAY_MS) })),
  rules: RULES,
  risks: [],
  check_ins: [],
  closing: { title: "Your plan has ended", body: "Call your clinic if you see new dark or light patches, or a raised scar." },
});

function agenda(today: number, day: number): AgendaDay[] {
  return Array.from({ length: 16 }, (_, index) => index - 1).map((offset) => {
    const date = dateOf(today + offset * DAY_MS);
    const list = items(date, day + offset);
    const outcome = offset < 0 ? "done" : null;
    return { date, items: list.map((each) => ({ ...each, outcome })), sun: sun(date, day + offset < STRICT_DAYS) };
  });
}

function notices(days: AgendaDay[]): Bundle["notices"] {
  const step = days[1]!.items.find(({ kind }) => kind === "cooling") ?? days[1]!.items[0]!;
  return {
    "notice-1": {
      titles: ["Afterbeam", "Care step due", step.title],
      bodies: ["You have a reminder", "Open the app to see it", step.body],
      occurrence_ids: step.occurrence_ids,
    },
  };
}

export function sampleBundle({ now, day, zone = "Europe/London" }: Ask): Bundle {
  const today = Date.parse(dateOf(now));
  const days = agenda(today, day);
  return {
    schema: 1,
    epoch: "epoch-1",
    generated_at: at(now),
    clock: { care_at: at(now), wall_at: at(now), speed: 1 },
    device: { id: "device-1", label: "Phone" },
    patient: { first_name: "Ana", language: "en", zone },
    clinic: CLINIC,
    settings: { wake: "07:30", quiet_start: "21:30", quiet_end: "07:30", lock_screen: 0, one_a_day: false, zone },
    push: {
      public_key: "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
      key_id: "key-1",
      endpoint_known: false,
      confirmed_at: null,
    },
    plans: [plan(today - day * DAY_MS)],
    agenda: days,
    notices: notices(days),
    words: WORDS,
    danger_signs: [
      { group: "now", signs: ["breathing_trouble", "very_ill", "fever"] }, { group: "face", signs: ["face_droop"] },
      { group: "skin", signs: ["spreading", "smell"] }, { group: "you", signs: ["worried", "self_harm"] },
    ],
    alert: null,
  };
}
