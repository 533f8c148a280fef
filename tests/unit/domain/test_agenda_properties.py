"""What holds for any patient on any day."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

from hypothesis import given
from hypothesis import strategies as st

from pwa.domain.agenda import (
    Agenda,
    AgendaEntry,
    NotReminded,
    Place,
    Preferences,
    QuietHours,
    Settled,
    compose,
)
from pwa.domain.budget import daily_budget
from pwa.domain.care_plan import CarePlan, CarePlanStatus, Fact, occurrence_id
from pwa.domain.healing import Said, areas_overlap
from pwa.domain.protocol import Area, FactName, QuietPolicy, StepKind
from pwa.domain.quiet_hours import is_quiet
from tests.support.protocols import CHECK_IN, DEEP, LIGHT, WEEKDAYS_NINE_TO_FIVE, plan_of
from tests.unit.domain.examples import checked

SOME_ZONES = random.Random("afterbeam").sample(sorted(available_timezones()), 40)
CLOCKS = st.times().map(lambda at: at.replace(minute=at.minute // 5 * 5, second=0, microsecond=0, fold=0))
FIRST = datetime(2024, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Case:
    """One patient's whole input."""

    plans: tuple[CarePlan, ...]
    facts: tuple[Fact, ...]
    preferences: Preferences
    place: Place
    day: date
    sent: int

    def compose(self) -> Agenda:
        settled = Settled(sent_on={self.day: self.sent})
        return compose(
            self.plans, self.facts, self.preferences, self.place, self.day, settled, WEEKDAYS_NINE_TO_FIVE
        )


@st.composite
def cases(draw: st.DrawFn) -> Case:
    zone = ZoneInfo(draw(st.sampled_from(SOME_ZONES)))
    start = FIRST + timedelta(minutes=draw(st.integers(0, 6 * 365 * 24 * 60)))
    plans = []
    for number in range(1, draw(st.integers(1, 3)) + 1):
        made_of = draw(st.sampled_from([DEEP, LIGHT]))
        treated_at = start + timedelta(days=draw(st.integers(-20, 2)))
        area = draw(st.none() | st.sampled_from(list(Area)))
        prescribed = frozenset(draw(st.sets(st.just("antiviral"))))
        plan = plan_of(made_of, treated_at, number, area, None, prescribed, zone)
        status = draw(st.sampled_from([CarePlanStatus.ACTIVE, CarePlanStatus.ACTIVE, CarePlanStatus.ON_HOLD]))
        plans.append(replace(plan, status=status))
    facts = [
        Fact(plan.id, FactName.SKIN_CLOSED, draw(st.booleans()), start + timedelta(hours=hour))
        for hour, plan in enumerate(plans)
        if draw(st.booleans())
    ]
    preferences = Preferences(
        zone,
        draw(CLOCKS),
        QuietHours(draw(CLOCKS), draw(CLOCKS)),
        draw(st.booleans()),
    )
    place = Place(draw(st.integers(-140, 140)) / 2, draw(st.integers(-359, 359)) / 2)
    return Case(tuple(plans), tuple(facts), preferences, place, start.date(), draw(st.integers(0, 7)))


@checked(60)
@given(cases())
def test_composing_is_deterministic_and_blind_to_the_order_of_its_input(case: Case) -> None:
    first = case.compose()
    assert case.compose() == first
    shuffled = replace(case, plans=case.plans[::-1], facts=case.facts[::-1])
    assert shuffled.compose() == first


def may_come_at_night(case: Case, item_step_ids: tuple[str, ...]) -> bool:
    steps = {step.id: step for plan in case.plans for step in plan.protocol.steps}
    return any(steps[id].quiet is QuietPolicy.DELIVER for id in item_step_ids)


@checked(150)
@given(cases())
def test_nothing_comes_in_quiet_hours_unless_its_policy_says_so(case: Case) -> None:
    quiet, zone = case.preferences.quiet, case.preferences.zone
    for entry in case.compose().entries:
        if not any(may_come_at_night(case, item.step_ids) for item in entry.items):
            last_moment = entry.useful_until - timedelta(microseconds=1)
            assert not is_quiet(quiet, zone, entry.due_at)
            assert not is_quiet(quiet, zone, last_moment)


