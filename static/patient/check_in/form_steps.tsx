/** The two taps: how is it, and which of this phase's danger signs. */

import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { missedYesterday } from "../../domain/check_ins";
import { dateOfDay } from "../../domain/today";
import type { Plan } from "../../shared/api";
import { checkInWords } from "../../shared/words/check_in";
import { todayWords } from "../../shared/words/today";
import { changed } from "../calm";
import { bundle, today } from "../store";
import { NoQuestions, Nobody } from "./check_in";
import { checkIns, todayOf } from "./entries";
import { draft, finish, forget, put, startOfScreen, takeUp } from "./form";
import { MoodIcon, type Mood } from "./icons";
import { SignList } from "./sign_list";
import { askedOn, type Asked } from "./questions";

const MOODS: Mood[] = ["better", "same", "worse", "worried"];

export function Form({ plan }: { plan: Plan }) {
  const late = useSignal(false);
  useEffect(() => void takeUp(plan, undefined), []);
  const day = draft.value?.day ?? todayOf(plan) - (late.value ? 1 : 0);
  const asked = askedOn(plan, day);
  if (!asked) return <NoQuestions words={checkInWords().no_questions} />;
  if (draft.value?.answers.overall !== undefined) return <Signs plan={plan} day={day} asked={asked} />;
  return <Overall plan={plan} day={day} choose={(isLate) => (changed(), late.value = isLate)} />;
}

function Overall({ plan, day, choose }: { plan: Plan; day: number; choose: (isLate: boolean) => void }) {
  const words = checkInWords();
  const isLate = day < todayOf(plan);
  const pick = (overall: Mood) => {
    changed();
    put(plan, day, { overall });
  };
  return (
    <>
      <Missed plan={plan} isLate={isLate} choose={choose} />
      <h1>{isLate ? words.how_yesterday : words.how}</h1>
      <Nobody />
      <div class="moods">
        {MOODS.map((mood) => (
          <button key={mood} onClick={() => pick(mood)}><MoodIcon mood={mood} />{words.overall[mood]}</button>
        ))}
      </div>
    </>
  );
}

function Missed({ plan, isLate, choose }: { plan: Plan; isLate: boolean; choose: (isLate: boolean) => void }) {
  const words = checkInWords();
  const asks = bundle.value!.agenda.filter(({ items }) => items.some((item) => item.kind === "check_in" && item.plan_ids.includes(plan.id)));
  if (!missedYesterday(plan, checkIns(plan), today.value, new Set(asks.map(({ date }) => date)))) return null;
  return (
    <div class="note">
      <span>{words.welcome}</span>
      <button onClick={() => choose(!isLate)}>{isLate ? words.today : words.yesterday}</button>
    </div>
  );
}

function Signs({ plan, day, asked }: { plan: Plan; day: number; asked: Asked }) {
  const words = checkInWords();
  const entry = draft.value!;
  const isLate = dateOfDay(plan, day) < today.value;
  useEffect(startOfScreen, []);
  return (
    <>
      <h1>{isLate ? words.signs_yesterday : words.signs}</h1>
      <Nobody />
      <SignList plan={plan} day={day} groups={[[null, asked.safety]]} entry={entry} none={words.none} />
      <div class="choices">
        <button class="plain" onClick={() => (changed(), forget())}>{todayWords().back}</button>
        <button class="plain" onClick={() => void finish(plan, entry)}>{words.leave_list}</button>
      </div>
    </>
  );
}
