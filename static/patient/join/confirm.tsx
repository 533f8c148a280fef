/** "You had X on Y. Is this right?" The wrong person's phone forgets at once. */

import { useSignal } from "@preact/signals";
import { longDate } from "../../shared/strings";
import { joinWords } from "../../shared/words/join";
import { shellWords } from "../../shared/words/shell";
import { kept, today } from "../store";
import { answerRight, answerWrong } from "./joining";

export function Confirm() {
  const words = joinWords();
  const failed = useSignal<typeof answerRight | null>(null);
  const busy = useSignal(false);
  const { procedure_name, treated_on, clinic_name } = kept.value!.meta.joining!.answer;
  const sentence = treated_on > today.value ? words.will_have : words.had;
  const choice = (answer: typeof answerRight, label: string) => {
    const send = async () => {
      busy.value = true;
      failed.value = (await answer()) ? null : answer;
      busy.value = false;
    };
    const isMain = (failed.value ?? answerRight) === answer;
    return (
      <button class={isMain ? "main" : ""} disabled={busy.value} onClick={send}>
        {failed.value === answer ? shellWords().try_again : label}
      </button>
    );
  };
  return (
    <section class="card">
      <h1>{words.right_title}</h1>
      <p>{sentence(procedure_name, longDate(treated_on), clinic_name)}</p>
      {failed.value && <p class="problem" role="alert">{failed.value === answerWrong ? words.no_not_sent : words.no_contact}</p>}
      <div class="choices">
        {choice(answerRight, words.right)}
        {choice(answerWrong, words.wrong)}
      </div>
    </section>
  );
}
