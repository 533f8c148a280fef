/** Below the next thing: what only a look at the skin can answer, quiet offers, and everything of today. */

import type { AgendaDay, Plan } from "../../shared/api";
import { questionsOn } from "../../domain/questions";
import { dateOf, today } from "../store";
import { made } from "./heading";
import { Offers } from "./offers";
import { Question } from "./question";
import { Rest } from "./rest";

export function Below({ plans, day }: { plans: Plan[]; day: AgendaDay | null }) {
  return (
    <>
      {plans.flatMap((plan) => questionsOn(plan, today.value, dateOf, made.value).map((fact) => (
        <Question key={plan.id + fact.name} plan={plan} fact={fact} />
      )))}
      <Offers />
      {day && day.items.length > 0 && <Rest day={day} />}
    </>
  );
}
