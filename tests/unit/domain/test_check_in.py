"""When the day's question about the skin comes, among the rest of the day's care."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pwa.domain.agenda import Agenda, AgendaItem, NotReminded, Preferences, QuietHours, Settled, Snooze
from pwa.domain.care_plan import CarePlan, occurrence_id
from pwa.domain.opening_hours import OpeningHours, check_in_times, opening_of, parse
from pwa.domain.protocol import Anchor, QuietPolicy, Step, StepKind
from tests.support.protocols import (
    CHECK_IN,
    CLEANSE,
    HOUR,
    LONDON,
    SUN_STRICT,
    agenda_on,
    at,
    days,
    from_anchor,
    local_times,
    plan_of,
    protocol,
    quiet,
)
from tests.unit.domain.examples import checked

MONDAY = date(2026, 6, 8)
TREATED = datetime(2026, 6, 8, 9, tzinfo=UTC)  # 10:00 in London
ALWAYS = parse("Mon-Sun 09:00-17:30", LONDON)
WEEKDAYS = parse("Mon-Fri 09:00-17:30", LONDON)

WASH = replace(
    CLEANSE,
    id="wash",
    days=days(1, 14),
    times=tuple(from_anchor(Anchor.WAKE, hours) for hours in (0, 4, 8, 12)),
    window=3 * HOUR,
)
DAILY = replace(CHECK_IN, id="daily", days=days(1, 14), times=(from_anchor(Anchor.CHECK_IN, 2),))
FIRST = replace(DAILY, id="first", days=days(0, 0, on=(0,)))
WEEKLY = replace(DAILY, id="weekly", days=days(21, 90, every=7))
MONTHLY = replace(DAILY, id="monthly", kind=StepKind.SKIN_CHECK)
KEEP_OUT = replace(SUN_STRICT, days=days(1, 14), times=(from_anchor(Anchor.WAKE),))
ABLATIVE = protocol("ablative", [WASH, KEEP_OUT, FIRST, DAILY, WEEKLY])


def day(number: int) -> date:
    return MONDAY + timedelta(days=number)


def waking(at: time, until: time = time(7, 30)) -> Preferences:
    return Preferences(LONDON, at, QuietHours(time(21, 30), min(at, until)))


def items(agenda: Agenda, *kinds: StepKind) -> list[AgendaItem]:
    return [item for item in agenda.items if item.kind in kinds]


EARLY = waking(time(7))


def clocks(agenda: Agenda, *step_ids: str) -> list[str]:
    found = [item for item in agenda.items if item.step_id in step_ids]
    return [item.due_at.astimezone(LONDON).strftime("%H:%M") for item in found]


def asked_at(
    hours: str, *washes: float, question: Step = DAILY, prefer: Preferences | None = None
) -> list[str]:
    steps = [question, replace(WASH, times=tuple(at(clock) for clock in washes))]
    plan = plan_of(protocol("one", steps), TREATED)
    opening = parse(f"Mon-Sun {hours}", LONDON)
    return clocks(
        agenda_on(day(5), plan, hours=opening, preferences=prefer or Preferences(LONDON)), question.id
    )


# At the hour of a wash


@pytest.mark.parametrize(
    ("hours", "washes", "expected"),
    [
        ("09:00-17:30", (11,), "11:00"),
        ("09:00-17:30", (13,), "13:00"),
        ("09:00-17:30", (11, 12.5), "12:30"),  # the nearest
        ("09:00-17:30", (11, 13), "11:00"),  # of two as near the earlier
        ("07:00-17:30", (8,), "08:00"),  # four hours sooner at most
        ("07:00-17:30", (7.75,), "12:00"),
        ("09:00-20:00", (14,), "14:00"),  # two hours later at most
        ("09:00-20:00", (14.25,), "12:00"),
        ("09:00-17:30", (8.5,), "12:00"),  # the clinic is still closed
        ("09:00-17:30", (13.75,), "12:00"),  # less than four hours before it closes
        ("08:00-14:00", (8, 12), "08:00"),
        ("09:00-12:30", (10,), "09:00"),  # a day too short for four hours asks on opening
        ("09:00-17:30", (), "12:00"),
    ],
)
def test_a_check_in_comes_with_the_nearest_wash_that_leaves_the_clinic_its_time(
    hours: str, washes: tuple[float, ...], expected: str
) -> None:
    assert asked_at(hours, *washes) == [expected]


def test_a_monthly_look_comes_with_a_wash_too_but_a_check_in_at_a_plain_hour_stays_there() -> None:
    assert asked_at("09:00-17:30", 11, question=MONTHLY) == ["11:00"]
    assert asked_at("09:00-17:30", 11, question=replace(DAILY, times=(at(12),))) == ["12:00"]


def test_a_check_in_never_comes_after_its_own_useful_time() -> None:
    assert asked_at("09:00-17:30", 13, question=replace(DAILY, window=HOUR)) == ["12:00"]


def test_a_check_in_comes_when_a_wash_that_was_quiet_comes() -> None:
    until_ten = Preferences(LONDON, quiet=quiet("22:00", "10:00"))
    assert asked_at("09:00-17:30", 9, 20, prefer=until_ten) == ["10:00"]


def test_a_check_in_is_not_asked_with_a_wash_that_does_not_come() -> None:
    quiet_at_noon = Preferences(LONDON, quiet=quiet("10:30", "11:30"))
    dropped = replace(WASH, times=(at(11),), quiet=QuietPolicy.DROP)
    plan = plan_of(protocol("one", [DAILY, dropped]), TREATED)
    assert clocks(agenda_on(day(5), plan, hours=ALWAYS, preferences=quiet_at_noon), "daily") == ["12:00"]


def test_nothing_but_the_check_in_moves() -> None:
    plan, alone = plan_of(ABLATIVE, TREATED), plan_of(protocol("alone", [WASH, KEEP_OUT]), TREATED)
    agenda, without = (agenda_on(day(5), each, hours=ALWAYS, preferences=EARLY) for each in (plan, alone))
    (asked,) = items(agenda, StepKind.CHECK_IN)
    assert [item for item in agenda.items if item is not asked] == list(without.items)
    usual = datetime(2026, 6, 13, 12, tzinfo=LONDON)
    assert (asked.due_at, asked.useful_until) == (usual - HOUR, usual + DAILY.window)
    assert asked.occurrence_ids == (occurrence_id(plan.id, "daily", day(5), 0),)


def test_the_extra_check_in_of_an_evening_stays_where_it_is() -> None:
    plan = plan_of(ABLATIVE, TREATED)
    friday = agenda_on(day(4), plan, hours=WEEKDAYS, preferences=EARLY)
    assert clocks(friday, "daily") == ["11:00", "15:30"]


def test_a_check_in_comes_with_the_wash_of_another_plan() -> None:
    asked = plan_of(protocol("asked", [DAILY]), TREATED)
    washed = plan_of(protocol("washed", [WASH]), TREATED, number=2)
    agenda = agenda_on(day(5), asked, washed, hours=ALWAYS, preferences=EARLY)
    assert local_times(agenda) == ["07:00", "11:00", "15:00", "19:00"]


# What becomes of the wash does not move the check-in


LATER = Snooze(datetime(2026, 6, 30, 13, tzinfo=UTC), 1)


def becoming(ids: frozenset[UUID], on: date) -> list[Settled]:
    sent = dict.fromkeys(ids, 0)
    return [
        Settled(done=ids),
        Settled(skipped=ids),
        Settled(snoozed=dict.fromkeys(ids, LATER), reminded=sent),
        Settled(reminded=sent, sent_on={on: len(ids)}),
    ]


@checked(60)
@given(
    wake=st.integers(5 * 12, 11 * 12).map(lambda steps: time(steps // 12, steps % 12 * 5)),
    number=st.integers(1, 14),
    slots=st.sets(st.integers(0, 3), min_size=1),
    how=st.integers(0, 3),
)
def test_a_check_in_stays_when_the_wash_is_done_put_off_skipped_or_sent(
    wake: time, number: int, slots: set[int], how: int
) -> None:
    plan = plan_of(ABLATIVE, TREATED)

    def asked(settled: Settled) -> list[tuple[datetime, datetime]]:
        agenda = agenda_on(day(number), plan, settled=settled, hours=ALWAYS, preferences=waking(wake))
        return [(item.due_at, item.useful_until) for item in items(agenda, StepKind.CHECK_IN)]

    washes = frozenset(occurrence_id(plan.id, "wash", day(number), slot) for slot in slots)
    settled = becoming(washes, day(number))[how]
    assert asked(settled) == asked(Settled())
    assert len(asked(settled)) == 1


# Room in the day's budget

WAKING = st.integers(5 * 4, 11 * 4).map(lambda quarters: time(quarters // 4, quarters % 4 * 15))


def a_wash_is_near(number: int, wake: time, hours: OpeningHours) -> bool:
    """Reckoned apart: whether some wash lies where the check-in may be asked."""
    opening = opening_of(hours, day(number))
    regular = check_in_times(hours, day(number)).regular
    assert opening is not None
    assert regular is not None
    opens, closes = opening
    last = max(opens, closes - 4 * HOUR)
    usual = min(regular + 2 * HOUR, last)
    first = datetime.combine(day(number), wake, LONDON)
    washes = [first + hours * HOUR for hours in (0, 4, 8, 12)]
    return any(opens <= at <= last and -4 * HOUR <= at - usual <= 2 * HOUR for at in washes)


@checked(200)
@given(
    wake=WAKING,
    opens=st.integers(15, 22),  # half hours; before 07:30 quiet hours may move what is asked
    length=st.integers(4 * 2, 12 * 2),
    number=st.integers(1, 14),
)
def test_no_wound_care_is_lost_to_the_budget_where_the_check_in_can_come_with_a_wash(
    wake: time, opens: int, length: int, number: int
) -> None:
    closes = min(opens + length, 47)
    span = time(opens // 2, opens % 2 * 30), time(closes // 2, closes % 2 * 30)
    hours = OpeningHours(LONDON, dict.fromkeys(range(7), span))
    plan = plan_of(ABLATIVE, TREATED)
    agenda = agenda_on(day(number), plan, hours=hours, preferences=waking(wake))
    if a_wash_is_near(number, wake, hours):
        assert NotReminded.OVER_BUDGET not in agenda.not_reminded.values()
    for item in items(agenda, StepKind.CHECK_IN):
        opening = opening_of(hours, day(number))
        assert opening is not None
        assert opening[0] <= item.due_at <= max(opening[0], opening[1] - 4 * HOUR)


@pytest.mark.parametrize("wake", [time(6), time(6, 30), time(7), time(7, 30), time(8), time(9), time(10)])
@pytest.mark.parametrize("hours", ["Mon-Fri 09:00-17:30", "Mon-Sat 09:00-20:00", "Mon-Sun 10:00-18:00"])
def test_healing_days_bring_all_their_wound_care_whenever_one_wakes(wake: time, hours: str) -> None:
    plan = plan_of(ABLATIVE, TREATED)
    for number in range(4, 15):
        agenda = agenda_on(day(number), plan, hours=parse(hours, LONDON), preferences=waking(wake))
        assert len(items(agenda, StepKind.WOUND_CARE)) == 4
        assert NotReminded.OVER_BUDGET not in agenda.not_reminded.values()


# Asked once


SUNDAY = datetime(2026, 11, 1, 10, tzinfo=UTC)


def check_ins(plan: CarePlan, on: date, hours: OpeningHours = WEEKDAYS) -> list[str]:
    return [item.step_id for item in items(agenda_on(on, plan, hours=hours), StepKind.CHECK_IN)]


def test_the_first_check_in_waits_for_no_one_where_the_day_has_its_own() -> None:
    plan = plan_of(ABLATIVE, SUNDAY)
    assert check_ins(plan, SUNDAY.date()) == []
    assert check_ins(plan, date(2026, 11, 2)) == ["daily"]


def test_a_check_in_that_waited_comes_where_the_day_has_none_of_its_own_at_that_hour() -> None:
    alone = plan_of(protocol("alone", [FIRST]), SUNDAY)
    assert check_ins(alone, date(2026, 11, 2)) == ["first"]
    at_ten = replace(DAILY, times=(from_anchor(Anchor.CHECK_IN),))
    apart = plan_of(protocol("apart", [FIRST, at_ten]), SUNDAY)
    assert check_ins(apart, date(2026, 11, 2)) == ["daily", "first"]


@pytest.mark.parametrize(("first", "second"), [("a", "b"), ("b", "a")])
def test_of_two_check_ins_that_waited_the_later_stands(first: str, second: str) -> None:
    """A clinic closed over two of them: the one of the day before asks what is asked of that day."""
    last = replace(DAILY, id=first, days=days(5, 5, on=(5,)))
    weekly = replace(DAILY, id=second, days=days(6, 6, on=(6,)))
    plan = plan_of(protocol("closed", [last, weekly]), TREATED)
    assert check_ins(plan, day(7)) == [second]


def test_a_monthly_look_and_a_check_in_at_one_hour_are_two_questions() -> None:
    plan = plan_of(protocol("two", [DAILY, MONTHLY]), TREATED)
    agenda = agenda_on(day(1), plan, hours=WEEKDAYS)
    assert {item.kind for item in agenda.items} == {StepKind.CHECK_IN, StepKind.SKIN_CHECK}


def test_each_plan_keeps_its_own_check_in_and_they_merge() -> None:
    """The superseded one leaves no gap: both plans' own come first, the evenings second."""
    daily_last = replace(FIRST, id="a_first")  # by its name it would come before the day's own
    waited = plan_of(protocol("waited", [daily_last, DAILY]), datetime(2026, 6, 11, 9, tzinfo=UTC))
    other = plan_of(protocol("other", [DAILY]), TREATED, number=2)
    closed_thursday = parse("Mon-Wed 09:00-17:30; Fri 09:00-17:30", LONDON)
    friday = items(agenda_on(day(4), waited, other, hours=closed_thursday), StepKind.CHECK_IN)
    assert [len(item.occurrence_ids) for item in friday] == [2, 2]
    assert [item.step_ids for item in friday] == [("daily", "daily")] * 2


def test_a_check_in_of_the_weekend_is_the_mondays_own() -> None:
    plan = plan_of(ABLATIVE, TREATED)
    assert check_ins(plan, day(7)) == ["daily"]
    assert check_ins(plan, day(28)) == ["weekly"]
