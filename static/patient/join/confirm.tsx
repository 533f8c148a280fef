/** "You had X on Y. Is this right?" The wrong person's phone forgets at once. */

import { useSignal } from "@preact/signals";
import { longDate } from "../../shared/strings";
import { joinWords } from "../../shared/words/join";
import { kept, today } from "../store";
import { answerRight, answerWrong } from "./joining";

export function Confirm() {
  const words = joinWords();
  const failed = useSignal(false);
  const busy = useSignal(false);
  const { procedure_name, treated_on, clinic_name } = kept.value!.meta.joining!.answer;
  const sentence = treated_on > today.value ? words.will_have : words.had;
  const yes = async () => {
    busy.value = true;
    failed.value = !(await answerRight());
    busy.value = false;
  };
  return (
    <section class="card">
      <h1>{words.right_title}</h1>
      <p>{sentence(procedure_name, longDate(treated_on), clinic_name)}</p>
      {failed.value && <p class="problem" role="alert">{words.no_contact}</p>}
      <div class="choices">
        <button class="main" disabled={busy.value} onClick={yes}>{words.right}</button>
        <button disabled={busy.value} onClick={() => void answerWrong()}>{words.wrong}</button>
      </div>
    </section>
  );
}
