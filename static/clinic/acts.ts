/** What a person can do here: sign in and out, enrol, make a new code. */

import { batch } from "@preact/signals";
import type { Enrolled, Enrolment, Invitation } from "./api";
import { endSession, newEra, refreshAfterChange } from "./poll";
import { ask, type Answer } from "./server";
import { draft, email, forget, guests, rowOf, said, session, setSkew, trouble, welcome } from "./store";
import { EMPTY } from "./draft";
import { clinicWords } from "./words";

/** What went wrong, in words; empty when the sign-in form says it; null when all is well. */
export type Problem = string | null;

export async function signIn(password: string): Promise<void> {
  const words = clinicWords();
  trouble.value = null;
  const answer = await ask("session", "POST", { email: email.value.trim(), password });
  if (!answer.ok) {
    trouble.value = answer.status === 429 ? words.too_many : isWrong(answer) ? words.wrong : explain(answer);
    return;
  }
  newEra();
  session.value = "opening";
  await refreshAfterChange();
  if (session.peek() === "out") trouble.value = words.no_cookie;
}

const isWrong = ({ status }: Answer<unknown>): boolean => status === 401 || status === 422;

export async function signOut(): Promise<void> {
  const answer = await ask("session", "DELETE");
  if (!answer.ok && answer.status !== 401) {
    trouble.value = answer.status ? explain(answer) : clinicWords().still_signed_in;
    return;
  }
  batch(() => {
    forget();
    email.value = "";
    trouble.value = null;
    endSession(false);
  });
}

export async function enrol(enrolment: Enrolment): Promise<Problem> {
  const answer = await ask<Enrolled>("patients", "POST", enrolment);
  setSkew(answer.skew);
  if (!answer.body) return ended(answer) ?? (answer.status ? explain(answer) : clinicWords().enrol_no_answer(enrolment.first_name));
  const { patient_id, ...invitation } = answer.body;
  batch(() => {
    welcome({ id: patient_id, first_name: enrolment.first_name, invitation, joined_before: null });
    draft.value = EMPTY;
    said.value = clinicWords().enrolled(enrolment.first_name);
  });
  void refreshAfterChange();
  return null;
}

export async function newCode(id: string): Promise<Problem> {
  const answer = await ask<Invitation>(`patients/${id}/invitations`, "POST");
  setSkew(answer.skew);
  if (!answer.body) return ended(answer) ?? explain(answer);
  const row = rowOf(id);
  const first_name = row?.first_name ?? guests.value.find((guest) => guest.id === id)?.first_name ?? "";
  welcome({ id, first_name, invitation: answer.body, joined_before: row?.joined_at ?? null });
  void refreshAfterChange();
  return null;
}

/** Signed out meanwhile: the sign-in form says so, and what was typed waits behind it. */
function ended({ status }: Answer<unknown>): string | null {
  if (status !== 401) return null;
  endSession(true);
  return "";
}

const explain = ({ status, detail }: Answer<unknown>): string =>
  status ? detail || clinicWords().server_trouble : clinicWords().no_contact;
