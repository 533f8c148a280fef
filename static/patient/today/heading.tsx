/** Which day it is, in words and as the ribbon. */

import type { Plan } from "../../shared/api";
import { dateWords } from "../../shared/strings";
import { todayWords } from "../../shared/words/today";
import { doneDays } from "../../domain/ribbon";
import { dateOfDay, dayNumber, isOver, phaseOn } from "../../domain/today";
import { DayRibbon } from "../../ui/day_ribbon";
import { bundle, dateOf, made, today } from "../store";

export function Heading({ plan, main }: { plan: Plan; main: boolean }) {
  const words = todayWords();
  const day = dayNumber(plan, today.value);
  const phase = phaseOn(plan, day);
  const Level = main ? "h1" : "h2";
  const items = bundle.value!.agenda.flatMap((each) => each.items);
  return (
    <header class="heading">
      <p class="over">{plan.name}</p>
      <Level class="day">{dayWords(plan, day)}</Level>
      {phase && !isOver(plan, today.value) && (
        <p class="phase">
          <strong>{words.phases[phase.phase]}</strong>{" "}
          {words.until(dateWords(dateOfDay(plan, phase.last)))}
        </p>
      )}
      <DayRibbon plan={plan} today={day} marks={doneDays(plan, items, made.value, dateOf)} label={dayWords(plan, day)} />
    </header>
  );
}

function dayWords(plan: Plan, day: number): string {
  const words = todayWords();
  if (isOver(plan, today.value)) return words.ended;
  if (day < 0) return words.days_before(-day);
  const { max } = plan.heal_days;
  return day === 0 ? words.day_zero : words.day_of(day, day <= max ? max : plan.last_day);
}
