/** "Something feels wrong": every danger sign, on any day, below the numbers to call. */

import { useEffect } from "preact/hooks";
import type { Bundle, Plan } from "../../shared/api";
import { checkInWords } from "../../shared/words/check_in";
import { shellWords } from "../../shared/words/shell";
import { bundle } from "../store";
import { ALL_SIGNS } from "../route";
import { Calls } from "./calls";
import { NoQuestions, Nobody } from "./check_in";
import { todayOf } from "./entries";
import { draft, takeUp } from "./form";
import { SignList } from "./sign_list";

/** The danger signs that are no yes or no, but one answer of several. */
const CHOSEN = ["blisters.few", "blisters.many", "blisters.grouped", "oozing_colour.yellow_green"];

export const groupsOf = ({ danger_signs = [] }: Partial<Bundle>): [group: string, tiles: string[]][] => // none in an old bundle
  danger_signs.map(({ group, signs }) => [group, group === "skin" ? [...signs, ...CHOSEN] : signs]);

export function AllSigns({ plan }: { plan: Plan }) {
  const words = checkInWords();
  const begun = draft.value?.replaces === ALL_SIGNS ? draft.value.answers : {};
  const groups = groupsOf(bundle.value!);
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
