/** A question that only a look at the skin can answer. */

import type { FactQuestion, Plan } from "../../shared/api";
import { todayWords } from "../../shared/words/today";
import { Card } from "../../ui/card";
import { answerFact } from "../actions";

export function Question({ plan, fact }: { plan: Plan; fact: FactQuestion }) {
  const words = todayWords();
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
