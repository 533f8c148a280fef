/** The check-in: how is it, then the picture list; the card in the same second; details when there is reason to. */

import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { opennessAt } from "../../domain/hours";
import { isOver } from "../../domain/today";
import type { Plan } from "../../shared/api";
import { dayAndTime } from "../../shared/strings";
import { checkInWords } from "../../shared/words/check_in";
import { shellWords } from "../../shared/words/shell";
import { calmly } from "../calm";
import { aim, ALL_SIGNS } from "../route";
import { bundle, now, today } from "../store";
import { CallCard } from "../today/call";
import { AllSigns } from "./all_signs";
import { find, plans } from "./entries";
import { Form } from "./form_steps";
import { draft } from "./form";
import { Saved } from "./saved";

export function CheckInScreen() {
  const chosen = useSignal(0);
  useEffect(() => () => void (draft.value = null), []); // on the disk it stays
  const found = aim.value && aim.value !== ALL_SIGNS ? find(aim.value) : null;
  const running = plans.value.filter((plan) => !isOver(plan, today.value));
  const choice = running.length > 0 ? running : plans.value;
  const plan = choice[chosen.value] ?? choice[0];
  if (!plan) return <NoQuestions words={checkInWords().no_plan} />;
  return (
    <div class="narrow check-in" onClickCapture={calmly}>
      {found
        ? <Saved key={found.checkIn.id} plan={found.plan} checkIn={found.checkIn} />
        : <>
            {choice.length > 1 && <Treatment choice={choice} at={chosen.value} choose={(at) => (chosen.value = at)} />}
            {aim.value === ALL_SIGNS ? <AllSigns key={plan.id} plan={plan} /> : <Form key={plan.id} plan={plan} />}
          </>}
    </div>
  );
}

function Treatment({ choice, at, choose }: { choice: Plan[]; at: number; choose: (at: number) => void }) {
  return (
    <label class="field">
      {checkInWords().about}
      <select value={at} onChange={({ currentTarget }) => (draft.value = null, choose(currentTarget.selectedIndex))}>
        {choice.map((plan, index) => <option key={plan.id} value={index}>{plan.name}</option>)}
      </select>
    </label>
  );
}

/** Nobody may take this screen for a conversation. */
export function Nobody() {
  const words = checkInWords();
  const { open, changes_at } = opennessAt(bundle.value!.clinic, now.value);
  const closed = changes_at ? words.closed(dayAndTime(changes_at)) : words.closed_now;
  return <p class="quiet">{!open && <><strong>{closed}</strong>{" "}</>}{shellWords().nobody}</p>;
}

export function NoQuestions({ words }: { words: string }) {
  return (
    <div class="narrow">
      <h1>{words}</h1>
      <CallCard clinic={bundle.value!.clinic} />
    </div>
  );
}
