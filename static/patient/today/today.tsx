/** Today: one next thing, then the three questions: is this expected, when may I, whom to call. */

import { computed } from "@preact/signals";
import { wallNow } from "../../shared/clock";
import { isCooling } from "../../domain/cooling";
import { isOver, isPastWindow, isQuestion, plansInForce, todayView } from "../../domain/today";
import { calmly } from "../calm";
import { lazy } from "../lazy";
import { openedNotice } from "../route";
import { bundle, kept, made, now, today } from "../store";
import { CallCard } from "./call";
import { Heading } from "./heading";
import { NextThing } from "./next_thing";

/** Loaded after the next thing. */
const Below = lazy((later) => later.Below);
const Closing = lazy((later) => later.Closing);
const PastWindow = lazy((later) => later.PastWindow);
const Standing = lazy((later) => later.Standing);
const Questions = lazy((later) => later.Questions);

/** The occurrences of the notification that was tapped. */
const tapped = computed(() => {
  const { occurrence_ids = [], asks = [] } = bundle.value?.notices[openedNotice.value ?? ""] ?? {};
  return [...occurrence_ids, ...asks];
});
/** A running timer stays on top, also after a reload. */
const onTop = computed(() => {
  const cooling = kept.value?.meta.cooling;
  const item = bundle.value?.agenda.flatMap(({ items }) => items).find((it) => it.occurrence_ids[0] === cooling?.occurrence_id);
  const wall = now.value && wallNow(); // looked at again whenever time moves on; a timer runs on the wall clock
  const running = cooling && item && isCooling(cooling.started_at, item.timer_most_seconds ?? 0, wall);
  return running ? [cooling.occurrence_id, ...tapped.value] : tapped.value;
});

/** Most days Today needs nothing of what check-ins are made of. */
const hasCheckIns = computed(() =>
  bundle.value!.plans.some(({ check_ins }) => check_ins?.length) || made.value.some(({ kind }) => kind === "check_in"));

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
        {hasCheckIns.value && <Standing />}
        {over && <Closing />}
        {!over && <NextThing item={view.now} next={view.next} opened={wasOpened} />}
        {!over && <Below plans={plans} day={view.day} asks={!!view.now && isQuestion(view.now)} />}
      </div>
      <div class="aside">
        <Questions />
        <CallCard clinic={it.clinic} />
      </div>
    </div>
  );
}
