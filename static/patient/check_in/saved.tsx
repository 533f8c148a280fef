/** After a check-in: its care card first, then details for who has reason to give them. */

import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { tickedOf, type CheckIn } from "../../domain/check_ins";
import { kindOf } from "../../domain/items";
import { dateOfDay } from "../../domain/today";
import type { Plan } from "../../shared/api";
import { checkInWords } from "../../shared/words/check_in";
import { changed } from "../calm";
import { aim } from "../route";
import { bundle, made } from "../store";
import { CareCard } from "./care_card";
import { Nobody } from "./check_in";
import { Details } from "./details";
import { draft, startOfScreen, takeUp } from "./form";
import { askedOn, hasDetails, type Asked } from "./questions";
import { SignList } from "./sign_list";

interface Props {
  plan: Plan;
  checkIn: CheckIn;
}

export function Saved({ plan, checkIn }: Props) {
  const words = checkInWords();
  const opened = useSignal<"list" | "details" | null>(null);
  const open = (what: "list" | "details") => {
    changed();
    opened.value = what;
  };
  const painted = useSignal(false);
  const asked = askedOn(plan, checkIn.day);
  const isOwn = made.value.some(({ id }) => id === checkIn.id);
  const canTell = isOwn && hasDetails(plan, checkIn.day);
  useEffect(() => {
    void takeUp(plan, checkIn.id);
    history.replaceState(aim.value, ""); // slow on a phone: the card never waits for it, nor for the questions below it
    painted.value = true;
  }, []);
  if (asked && opened.value === "list") return <MissingList plan={plan} checkIn={checkIn} asked={asked} />;
  const wantsDetails = opened.value === "details" || hasReason(plan, checkIn);
  return (
    <>
      <CareCard checkIn={checkIn} main look={isOwn ? () => open("list") : undefined} />
      {asked && canTell && wantsDetails && painted.value && <Details plan={plan} checkIn={checkIn} asked={asked} />}
      <div class="choices">
        {canTell && !wantsDetails && <button onClick={() => open("details")}>{words.add_details}</button>}
        <a class="button" href="/">{words.to_today}</a>
      </div>
      <Nobody />
    </>
  );
}

/** Worse, a sign, or the month's look: then more is worth knowing. Not once it was told, and not before an emergency is called in. */
function hasReason(plan: Plan, { answers, level, day }: CheckIn): boolean {
  const isTold = Object.keys(answers).some((item) => item !== "overall" && kindOf(item) !== "yes_no");
  return !isTold && level !== "emergency" && (answers.overall === "worse" || tickedOf(answers).length > 0 || isLook(plan, day));
}

/** The picture list of a check-in that was saved without it. */
function MissingList({ plan, checkIn, asked }: Props & { asked: Asked }) {
  const words = checkInWords();
  const { id, day, answers } = checkIn;
  useEffect(startOfScreen, []);
  const begun = draft.value?.replaces === id ? draft.value : { answers, note: "", replaces: id };
  return (
    <>
      <h1>{words.signs}</h1>
      <Nobody />
      <SignList plan={plan} day={day} groups={[[null, asked.safety]]} entry={begun} none={words.none} />
    </>
  );
}

/** Whether that day asks for a look in the mirror: colour and texture, until sun protection ends. */
const isLook = (plan: Plan, day: number): boolean =>
  bundle.value!.agenda.some(({ date, items }) => date === dateOfDay(plan, day)
    && items.some(({ kind, plan_ids }) => kind === "skin_check" && plan_ids.includes(plan.id)));
