/** What was said about the skin, and the way back from a mistaken yes. */

import type { Plan } from "../../shared/api";
import { millis } from "../../shared/clock";
import { dateWords } from "../../shared/strings";
import { questionWords } from "../../shared/words/questions";
import { answerFact } from "../answers";
import { dateOf } from "../store";

export function Answered({ plan }: { plan: Plan }) {
  const words = questionWords();
  return (
    <dl class="may">
      {plan.facts.map((fact) => fact.value !== null && fact.recorded_at && (
        <div key={fact.name}>
          <dt>{fact.question}</dt>
          <dd><strong>{words.answered(fact.value, dateWords(dateOf(millis(fact.recorded_at))))}</strong></dd>
          {fact.value && <dd><button onClick={() => void answerFact(plan, fact, false)}>{words.not_after_all[fact.name]}</button></dd>}
        </div>
      ))}
    </dl>
  );
}
