/** The plan as a calendar list: what comes on which day, and why. */

import type { AgendaDay, AgendaItem, Plan } from "../../shared/api";
import { millis } from "../../shared/clock";
import { dateWords, longDate, timeOf } from "../../shared/strings";
import { planWords } from "../../shared/words/plan";
import { factsWords, questionWords } from "../../shared/words/questions";
import { todayWords } from "../../shared/words/today";
import { opensOn } from "../../domain/restrictions";
import { dateOfDay, dayNumber, plansInForce } from "../../domain/today";
import { Card, Fold } from "../../ui/card";
import { Icon } from "../../ui/icons";
import { bundle, today } from "../store";
import { Heading } from "../today/heading";
import { WhenMayI } from "../today/restrictions";

export function PlanScreen() {
  const words = planWords();
  const it = bundle.value!;
  const plans = plansInForce(it.plans, today.value);
  const days = it.agenda.filter(({ date }) => date >= today.value);
  const last = it.agenda.at(-1)?.date;
  return (
    <div class="today">
      <div class="lead">
        {plans.map((plan, at) => <Heading key={plan.id} plan={plan} main={at === 0} />)}
        {plans.some(({ status }) => status === "on_hold") && <p class="note">{words.on_hold}</p>}
        <a class="button" href="/progress">{words.progress}</a>
        <h2>{words.days}</h2>
        <div class="days">{days.map((day) => <Day key={day.date} day={day} plans={plans} />)}</div>
        {last && <p class="quiet">{words.beyond(longDate(last))}</p>}
      </div>
      <div class="aside">
        {plans.map((plan) => <Visits key={plan.id} plan={plan} />)}
        <WhenMayI plans={plans} />
        {plans.map((plan) => <Phases key={plan.id} plan={plan} />)}
      </div>
    </div>
  );
}

function Day({ day, plans }: { day: AgendaDay; plans: Plan[] }) {
  const words = planWords();
  const isToday = day.date === today.value;
  const title = `${isToday ? todayWords().today : dateWords(day.date)}`;
  const number = plans[0] ? words.day(dayNumber(plans[0], day.date)) : "";
  const may = questionWords();
  return (
    <Fold title={title} hint={number} open={isToday}>
      {day.sun && <p>{day.sun.words}</p>}
      {day.items.length === 0 && <p class="quiet">{words.nothing}</p>}
      <ul class="list">{day.items.map((item) => <li key={item.occurrence_ids[0]}><Step item={item} /></li>)}</ul>
      {opensOn(plans, day.date).map(({ title: what, and }) => (
        <p key={what}><strong>{may.may_free}:</strong> {may.may_opens(what, and[0] ? may.may_and(factsWords(and)) : "")}</p>
      ))}
    </Fold>
  );
}

function Step({ item }: { item: AgendaItem }) {
  return (
    <details class="row">
      <summary>
        <time>{timeOf(millis(item.due_at))}</time>
        <span>{item.title}{item.outcome === "done" && <em class="done"><Icon name="tick" />{todayWords().done}</em>}</span>
      </summary>
      <p>{item.body}</p>
      {item.why && <p class="quiet">{planWords().why}: {item.why}</p>}
    </details>
  );
}

function Visits({ plan }: { plan: Plan }) {
  const words = planWords();
  const ahead = plan.visits.filter(({ date }) => date >= today.value);
  return (
    <Card title={words.visits}>
      {ahead.length === 0 && <p>{words.no_visits}</p>}
      <ul class="list">{ahead.map(({ date, day }) => <li key={date}>{`${dateWords(date)}, ${words.day(day)}`}</li>)}</ul>
    </Card>
  );
}

function Phases({ plan }: { plan: Plan }) {
  const words = planWords();
  const names = todayWords().phases;
  return (
    <Card title={words.phases}>
      <dl class="may">
        {plan.phases.filter(({ last }) => last >= dayNumber(plan, today.value)).map(({ phase, first, last }) => (
          <div key={phase}>
            <dt>{names[phase]}</dt>
            <dd>{words.phase(dateWords(dateOfDay(plan, first)), dateWords(dateOfDay(plan, last)))}</dd>
          </div>
        ))}
      </dl>
      <p>{words.healing(plan.heal_days.min, plan.heal_days.max)}</p>
    </Card>
  );
}