def extra(entry: AgendaEntry, agenda: Agenda) -> bool:
    """Whether it is only second check-ins; late on day 0 the evening's is the first and counts."""
    asked = {id for item in agenda.items for id in item.occurrence_ids}
    return all(
        item.kind is StepKind.CHECK_IN
        and item.slot > 0
        and asked >= {occurrence_id(id, CHECK_IN.id, agenda.local_day, 0) for id in item.care_plan_ids}
        for item in entry.items
    )


@checked(150)
@given(cases())
def test_a_day_never_goes_over_budget(case: Case) -> None:
    agenda = case.compose()
    active = [plan for plan in case.plans if plan.status is CarePlanStatus.ACTIVE]
    budget = 1 if case.preferences.one_a_day else daily_budget(active, case.day, Said(case.facts))
    assert budget <= 6
    counted = (
        agenda.entries if case.preferences.one_a_day else [e for e in agenda.entries if not extra(e, agenda)]
    )
    assert len(counted) <= max(0, budget - case.sent)
    assert len(agenda.entries) - len(counted) <= len(active)
    dropped = NotReminded.OVER_BUDGET in agenda.not_reminded.values()
    assert not dropped or len(counted) + case.sent >= budget


@checked(150)
@given(cases())
def test_no_sunscreen_while_skin_that_may_be_under_it_is_not_closed(case: Case) -> None:
    said = Said(case.facts)
    asking = {
        id for item in case.compose().items if item.kind is StepKind.SUNSCREEN for id in item.care_plan_ids
    }
    for plan in case.plans:
        day_number = plan.day_number(case.day)
        answer = said.about(plan.id, FactName.SKIN_CLOSED)
        not_closed = answer is False or (answer is None and plan.protocol is DEEP)
        if day_number >= 0 and not_closed:
            assert not [p for p in case.plans if p.id in asking and areas_overlap(p.area, plan.area)]


@checked(100)
@given(cases())
def test_overlapping_plans_merge_with_the_strictest_rule(case: Case) -> None:
    items = case.compose().items
    sun = [item for item in items if item.kind is StepKind.SUN]
    strict = [
        plan for plan in case.plans for item in sun if item.strict and plan.id in item.care_plan_ids[:1]
    ]
    if strict:
        begins = min(plan.treated_at for plan in strict)
        assert all(item.strict or item.due_at < begins for item in sun)
    every_id = [id for item in items for id in item.occurrence_ids]
    assert len(every_id) == len(set(every_id))
    for item in items:
        assert len(item.occurrence_ids) == len(item.care_plan_ids) == len(item.step_ids) == len(item.text_ids)
        assert (item.step_id, item.text_id) == (item.step_ids[0], item.text_ids[0])


@checked(100)
@given(cases())
def test_every_item_has_a_reminder_or_a_reason(case: Case) -> None:
    agenda = case.compose()
    with_reminder = {id for entry in agenda.entries for item in entry.items for id in item.occurrence_ids}
    shown = {id for item in agenda.items for id in item.occurrence_ids}
    assert with_reminder | set(agenda.not_reminded) == shown
    assert not with_reminder & set(agenda.not_reminded)


@checked(100)
@given(cases())
def test_entries_are_whole_and_in_order(case: Case) -> None:
    entries = case.compose().entries
    assert [entry.due_at for entry in entries] == sorted(entry.due_at for entry in entries)
    for entry in entries:
        first = entry.items[0]
        assert entry.slot_key == f"{first.occurrence_ids[0]}#{first.snooze}"
        assert entry.due_at == first.due_at < entry.useful_until
        assert all(item.due_at - entry.due_at <= timedelta(minutes=15) for item in entry.items)
        assert all(item.nominal_day == case.day for item in entry.items)
        assert entry.useful_until == max(item.useful_until for item in entry.items)
        assert entry.due_at.tzinfo is UTC


@checked(60)
@given(cases())
def test_after_care_is_never_due_before_its_treatment(case: Case) -> None:
    plans = {plan.id: plan for plan in case.plans}
    steps = {step.id: step for plan in case.plans for step in plan.protocol.steps}
    for item in case.compose().items:
        for plan_id, step_id in zip(item.care_plan_ids, item.step_ids, strict=True):
            if steps[step_id].days.span.first >= 0:
                assert item.due_at >= plans[plan_id].treated_at
