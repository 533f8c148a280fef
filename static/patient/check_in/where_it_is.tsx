/** Where an entry is: on this phone, sent, seen. Said in words, and never more than is known. */

import type { CheckIn } from "../../domain/check_ins";
import { levelOf } from "../../domain/standing";
import { callAt } from "../../domain/waiting";
import { millis } from "../../shared/clock";
import { dayAndTime, timeOf } from "../../shared/strings";
import { adviceWords } from "../../shared/words/advice";
import type { PatientAlert } from "../../shared/api";
import { bundle, dateOf, kept, now, online, today } from "../store";

export function alertOf({ id }: CheckIn): PatientAlert | null {
  const alert = bundle.value?.alert;
  return alert?.check_in_ids.includes(id) ? alert : null;
}

/** From when on nobody may count on it being seen; null when that can wait. The phone never waits longer than the server. */
export function callFrom(checkIn: CheckIn): number | null {
  const alert = alertOf(checkIn);
  if (alert?.seen_at || alert?.state === "closed") return null;
  const own = callAt(bundle.value!.clinic, levelOf(checkIn), checkIn.since);
  const told = alert?.call_at ? millis(alert.call_at) : null;
  return own === null || told === null ? (own ?? told) : Math.min(own, told);
}

export function isUnseen(checkIn: CheckIn): boolean {
  const from = callFrom(checkIn);
  return from !== null && from <= now.value;
}

export function WhereItIs({ checkIn }: { checkIn: CheckIn }) {
  const words = adviceWords();
  const { id } = checkIn;
  const { outbox, rejected } = kept.value!;
  const seen_at = alertOf(checkIn)?.seen_at;
  const state = () => {
    if (rejected.some(({ event }) => event.id === id)) return words.refused;
    if (outbox.some((event) => event.id === id)) return online.value ? words.saved : `${words.saved} ${words.offline}`;
    return seen_at ? words.seen(whenWords(millis(seen_at))) : words.sent;
  };
  return <p class="where" role="status">{state()}</p>;
}

const whenWords = (at: number): string => (dateOf(at) === today.value ? timeOf(at) : dayAndTime(at));
