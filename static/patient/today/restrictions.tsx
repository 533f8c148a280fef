/** "When may I ...?": each with its date and the days that are left. */

import type { Plan, Restriction } from "../../shared/api";
import { dateWords, inDays } from "../../shared/strings";
import { questionWords } from "../../shared/words/questions";
import { allowedOn, type Allowed } from "../../domain/restrictions";
import { Fold } from "../../ui/card";
import { today } from "../store";

export function WhenMayI({ plans }: { plans: Plan[] }) {
  const rows = plans.flatMap((plan) => plan.restrictions.map((it) => ({ plan, it })));
  if (rows.length === 0) return null;
  return (
    <Fold title={questionWords().may}>
      <dl class="may">{rows.map(({ plan, it }) => <Row key={plan.id + it.id} it={it} allowed={allowedOn(it, plan.facts, today.value)} />)}</dl>
    </Fold>
  );
}

function Row({ it, allowed }: { it: Restriction; allowed: Allowed }) {
  return (
    <div class={allowed.state === "free" ? "is-free" : ""}>
      <dt>{it.title}</dt>
      <dd><strong>{answer(allowed)}</strong></dd>
      {it.body && <dd>{it.body}</dd>}
    </div>
  );
}

export function answer(allowed: Allowed): string {
  const words = questionWords();
  switch (allowed.state) {
    case "wait": {
      const date = words.may_wait(dateWords(allowed.until), inDays(allowed.days_left));
      return allowed.and ? `${date}, ${words.may_and(words.facts[allowed.and])}` : date;
    }
    case "wait_for": return words.may_fact(words.facts[allowed.fact]);
    case "not_yet_begun": return words.may_later(dateWords(allowed.since));
    case "ask": return words.may_ask;
    case "free": return words.may_free;
  }
}
