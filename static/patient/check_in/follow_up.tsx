/** "Have you called the clinic?", once the time to be seen has run out. */

import type { CheckIn } from "../../domain/check_ins";
import type { CallAnswer } from "../../shared/api";
import { millis } from "../../shared/clock";
import { adviceWords } from "../../shared/words/advice";
import { belowWords } from "../../shared/words/below";
import { shellWords } from "../../shared/words/shell";
import { keep } from "../actions";
import { bundle, made, now } from "../store";
import { CallCard } from "../today/call";
import { alertOf, callFrom } from "./where_it_is";

const TIME_TO_CALL_MS = 5 * 60_000;

export function FollowUp({ checkIn }: { checkIn: CheckIn }) {
  const words = adviceWords();
  const said = lastAnswer(checkIn);
  if (said === "yes") return <p>{words.called_yes}</p>;
  if (!isAsked(checkIn)) return null;
  const answer = (value: CallAnswer) =>
    void keep([{ kind: "called", alert: alertOf(checkIn)?.id ?? null, answer: value }], null, shellWords().saved);
  return (
    <div class="stack follow-up">
      <p><strong>{words.called}</strong></p>
      <div class="choices">
        <button onClick={() => answer("yes")}>{belowWords().yes}</button>
        <button onClick={() => answer("no")}>{belowWords().not_yet}</button>
        <button onClick={() => answer("no_answer")}>{words.no_answer}</button>
      </div>
      {said && <p role="status">{said === "no" ? words.called_no : words.called_no_answer}</p>}
      {said === "no_answer" && <CallCard clinic={bundle.value!.clinic} />}
    </div>
  );
}

/** Once nobody may count on being seen, and after a while in which to call. */
export function isAsked(checkIn: CheckIn): boolean {
  const from = callFrom(checkIn);
  return from !== null && now.value >= Math.max(from, checkIn.since + TIME_TO_CALL_MS) && lastAnswer(checkIn) !== "yes";
}

/** What was answered last about this entry, on this phone. */
function lastAnswer({ since }: CheckIn): CallAnswer | null {
  const answers = made.value.flatMap((event) => (event.kind === "called" && millis(event.tapped_at) >= since ? event : []));
  return answers.sort((a, b) => a.seq - b.seq).at(-1)?.answer ?? null;
}
