/** A question that only a look at the skin can answer. */

import type { FactQuestion, Plan } from "../../shared/api";
import { belowWords } from "../../shared/words/below";
import { Card } from "../../ui/card";
import { answerFact } from "../answers";

export function Question({ plan, fact }: { plan: Plan; fact: FactQuestion }) {
  const words = belowWords();
  return (
    <Card title={fact.question}>
      <p>{fact.help}</p>
      <div class="choices">
        <button onClick={() => void answerFact(plan, fact, true)}>{words.yes}</button>
        <button onClick={() => void answerFact(plan, fact, false)}>{words.not_yet}</button>
      </div>
    </Card>
  );
}
