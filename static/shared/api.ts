/** What the server and the phone say to each other. Counterpart: pwa/web/api/schemas.py. */

import type { Answers, Level, RuleSet, TriageResult } from "../domain/rules";

/** ISO 8601 instants, always UTC with "Z"; `date` is YYYY-MM-DD in the patient's zone; `clock` is HH:MM. */
export type Instant = string;
export type LocalDate = string;
export type ClockTime = string;

export type StepKind =
  | "prepare" | "sun" | "sunscreen" | "cooling" | "wound_care" | "comfort"
  | "check_in" | "skin_check" | "medicine" | "visit";

export type FactName = "skin_closed" | "scabs_gone" | "bruise_gone";
export type OutcomeValue = "done" | "snoozed" | "skipped" | "undone";

/** GET /api/v1/bundle: all a phone needs to read offline for the next 14 days. */
export interface Bundle {
  schema: 1;
  epoch: string; // changes when the server was restored: offer kept events again
  generated_at: Instant; // care time
  clock: { care_at: Instant; wall_at: Instant; speed: number }; // care = care_at + (wall - wall_at) * speed
  device: { id: string; label: string };
  patient: { first_name: string; language: string; zone: string };
  clinic: Clinic;
  settings: Settings;
  push: PushState;
  plans: Plan[];
  agenda: AgendaDay[]; // from yesterday to 14 days ahead, by date
  notices: Record<string, NoticeWords>; // notice id -> words; what the worker looks up
  words: Record<string, Text>; // text id (sign.fever, ask.pain, advice.e01) -> words, once for all plans
  danger_signs: { group: string; signs: string[] }[]; // all there are, the most urgent first
  alert: PatientAlert | null; // what the clinic has been told of and has not dealt with yet
}

/** A clinical text in the patient's language. Braces are filled by the app: {day}, {emergency}. */
export interface Text {
  title: string;
  body: string;
  why: string;
}

export interface PatientAlert {
  id: string;
  state: "open" | "acknowledged" | "closed";
  level: Level | null; // null in leaflet mode
  opened_at: Instant;
  seen_at: Instant | null; // said only when whoever saw it can no longer take that back
  call_at: Instant | null; // from then on nobody may count on it being seen
  check_in_ids: string[];
}

export interface Clinic {
  name: string;
  zone: string;
  country: string; // ISO 3166-1 alpha-2
  day_phone: string;
  night_phone: string;
  emergency_number: string;
  hours: { weekday: number; opens: ClockTime; closes: ClockTime }[]; // Monday is 0
  holidays: LocalDate[];
  triage_mode: "personalised" | "leaflet"; // leaflet: no level is computed anywhere
  trial: boolean; // its protocols may not be clinically approved, and the app says so
}

export interface Settings {
  wake: ClockTime;
  quiet_start: ClockTime;
  quiet_end: ClockTime;
  lock_screen: 0 | 1 | 2; // 0 neutral, 1 "Care step due", 2 the full text
  one_a_day: boolean;
  zone: string;
}

export interface PushState {
  public_key: string; // VAPID, base64url, 65 bytes uncompressed
  key_id: string;
  endpoint_known: boolean; // this device has a live subscription on the server
  confirmed_at: Instant | null; // the last receipt "shown" from this device
}

export interface Plan {
  id: string;
  procedure: string;
  name: string;
  variant: string | null;
  area: string | null;
  status: "draft" | "active" | "on_hold" | "completed" | "revoked";
  approved: boolean;
  treated_on: LocalDate;
  last_day: number;
  heal_days: { min: number; typical: number; max: number };
  phases: PlanPhase[];
  cards: { first: number; last: number; title: string; body: string }[];
  expected: { symptom: string; label: string; first: number; last: number }[];
  restrictions: Restriction[];
  facts: FactQuestion[];
  visits: { day: number; date: LocalDate }[];
  closing: { title: string; body: string };
  rules: RuleSet | null; // null in leaflet mode
  risks: string[];
  check_ins: KnownCheckIn[]; // the newest 60, the oldest first
}

export interface PlanPhase {
  phase: "before" | "acute" | "healing" | "protection";
  first: number;
  last: number;
  items: string[]; // what a check-in asks, also where there are no rules
  safety: string[];
}

/** A check-in that the server has, from any device of this patient. */
export interface KnownCheckIn {
  id: string;
  day: number;
  tapped_at: Instant;
  answers: Answers;
  level: Level | null;
  undone: boolean;
}

export interface Restriction {
  id: string;
  title: string; // "Wear make-up"
  body: string;
  since: LocalDate;
  until: LocalDate | null; // the first day it may be possible again
  fact: FactName | null; // and only once this is so; with neither a day nor a fact the clinic says when
  never: boolean; // its end is no leave to do it: then it is no longer spoken of
}

export interface FactQuestion {
  name: FactName;
  question: string; // "Has your skin closed?"
  help: string;
  value: boolean | null; // null: nobody has said
  recorded_at: Instant | null;
  ask_from: LocalDate;
}

