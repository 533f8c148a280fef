/** What the server did not take, in plain words: what it was, and why. */

import { tickedOf } from "../../domain/check_ins";
import type { Answers } from "../../domain/rules";
import { millis } from "../../shared/clock";
import type { PatientEvent, Settings } from "../../shared/api";
import { clockWords, dayAndTime } from "../../shared/strings";
import { planWords } from "../../shared/words/plan";
import { settingsWords } from "../../shared/words/settings";
import { belowWords } from "../../shared/words/below";
import { bundle, type Refused } from "../store";

/** One entry: `what` was made and when, each part on its own, and `why` it was refused. */
export function refusal({ event, reason, seen }: Refused): { what: string; why: string } {
  const isOwn = event.device_id === bundle.value!.device.id; // else it may be somebody else's, who had the phone before
  const what = [dayAndTime(millis(event.tapped_at)), kindOf(event), ...(isOwn ? partsOf(event) : [])].filter(Boolean).join(" · ");
  return { what: (isOwn && seen) || what, why: settingsWords().why(reasonInWords(reason)) };
}

/** A sentence is the server's own and stands as it is; a code was noted by this phone. */
function reasonInWords(reason: string): string {
  const words = settingsWords();
  if (reason === "other_device" || reason === "other_patient") return words[reason];
  if (reason.startsWith("http_")) return words.unreadable;
  return reason || words.no_reason;
}

function kindOf(event: PatientEvent): string {
  const { entry } = settingsWords();
  return event.kind === "outcome" ? entry[event.value] : entry[event.kind];
}

function partsOf(event: PatientEvent): string[] {
  switch (event.kind) {
    case "outcome": return [titleOf(event.occurrence_ids)];
    case "fact": return [questionOf(event.plan_id, event.name), event.value ? belowWords().yes : belowWords().not_yet];
    case "settings": return wanted(event.settings);
    case "check_in": return [planWords().day(event.day), ...signsOf(event.answers)];
    default: return []; // an event of a later version
  }
}

/** What was ticked, for whoever calls the clinic about it. */
const signsOf = (answers: Answers): string[] => tickedOf(answers).map((sign) => bundle.value!.words?.[`sign.${sign}`]?.title ?? sign);

/** What was asked for and is not in force. */
function wanted(asked: Settings): string[] {
  const words = settingsWords();
  const now = bundle.value!.settings;
  const level = words.levels[asked.lock_screen]?.[0];
  const parts: [keyof Settings, string][] = [
    ["wake", `${words.wake} ${clockWords(asked.wake)}`],
    ["quiet_start", `${words.quiet_from} ${clockWords(asked.quiet_start)}`],
    ["quiet_end", `${words.quiet_to} ${clockWords(asked.quiet_end)}`],
    ["one_a_day", `${words.one_a_day}: ${asked.one_a_day ? words.wanted_on : words.wanted_off}`],
    ["lock_screen", `${words.lock}: ${level}`],
    ["zone", `${words.zone}: ${asked.zone.replace(/_/g, " ")}`],
  ];
  return parts.flatMap(([key, part]) => (asked[key] === now[key] ? [] : [part]));
}

function titleOf(ids: string[]): string {
  const items = bundle.value!.agenda.flatMap(({ items }) => items);
  return items.find(({ occurrence_ids }) => occurrence_ids.some((id) => ids.includes(id)))?.title ?? "";
}

function questionOf(plan_id: string, name: string): string {
  const plan = bundle.value!.plans.find(({ id }) => id === plan_id);
  return plan?.facts.find((fact) => fact.name === name)?.question ?? "";
}
