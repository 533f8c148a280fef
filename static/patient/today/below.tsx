/** Below the next thing: what only a look at the skin can answer, quiet offers, and everything of today. */

import type { AgendaDay, Plan } from "../../shared/api";
import { belowWords } from "../../shared/words/below";
import { planWords } from "../../shared/words/plan";
import { questionsOn } from "../../domain/questions";
import { dateOf, made, today } from "../store";
import { Offers } from "./offers";
import { Question } from "./question";
import { Rest } from "./rest";

/** `asks`: a check-in is the next thing, and no second way to it is needed. */
export function Below({ plans, day, asks }: { plans: Plan[]; day: AgendaDay | null; asks: boolean }) {
  return (
    <>
      {plans.flatMap((plan) => questionsOn(plan, today.value, dateOf, made.value).map((fact) => (
        <Question key={plan.id + fact.name} plan={plan} fact={fact} />
      )))}
      {!asks && plans.length > 0 && <a class="button" href="/check-in">{belowWords().check_in_now}</a>}
      {plans.length > 0 && <a class="button" href="/progress">{planWords().progress}</a>}
      <Offers />
      {day && day.items.length > 0 && <Rest day={day} />}
    </>
  );
}
