/** "Something feels wrong": every danger sign, on any day, below the numbers to call. */

import { useEffect } from "preact/hooks";
import type { Plan } from "../../shared/api";
import { checkInWords } from "../../shared/words/check_in";
import { shellWords } from "../../shared/words/shell";
import { bundle } from "../store";
import { ALL_SIGNS } from "../route";
import { Calls } from "./calls";
import { NoQuestions, Nobody } from "./check_in";
import { todayOf } from "./entries";
import { draft, takeUp } from "./form";
import { SignList } from "./sign_list";

export function AllSigns({ plan }: { plan: Plan }) {
  const words = checkInWords();
  const begun = draft.value?.replaces === ALL_SIGNS ? draft.value.answers : {};
  const groups = (bundle.value!.danger_signs ?? []).map(({ group, signs }): [string, string[]] => [group, signs]); // none in an old bundle
  useEffect(() => void takeUp(plan, ALL_SIGNS), []);
  if (groups.length === 0) return <NoQuestions words={words.no_questions} />;
  return (
    <>
      <h1>{shellWords().wrong}</h1>
      <p>{words.wrong_lead}</p>
      <Calls clinic={bundle.value!.clinic} level="emergency" />
      <Nobody />
      <SignList plan={plan} day={todayOf(plan)} groups={groups} entry={{ answers: begun, note: "", replaces: ALL_SIGNS }} none={words.wrong_none} />
    </>
  );
}
