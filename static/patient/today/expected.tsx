/** "Is this expected?": what many people see on this day. It never says that something is safe. */

import type { Plan } from "../../shared/api";
import { questionWords } from "../../shared/words/questions";
import { cardsOn, expectedOn } from "../../domain/questions";
import { Fold } from "../../ui/card";
import { Answered } from "./answered";

export function Expected({ plan, day }: { plan: Plan; day: number }) {
  const words = questionWords();
  const cards = cardsOn(plan, day);
  const signs = expectedOn(plan, day);
  if (day < 0) return null;
  return (
    <Fold title={words.expected} hint={cards[0]?.title ?? ""}>
      {cards.map(({ title, body }) => <div key={title}><h3>{title}</h3><p>{body}</p></div>)}
      <Noticed signs={signs} />
      {cards.length + signs.length === 0 && <p>{words.expected_none}</p>}
      <p><strong>{words.expected_call}</strong></p>
      <Answered plan={plan} />
    </Fold>
  );
}

export function Noticed({ signs }: { signs: Plan["expected"] }) {
  if (signs.length === 0) return null;
  return <><p>{questionWords().expected_lead}</p><ul class="signs">{signs.map(({ symptom, label }) => <li key={symptom}>{label}</li>)}</ul></>;
}
