/** Today: one next thing, then the three questions: is this expected, when may I, whom to call. */

import { computed } from "@preact/signals";
import type { AgendaDay, Plan } from "../../shared/api";
import { wallNow } from "../../shared/clock";
import { todayWords } from "../../shared/words/today";
import { isCooling } from "../../domain/cooling";
import { isOver, isPastWindow, plansInForce, todayView } from "../../domain/today";
import { Card } from "../../ui/card";
import { lazy } from "../../ui/lazy";
import { calmly } from "../calm";
import { openedNotice } from "../route";
import { bundle, kept, now, today } from "../store";
import { syncNow } from "../sync_loop";
import { CallCard } from "./call";
import { Heading } from "./heading";
import { NextThing } from "./next_thing";

/** Loaded after the next thing. */
const Below = lazy<{ plans: Plan[]; day: AgendaDay | null }>(() => import("./below").then(({ Below }) => Below));
const Questions = lazy(() => import("./questions").then(({ Questions }) => Questions));

/** The occurrences of the notification that was tapped. */
const tapped = computed(() => bundle.value?.notices[openedNotice.value ?? ""]?.occurrence_ids ?? []);
/** A running timer stays on top, also after a reload. */
const onTop = computed(() => {
  const cooling = kept.value?.meta.cooling;
  const item = bundle.value?.agenda.flatMap(({ items }) => items).find((it) => it.occurrence_ids[0] === cooling?.occurrence_id);
  const wall = now.value && wallNow(); // looked at again whenever time moves on; a timer runs on the wall clock
  const running = cooling && item && isCooling(cooling.started_at, item.timer_most_seconds ?? 0, wall);
  return running ? [cooling.occurrence_id, ...tapped.value] : tapped.value;
});

export function Today() {
  const it = bundle.value!;
  const plans = plansInForce(it.plans, today.value);
  if (isPastWindow(it, today.value)) return <PastWindow />;
  const view = todayView(it, today.value, now.value, onTop.value);
  const over = plans.length > 0 && plans.every((plan) => isOver(plan, today.value));
  const wasOpened = !!view.now && view.now.occurrence_ids.some((id) => tapped.value.includes(id));
  return (
    <div class="today" onClickCapture={calmly}>
      <div class="lead">
        {plans.map((plan, at) => <Heading key={plan.id} plan={plan} main={at === 0} />)}
        {over && <Closing />}
        {!over && <NextThing item={view.now} next={view.next} opened={wasOpened} />}
        {!over && <Below plans={plans} day={view.day} />}
      </div>
      <div class="aside">
        <Questions />
        <CallCard clinic={it.clinic} />
      </div>
    </div>
  );
}

function Closing() {
  const [plan] = plansInForce(bundle.value!.plans, today.value);
  return <Card title={plan!.closing.title}><p>{plan!.closing.body}</p></Card>;
}

/** An old copy must not pass for today's plan; the phone numbers stay. */
function PastWindow() {
  const words = todayWords();
  return (
    <div class="today">
      <div class="lead">
        <section class="card first">
          <h1>{words.past_window}</h1>
          <p>{words.past_window_help}</p>
          <button class="main" onClick={() => void syncNow()}>{words.refresh}</button>
        </section>
      </div>
      <div class="aside"><CallCard clinic={bundle.value!.clinic} /></div>
    </div>
  );
}
