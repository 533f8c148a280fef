/** A made-up patient on day `day`, for tests and for looking at screens without a server. Never shipped. */

import type { AgendaItem, Bundle, StepKind } from "../shared/api.ts";

const DAY_MS = 24 * 3600 * 1000;
const MINUTE_MS = 60_000;

interface Ask {
  now: number;
  day: number;
  zone?: string;
}

const at = (ms: number): string => new Date(ms).toISOString();
const dateOf = (ms: number): string => at(ms).slice(0, 10);

type Row = [kind: StepKind, step: string, clock: string, title: string, body: string, why: string, window: number, timer?: number];

const ROWS: Row[] = [
  ["wound_care", "cleanse_morning", "07:40", "Wash your face gently", "Use the clinic's solution and clean hands. Pat, do not rub.", "Clean skin heals faster.", 180],
  ["wound_care", "ointment_morning", "08:00", "Put on ointment", "A thin layer, so that the skin stays moist.", "Moist skin closes sooner and scars less.", 180],
  ["sun", "sun_strict", "09:30", "Stay out of direct sun", "All day, also by a window. Wear a hat when you go out.", "New skin burns and darkens quickly.", 360],
  ["cooling", "cooling_noon", "11:00", "Cool your skin", "10 minutes, in a clean cloth, never ice on skin. If your skin is still numb, ask your clinic first.", "Cooling eases heat and swelling.", 120, 600],
  ["wound_care", "ointment_noon", "13:00", "Put on ointment", "A thin layer, so that the skin stays moist.", "Moist skin closes sooner and scars less.", 180],
  ["medicine", "antiviral", "18:00", "Take the tablet your clinic gave you", "With a glass of water.", "Your clinic asked for it.", 360],
  ["comfort", "head_up", "21:00", "Sleep with your head up", "Use 2 pillows tonight.", "It lowers swelling around the eyes.", 120],
];

function items(date: string, day: number): AgendaItem[] {
  return ROWS.filter(([kind]) => kind !== "cooling" || day <= 3).map(([kind, step_id, clock, title, body, why, window, timer]) => {
    const due = Date.parse(`${date}T${clock}:00Z`);
    return {
      occurrence_ids: [`00000000-0000-5000-8000-${`${step_id.length}${clock.replace(":", "")}${date.replaceAll("-", "")}`.slice(0, 12).padStart(12, "0")}`],
      plan_ids: ["plan-1"],
      kind, step_id, title, body, why,
      day_number: day,
      due_at: at(due),
      useful_until: at(due + window * MINUTE_MS),
      reminded: kind !== "sun",
      timer_seconds: timer ?? null,
      timer_most_seconds: timer ? 900 : null,
      outcome: null,
      snoozed_until: null,
    };
  });
}

function sun(date: string, strict: boolean): Bundle["agenda"][number]["sun"] {
  const noon = Date.parse(`${date}T12:20:00Z`);
  const curve = Array.from({ length: 21 }, (_, index) => {
    const hour = index / 2 - 5;
    return { at: at(noon + hour * 60 * MINUTE_MS), uv_index: Math.round(60 * Math.max(0, Math.cos((hour / 5) * (Math.PI / 2))) ** 2.4) / 10 };
  });
  return {
    strength: "normal",
    max_uv_index: 6,
    strongest: [at(noon - 160 * MINUTE_MS), at(noon + 160 * MINUTE_MS)],
    strict,
    words: strict
      ? "Stay out of direct sun all day, also by a window. Strongest 09:40-15:00."
      : "Hat and sunscreen all day. Strongest 09:40-15:00.",
    curve,
  };
}

export function sampleBundle({ now, day, zone = "Europe/London" }: Ask): Bundle {
  const today = Date.parse(dateOf(now));
  const treated = today - day * DAY_MS;
  const days = Array.from({ length: 16 }, (_, index) => index - 1);
  const agenda = days.map((offset) => {
    const date = dateOf(today + offset * DAY_MS);
    return { date, items: items(date, day + offset), sun: sun(date, day + offset < 14) };
  });
  const yesterday = agenda[0]!;
  yesterday.items = yesterday.items.map((item) => ({ ...item, outcome: "done" as const }));
  const cooling = agenda[1]!.items.find(({ kind }) => kind === "cooling") ?? agenda[1]!.items[0]!;
  return {
    schema: 1,
    epoch: "epoch-1",
    generated_at: at(now),
    clock: { care_at: at(now), wall_at: at(now), speed: 1 },
    device: { id: "device-1", label: "Phone" },
    patient: { first_name: "Ana", language: "en", zone },
    clinic: {
      name: "Linden Skin Clinic",
      zone: "Europe/London",
      country: "GB",
      day_phone: "+44 20 7946 0018",
      night_phone: "+44 20 7946 0199",
      emergency_number: "999",
      hours: [0, 1, 2, 3, 4].map((weekday) => ({ weekday, opens: "09:00", closes: "17:30" })),
      holidays: [],
      trial: true,
    },
    settings: { wake: "07:30", quiet_start: "21:30", quiet_end: "07:30", lock_screen: 0, one_a_day: false, zone },
    push: {
      public_key: "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
      key_id: "key-1", endpoint_known: false, confirmed_at: null,
    },
    plans: [{
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
      phases: [
        { phase: "before", first: -42, last: -1 },
        { phase: "acute", first: 0, last: 3 },
        { phase: "healing", first: 4, last: 14 },
        { phase: "protection", first: 15, last: 180 },
      ],
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
      restrictions: [
        { id: "make_up", title: "Wear make-up", body: "Only on closed skin. Start with mineral make-up.", since: dateOf(treated), until: dateOf(treated + 10 * DAY_MS), fact: "skin_closed" },
        { id: "sport", title: "Do sport or use a sauna", body: "Heat brings back redness and swelling.", since: dateOf(treated), until: dateOf(treated + 14 * DAY_MS), fact: null },
        { id: "swim", title: "Swim or use a hot tub", body: "Shared water can carry germs.", since: dateOf(treated), until: dateOf(treated + 14 * DAY_MS), fact: "skin_closed" },
        { id: "acids", title: "Use acids or retinoids", body: "They sting and irritate new skin.", since: dateOf(treated), until: dateOf(treated + 42 * DAY_MS), fact: null },
        { id: "sun", title: "Sit in the sun", body: "Use shade, a hat and sunscreen until this day.", since: dateOf(treated), until: dateOf(treated + 180 * DAY_MS), fact: null },
      ],
      facts: [{
        name: "skin_closed",
        question: "Has your skin closed?",
        help: "No open, wet or raw spots anywhere. If you are not sure, say Not yet.",
        value: null, recorded_at: null,
        ask_from: dateOf(treated + 2 * DAY_MS),
      }],
      visits: [1, 7, 14, 30, 90, 180].map((visit) => ({ day: visit, date: dateOf(treated + visit * DAY_MS) })),
      closing: { title: "Your plan has ended", body: "Call your clinic if you see new dark or light patches, or a raised scar." },
    }],
    agenda,
    notices: {
      "notice-1": {
        titles: ["Afterbeam", "Care step due", cooling.title],
        bodies: ["You have a reminder", "Open the app to see it", cooling.body],
        occurrence_ids: cooling.occurrence_ids,
      },
    },
    neutral: {
      titles: ["Afterbeam", "Afterbeam", "Afterbeam"],
      bodies: ["You have a reminder", "You have a reminder", "You have a reminder"],
    },
  };
}
