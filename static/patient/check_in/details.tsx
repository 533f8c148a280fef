/** Details of a check-in: how strong each thing is. Nothing is preselected, and what is left out stays unanswered. */

import { severitiesBefore, type CheckIn } from "../../domain/check_ins";
import { isAsked } from "../../domain/items";
import type { Answers, AnswerValue } from "../../domain/rules";
import type { Plan } from "../../shared/api";
import { checkInWords } from "../../shared/words/check_in";
import { bundle, made } from "../store";
import { checkIns } from "./entries";
import { draft, finish, put } from "./form";
import { Photos, shooting } from "../photos/photos";
import { Question } from "./question";
import { detailsOf, type Asked } from "./questions";

const MOST_NOTE = 2000;

interface Props {
  plan: Plan;
  checkIn: CheckIn;
  asked: Asked;
}

export function Details({ plan, checkIn, asked }: Props) {
  const words = checkInWords();
  const { id, day } = checkIn;
  const { answers, note } = draft.value?.replaces === id ? draft.value : { answers: checkIn.answers, note: noteOf(id) };
  const answer = (given: Partial<Answers>, more = {}) => put(plan, day, { ...answers, ...given }, { note, replaces: id, ...more });
  const items = detailsOf(asked).filter((item) => isAsked(item, answers) && (item !== "missed_doses" || takesMedicine(plan)));
  const before = severitiesBefore(checkIns(plan), day);
  return (
    <section class="card details">
      <h2>{words.details}</h2>
      <p>{words.details_lead}</p>
      {before && (
        <div class="stack">
          <button onClick={() => answer({ ...onlyOf(before, items), ...answers })}>{words.same_as_yesterday}</button>
          <p class="quiet">{words.same_help}</p>
        </div>
      )}
      {items.map((item) => (
        <Question key={item} item={item} value={answers[item]} choose={(value: AnswerValue) => answer({ [item]: value })} />
      ))}
      <label class="field">
        {words.note}
        <textarea rows={3} maxLength={MOST_NOTE} value={note} onInput={({ currentTarget }) => answer({}, { note: currentTarget.value })} />
        <span class="quiet">{words.note_help}</span>
      </label>
      <Photos change={(photos) => answer({}, { photos })} />
      {!shooting.value && <button class="main" onClick={() => void finish(plan, { day, answers: reachable(answers, items, checkIn), note: note.trim(), replaces: id })}>
        {words.save_details}
      </button>}
    </section>
  );
}

const onlyOf = (answers: Answers, items: string[]): Answers =>
  Object.fromEntries(Object.entries(answers).filter(([item]) => items.includes(item)));

/** Without what was answered and then no longer asked: a colour of fluid when there is none. */
const reachable = (answers: Answers, items: string[], { answers: first }: CheckIn): Answers =>
  Object.fromEntries(Object.entries(answers).filter(([item]) => item in first || items.includes(item)));

/** Whether this phone reminds of a tablet: nobody else is asked about missed ones. */
const takesMedicine = ({ id }: Plan): boolean =>
  bundle.value!.agenda.some(({ items }) => items.some(({ kind, plan_ids }) => kind === "medicine" && plan_ids.includes(id)));

const noteOf = (id: string): string => made.value.flatMap((event) => (event.id === id && event.kind === "check_in" ? (event.note ?? []) : []))[0] ?? "";
