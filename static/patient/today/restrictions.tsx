/** "When may I ...?": each with its date and the days that are left. */

import type { Plan } from "../../shared/api";
import { dateWords, inDays } from "../../shared/strings";
import { factsWords, questionWords } from "../../shared/words/questions";
import { mayOn, type Allowed, type MayRow } from "../../domain/restrictions";
import { Fold } from "../../ui/card";
import { today } from "../store";

export function WhenMayI({ plans }: { plans: Plan[] }) {
  const rows = mayOn(plans, today.value);
  if (rows.length === 0) return null;
  return (
    <Fold title={questionWords().may}>
      <dl class="may">{rows.map((row) => <Row key={row.id} {...row} />)}</dl>
    </Fold>
  );
}

function Row({ title, body, allowed }: MayRow) {
  return (
    <div class={allowed.state === "free" ? "is-free" : ""}>
      <dt>{title}</dt>
      <dd><strong>{answer(allowed)}</strong></dd>
      {body && <dd>{body}</dd>}
    </div>
  );
}

export function answer(allowed: Allowed): string {
  const words = questionWords();
  switch (allowed.state) {
    case "wait": {
      const date = words.may_wait(dateWords(allowed.until), inDays(allowed.days_left));
      return allowed.and[0] ? `${date}, ${words.may_and(factsWords(allowed.and))}` : date;
    }
    case "wait_for": return words.may_fact(factsWords(allowed.facts));
    case "not_yet_begun": return words.may_later(dateWords(allowed.since));
    case "ask": return words.may_ask;
    case "never": return words.may_never;
    case "over": return "";
    case "free": return words.may_free;
  }
}
