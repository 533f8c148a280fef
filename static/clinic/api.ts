/** What the server and the clinic page say to each other. Counterpart: pwa/web/api/clinic.py. */

import type { Instant, LocalDate, OutcomeValue } from "../shared/api";

/** GET /api/v1/clinic/overview */
export interface Overview {
  person: { name: string; role: string };
  clinic: { name: string; zone: string; trial: boolean };
  now: Instant; // care time
  procedures: Procedure[];
  patients: PatientRow[]; // newest first
}

export interface Procedure {
  id: string;
  name: string;
  variants: string[];
  areas: string[];
  prescribable: string[]; // medicines it reminds of where they were prescribed
  approved: boolean;
}

export interface PatientRow {
  id: string;
  first_name: string;
  procedure: string;
  day_number: number; // 0 on the day of treatment, negative before it
  treated_on: LocalDate;
  state: "enrolled" | "joined" | "left"; // enrolled: nobody has said yet that the plan is theirs
  device: string | null; // "Safari on iPhone", of the phone that joined last
  joined_at: Instant | null; // wall time, as is shown_at
  reminders_on: boolean;
  shown_at: Instant | null;
  outcomes: RecentOutcome[]; // of the last 3 days, latest first
}

export interface RecentOutcome {
  title: string;
  value: OutcomeValue;
  day: LocalDate;
  tapped_at: Instant; // care time
}

/** What the patient gets in hand. It can be shown now and never read back. */
export interface Invitation {
  join_url: string;
  join_code: string;
  code_expires_at: Instant; // wall time
  qr: string[]; // a row of "1" (dark) and "0" for each line, without a border
}

/** POST /api/v1/clinic/patients */
export interface Enrolment {
  procedure: string;
  first_name: string;
  language: string;
  variant: string | null; // null: not known
  area: string | null;
  treated_at: string | null; // the clinic's wall clock, YYYY-MM-DDTHH:MM; null: now
  prescribed: string[];
  request_id: string; // sent again, the same enrolment is found and not made twice
}

export type Enrolled = Invitation & { patient_id: string };