export interface AgendaDay {
  date: LocalDate;
  items: AgendaItem[];
  sun: SunDay | null;
}

export interface AgendaItem {
  occurrence_ids: string[];
  plan_ids: string[];
  kind: StepKind;
  step_id: string;
  title: string;
  body: string;
  why: string;
  day_number: number;
  due_at: Instant;
  useful_until: Instant;
  reminded: boolean; // a reminder is or was planned for it
  timer_seconds: number | null;
  timer_most_seconds: number | null;
  outcome: "done" | "snoozed" | "skipped" | null;
  snoozed_until: Instant | null;
}

export interface SunDay {
  strength: "quiet" | "normal" | "loud";
  max_uv_index: number;
  strongest: [Instant, Instant] | null;
  strict: boolean; // no sun at all, as opposed to protection
  words: string; // "Stay out of direct sun all day, also by a window. Strongest 10:40-15:20."
  curve: { at: Instant; uv_index: number }[]; // every half hour of daylight
}

export interface NoticeWords {
  titles: [string, string, string]; // by lock-screen level
  bodies: [string, string, string];
  occurrence_ids?: string[]; // what Done on the notification settles; without them it only opens the app
  asks?: string[]; // questions it stands for: they open the app, and only answers settle them
}

/** Everything the patient makes. Kept on the phone until the server has answered for its own id. */
export type PatientEvent = {
  id: string; // UUIDv7
  seq: number; // per device, from 1
  schema: 1;
  tapped_at: Instant; // care time
  zone: string;
} & (
  | { kind: "outcome"; occurrence_ids: string[]; value: OutcomeValue; until?: Instant }
  | { kind: "fact"; plan_id: string; name: FactName; value: boolean; undo?: true }
  | { kind: "settings"; settings: Settings }
  | {
      kind: "check_in";
      plan_id: string;
      day: number; // of the plan, the one it is about
      answers: Answers; // an explicit false for each sign that was shown and not ticked
      result: (TriageResult & { rule_set: string }) | null; // what this phone said
      supersedes?: string; // an earlier check-in of this phone
      note?: string;
    }
  | { kind: "check_in_undo"; check_in_id: string }
  | { kind: "called"; alert?: string | null; answer: CallAnswer }
);

export type CallAnswer = "yes" | "no" | "no_answer";

/** POST /api/v1/sync, at most 50 events and 256 KB. */
export interface SyncRequest {
  epoch?: string; // the last one heard of
  zone: string;
  sent_at?: Instant; // the phone's own wall clock as it sends: from it the server knows how wrong the taps are dated
  events: PatientEvent[];
}
export interface SyncAnswer {
  epoch: string;
  results: { id: string; result: "stored" | "duplicate" | "conflict" | "rejected" | "later"; reason?: string }[]; // later: send it again
}

/** What lets a phone in: the token comes from the URL fragment; the code is typed. */
export type Pass = { token: string } | { code: string };
/**
 * POST /api/v1/join. `key` is 256 random bits in base64url, made for this pass and this phone: should the answer get
 * lost, the same pass works again with the same key, until "is this right?" was answered. Another's key opens nothing.
 */
export type JoinRequest = Pass & { key: string };
export interface JoinAnswer {
  device_id: string;
  device_token: string; // falls back for a lost cookie: "Authorization: Bearer ..."
  clinic_name: string;
  procedure_name: string;
  treated_on: LocalDate;
  first_name: string;
  install_code?: string; // a fresh short code for the installed app, where it does not share storage (iOS)
}
/** DELETE /api/v1/device: this phone leaves; its credential is revoked and the cookie cleared. 204. */
/** POST /api/v1/join/answer {right}: "You had X on Y. Is this right?" No removes this device again. */

/** PUT /api/v1/push-subscription; DELETE takes {endpoint}. */
export interface PushSubscriptionBody {
  endpoint: string;
  p256dh: string;
  auth: string;
  key_id: string;
}

/** POST /api/v1/test-notices -> {id}; GET /api/v1/test-notices/ID -> this. */
export interface TestNoticeState {
  id: string;
  state: "planned" | "sending" | "sent" | "expired" | "cancelled";
  accepted_at: Instant | null;
  shown_at: Instant | null;
}

/** POST /api/v1/receipts. The worker sends it; what cannot be sent is kept and sent later. */
export interface ReceiptBody {
  notice_id: string;
  kind: "shown" | "opened" | "dismissed";
}

/** RFC 9457, application/problem+json. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: string;
}

/** The decrypted push. Declarative Web Push; an id and neutral words, nothing else. Counterpart: pwa/push/payload.py. */
export interface PushPayload {
  web_push: 8030;
  mutable: true;
  app_badge?: number;
  notification: {
    title: string;
    body: string;
    navigate: string;
    tag: string;
    lang: string;
    dir: "auto";
    data: { id: string };
  };
}
