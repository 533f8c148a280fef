"""What becomes of an alert as time passes and people act: every timer, every state."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pwa.domain import alert as alerts
from pwa.domain.alert import Alert, AlertOutcome, AlertState, CalledAnswer, Concern, Known
from pwa.domain.alert_times import calls_at
from pwa.domain.judgement import Reason
from pwa.domain.opening_hours import is_open, parse
from pwa.domain.rules import Level
from tests.support.times import utc
from tests.unit.domain.examples import checked

OLGA, BOB = UUID(int=1), UUID(int=2)
CLINIC, PATIENT = UUID(int=3), UUID(int=4)
HOURS = parse("Mon-Fri 09:00-17:30", ZoneInfo("UTC"))
MONDAY_TEN = utc("2026-06-08T10:00")
MONDAY_LATE = utc("2026-06-08T17:25")
FRIDAY_NIGHT = utc("2026-06-12T22:00")
MONDAY_NEXT = utc("2026-06-15T09:00")
MINUTE = timedelta(minutes=1)
EMERGENCY, SAME_DAY, TELL = Level.EMERGENCY, Level.SAME_DAY, Level.TELL_CLINIC


def concern(level: Level | None, since: datetime = MONDAY_TEN, *rules: str) -> Concern:
    named = rules or {EMERGENCY: ("E01",), SAME_DAY: ("S03",), TELL: ("T05",), None: ()}[level]
    return Concern(level, tuple(Reason(rule, level) for rule in named if level), since)


def opened(level: Level | None, now: datetime = MONDAY_TEN) -> Alert:
    return alerts.opened(UUID(int=9), (CLINIC, PATIENT), concern(level, now), HOURS, now)


def taken(alert: Alert, now: datetime = MONDAY_TEN) -> Alert:
    return alerts.acknowledged(alert, OLGA, now + timedelta(seconds=30), HOURS, now)


# ---------------------------------------------------------------------- when the patient is told to call


@pytest.mark.parametrize(
    ("level", "since", "expected"),
    [
        (EMERGENCY, MONDAY_TEN, MONDAY_TEN + 10 * MINUTE),
        (SAME_DAY, MONDAY_TEN, MONDAY_TEN + 60 * MINUTE),
        (None, MONDAY_TEN, MONDAY_TEN + 60 * MINUTE),  # ungraded: it may be anything
        (TELL, MONDAY_TEN, None),
        # Nobody is there: at once.
        (EMERGENCY, FRIDAY_NIGHT, FRIDAY_NIGHT),
        (SAME_DAY, FRIDAY_NIGHT, FRIDAY_NIGHT),
        (TELL, FRIDAY_NIGHT, None),
        # The clinic closes before the time is up: then.
        (EMERGENCY, MONDAY_LATE, utc("2026-06-08T17:30")),
        (SAME_DAY, utc("2026-06-08T17:00"), utc("2026-06-08T17:30")),
        (SAME_DAY, utc("2026-06-08T16:30"), utc("2026-06-08T17:30")),
    ],
)
def test_the_patient_hears_in_time_that_nobody_has_seen_it(
    level: Level | None, since: datetime, expected: datetime | None
) -> None:
    assert calls_at(level, HOURS, since) == expected


def test_the_wait_counts_from_the_tap_and_not_from_when_it_arrived() -> None:
    tapped = MONDAY_TEN - timedelta(hours=3)
    late = alerts.opened(UUID(int=9), (CLINIC, PATIENT), concern(EMERGENCY, tapped), HOURS, MONDAY_TEN)
    assert late.call_at == tapped  # it was 7 in the morning
    assert late.opened_at == MONDAY_TEN


# ---------------------------------------------------------------------- when staff are told


@pytest.mark.parametrize(
    ("level", "now", "first", "again"),
    [
        (EMERGENCY, MONDAY_TEN, MONDAY_TEN, MONDAY_TEN + 5 * MINUTE),
        (EMERGENCY, FRIDAY_NIGHT, FRIDAY_NIGHT, FRIDAY_NIGHT + 5 * MINUTE),
        (SAME_DAY, MONDAY_TEN, MONDAY_TEN, MONDAY_TEN + 30 * MINUTE),
        (SAME_DAY, MONDAY_LATE, MONDAY_LATE, utc("2026-06-09T09:25")),
        (SAME_DAY, FRIDAY_NIGHT, FRIDAY_NIGHT, MONDAY_NEXT),
        (None, FRIDAY_NIGHT, FRIDAY_NIGHT, MONDAY_NEXT),
        (TELL, MONDAY_TEN, MONDAY_TEN, utc("2026-06-09T09:00")),
        (TELL, FRIDAY_NIGHT, MONDAY_NEXT, MONDAY_NEXT),  # what has days wakes nobody
    ],
)
def test_staff_are_told_at_once_and_again_until_somebody_takes_it(
    level: Level | None, now: datetime, first: datetime, again: datetime
) -> None:
    alert = opened(level, now)
    assert alert.next_tell_at == first
    assert alerts.told(alert, HOURS, now).next_tell_at == again
    assert taken(alert, now).next_tell_at is None


# ---------------------------------------------------------------------- coming back


@pytest.mark.parametrize(
    ("level", "now", "expected"),
    [
        (EMERGENCY, MONDAY_TEN, MONDAY_TEN + 30 * MINUTE),
        (EMERGENCY, FRIDAY_NIGHT, FRIDAY_NIGHT + 30 * MINUTE),
        (SAME_DAY, MONDAY_TEN, utc("2026-06-08T14:00")),
        (None, utc("2026-06-08T15:30"), utc("2026-06-09T11:00")),
        (TELL, MONDAY_TEN, utc("2026-06-10T09:00")),
        (TELL, utc("2026-06-11T10:00"), MONDAY_NEXT),
    ],
)
def test_what_nobody_closes_comes_back(level: Level | None, now: datetime, expected: datetime) -> None:
    held = taken(opened(level, now), now)
    assert held.acknowledgement is not None
    assert held.acknowledgement.returns_at == expected
    back = alerts.returned(held, (), HOURS, expected)
    assert (back.state, back.waiting_since, back.turn) == (AlertState.OPEN, expected, 2)
    assert back.next_tell_at == expected
    assert back.seen_until(expected) == now  # the patient was told so, and it stays true
    assert back.call_at is None


# ---------------------------------------------------------------------- seen, and taken by mistake


def test_the_patient_hears_that_it_was_seen_only_when_that_can_no_longer_be_undone() -> None:
    held = taken(opened(SAME_DAY))
    assert held.seen_until(MONDAY_TEN + timedelta(seconds=29)) is None
    assert held.seen_until(MONDAY_TEN + timedelta(seconds=30)) == MONDAY_TEN


def test_what_was_taken_by_mistake_waits_as_before() -> None:
    alert = opened(EMERGENCY)
    later = MONDAY_TEN + 2 * MINUTE
    back = alerts.given_back(taken(alert, later), HOURS, later)
    assert back == replace(alert, next_tell_at=later)


def test_what_is_put_back_before_the_patient_knew_waits_as_before() -> None:
    alert, held = opened(EMERGENCY), taken(opened(EMERGENCY), MONDAY_TEN + MINUTE)
    in_time = MONDAY_TEN + MINUTE + timedelta(seconds=29)
    assert alerts.returned(held, (), HOURS, in_time) == replace(alert, next_tell_at=in_time)
    later = in_time + timedelta(seconds=1)
    back = alerts.returned(held, (), HOURS, later)
    assert (back.turn, back.call_at, back.seen_until(later)) == (2, None, MONDAY_TEN + MINUTE)


def test_closing_what_nobody_took_takes_it_and_it_is_seen_at_once() -> None:
    ended = alerts.closed(opened(SAME_DAY), OLGA, AlertOutcome.CALLED, MONDAY_TEN)
    assert ended.state is AlertState.CLOSED
    assert ended.acknowledgement is not None
    assert ended.acknowledgement.by == OLGA
    assert ended.seen_until(MONDAY_TEN) == MONDAY_TEN
    assert ended.next_tell_at is None


# ---------------------------------------------------------------------- getting worse


def joined(alert: Alert, more: Concern, now: datetime, *known: str) -> Alert:
    return alerts.joined_by(alert, more, Known(known or ("S03",)), HOURS, now)


def test_a_higher_level_puts_an_acknowledged_alert_back_to_the_top() -> None:
    now = MONDAY_TEN + 20 * MINUTE
    worse = joined(taken(opened(SAME_DAY)), concern(EMERGENCY, now), now)
    assert (worse.state, worse.level, worse.turn) == (AlertState.OPEN, EMERGENCY, 2)
    assert worse.acknowledgement is None
    assert worse.seen_until(now) == MONDAY_TEN  # what was there before
    assert worse.call_at == now + 10 * MINUTE
    assert worse.next_tell_at == now


def test_one_more_flag_for_today_that_nobody_has_seen_is_worse_too() -> None:
    now = MONDAY_TEN + 20 * MINUTE
    worse = joined(taken(opened(SAME_DAY)), concern(SAME_DAY, now, "S03", "S04"), now)
    assert worse.state is AlertState.OPEN


def test_every_further_emergency_is_worse_whatever_was_taken() -> None:
    now = MONDAY_TEN + 5 * MINUTE
    answered = replace(taken(opened(EMERGENCY)), called=CalledAnswer.YES, called_at=MONDAY_TEN)
    worse = joined(answered, concern(EMERGENCY, now, "E01"), now, "E01")
    assert (worse.state, worse.turn, worse.next_tell_at) == (AlertState.OPEN, 2, now)
    assert (worse.call_at, worse.called) == (now + 10 * MINUTE, None)


def test_something_worse_counts_what_joined_before_it_and_nobody_saw() -> None:
    now = MONDAY_TEN + 58 * MINUTE
    earlier = concern(SAME_DAY, MONDAY_TEN + MINUTE)
    worse = alerts.joined_by(
        taken(opened(SAME_DAY)), concern(EMERGENCY, now), Known(("S03",), (earlier,)), HOURS, now
    )
    assert worse.call_at == MONDAY_TEN + 61 * MINUTE


def test_something_worse_before_the_patient_knew_leaves_nothing_seen() -> None:
    now = MONDAY_TEN + timedelta(seconds=20)
    worse = joined(taken(opened(EMERGENCY)), concern(EMERGENCY, now), now, "E01")
    assert worse.seen_until(now + timedelta(days=1)) is None
    assert worse.call_at == MONDAY_TEN + 10 * MINUTE  # of the first


def test_what_comes_back_waits_from_the_earliest_that_nobody_has_seen() -> None:
    back_at = MONDAY_TEN + timedelta(hours=4)
    called = replace(taken(opened(SAME_DAY)), called=CalledAnswer.YES, called_at=MONDAY_TEN + MINUTE)
    joined_since = [concern(SAME_DAY, MONDAY_TEN + minutes * MINUTE) for minutes in (50, 20)]
    back = alerts.returned(called, joined_since, HOURS, back_at)
    assert back.call_at == MONDAY_TEN + 80 * MINUTE
    assert (back.called, back.called_at) == (None, None)  # they called about what came before
    assert back.seen_until(back_at) == MONDAY_TEN
    milder = alerts.returned(called, [concern(TELL, MONDAY_TEN)], HOURS, back_at)
    assert (milder.call_at, milder.called) == (None, CalledAnswer.YES)


@pytest.mark.parametrize(
    "same",
    [
        concern(SAME_DAY),
        concern(TELL),
        concern(TELL, MONDAY_TEN, "T05", "P01"),
        concern(SAME_DAY, MONDAY_TEN, "S03"),
    ],
)
def test_more_of_the_same_stays_with_whoever_took_it(same: Concern) -> None:
    held = taken(opened(SAME_DAY))
    assert joined(held, same, MONDAY_TEN + MINUTE) == held


def test_where_nothing_is_graded_every_further_one_may_be_worse() -> None:
    now = MONDAY_TEN + MINUTE
    assert joined(taken(opened(None)), concern(None, now), now).state is AlertState.OPEN


def test_a_worse_one_in_an_open_alert_shortens_the_wait_and_is_told_at_once() -> None:
    now = MONDAY_TEN + 20 * MINUTE
    waiting = alerts.told(opened(SAME_DAY), HOURS, MONDAY_TEN)
    worse = joined(replace(waiting, called=CalledAnswer.YES), concern(EMERGENCY, now), now)
    assert (worse.level, worse.call_at, worse.next_tell_at) == (EMERGENCY, now + 10 * MINUTE, now)
    assert worse.called is None  # they called about less
    milder = joined(worse, concern(TELL, now), now)
    assert milder == worse


@checked(200)
@given(
    levels=st.lists(st.sampled_from([EMERGENCY, SAME_DAY, TELL, None]), min_size=1, max_size=6),
    acts=st.lists(st.sampled_from(["take", "return", "undo", "wait"]), min_size=6, max_size=6),
)
def test_whatever_happens_the_level_never_falls_and_an_open_alert_is_told(
    levels: list[Level | None], acts: list[str]
) -> None:
    now, seen = MONDAY_TEN, []
    alert = opened(levels[0], now)
    for level, act in zip(levels, acts, strict=False):
        now += 7 * MINUTE
        alert = alerts.joined_by(alert, concern(level, now), Known(("E01", "S03", "T05")), HOURS, now)
        alert = _after(alert, act, now)
        seen.append(alerts.urgency(alert.level))
        assert (alert.state is AlertState.OPEN) == (alert.next_tell_at is not None)
        assert (alert.state is AlertState.ACKNOWLEDGED) == (alert.acknowledgement is not None)
    assert all(later <= earlier for earlier, later in pairwise(seen))


def _after(alert: Alert, act: str, now: datetime) -> Alert:
    if act == "take" and alert.acknowledgement is None:
        return taken(alert, now)
    if act == "return" and alert.acknowledgement is not None:
        return alerts.returned(alert, (), HOURS, now)
    if act == "undo" and alert.acknowledgement is not None:
        return alerts.given_back(alert, HOURS, now)
    return alert


@checked(300)
@given(
    minutes=st.integers(0, 14 * 24 * 60),
    level=st.sampled_from([EMERGENCY, SAME_DAY, None]),
)
def test_nobody_waits_in_silence_while_the_clinic_is_closed(minutes: int, level: Level | None) -> None:
    since = MONDAY_TEN + minutes * MINUTE
    call_at = calls_at(level, HOURS, since)
    assert call_at is not None
    assert since <= call_at <= since + 60 * MINUTE
    assert call_at == since or is_open(HOURS, call_at - timedelta(microseconds=1))
