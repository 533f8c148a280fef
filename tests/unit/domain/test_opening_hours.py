"""A clinic's hours, and check-ins that somebody can still answer."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pwa.domain.errors import BadInput
from pwa.domain.opening_hours import (
    OpeningHours,
    check_in_times,
    closed_days_before,
    closes,
    is_open,
    open_minutes_after,
    opening_after,
    opening_of,
    opens_next,
    parse,
)
from tests.support.protocols import LONDON, WEEKDAYS_NINE_TO_FIVE
from tests.unit.domain.examples import checked

MONDAY, FRIDAY, SATURDAY, SUNDAY = date(2026, 6, 8), date(2026, 6, 12), date(2026, 6, 13), date(2026, 6, 14)


def wall(day: date, clock: str) -> datetime:
    return datetime.combine(day, time.fromisoformat(clock), LONDON).astimezone(UTC)


def clock(at: datetime | None) -> str | None:
    return at.astimezone(LONDON).strftime("%H:%M") if at else None


def test_hours_are_read_by_day() -> None:
    hours = parse("Mon-Fri 09:00-17:30; Sat 9:00 - 13:00", LONDON)
    assert sorted(hours.week) == [0, 1, 2, 3, 4, 5]
    assert hours.week[4] == (time(9), time(17, 30))
    assert hours.week[5] == (time(9), time(13))


def test_days_may_be_listed_and_may_run_over_the_weekend() -> None:
    assert sorted(parse("mon,WED 08:00-12:00; Sat-Sun 10:00-11:00", LONDON).week) == [0, 2, 5, 6]
    assert sorted(parse("Sun-Tue 08:00-12:00", LONDON).week) == [0, 1, 6]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "are missing"),
        (" ; ", "are missing"),
        ("always", '"always" cannot be read'),
        ("Mon-Fri 9-17", "cannot be read"),
        ("Mon-Fry 09:00-17:00", 'no day "Fry"'),
        ("-Fri 09:00-17:00", 'no day ""'),
        ("Mon 09:00-25:00", 'no time "25:00"'),
        ("Mon 09:00-09:00", "close before they open"),
        ("Mon-Wed 09:00-12:00; Tue 13:00-15:00", "name Tue twice"),
    ],
)
def test_hours_that_cannot_be_read_say_what_to_mend(text: str, says: str) -> None:
    with pytest.raises(BadInput) as refused:
        parse(text, LONDON)
    assert says in refused.value.message
    assert "Mon-Fri 09:00-17:30" in refused.value.message


def test_a_clinic_is_open_from_its_opening_up_to_its_closing() -> None:
    hours = WEEKDAYS_NINE_TO_FIVE
    assert not is_open(hours, wall(MONDAY, "08:59"))
    assert is_open(hours, wall(MONDAY, "09:00"))
    assert closes(hours, wall(MONDAY, "09:00")) == wall(MONDAY, "17:30")
    assert not is_open(hours, wall(MONDAY, "17:30"))
    assert closes(hours, wall(SUNDAY, "12:00")) is None


def test_the_next_opening_skips_nights_weekends_and_holidays() -> None:
    hours = parse("Mon-Fri 09:00-17:30", LONDON, frozenset({MONDAY + timedelta(days=7)}))
    assert opens_next(hours, wall(MONDAY, "08:00")) == wall(MONDAY, "09:00")
    assert opens_next(hours, wall(MONDAY, "09:00")) == wall(MONDAY + timedelta(days=1), "09:00")
    assert opens_next(hours, wall(FRIDAY, "18:00")) == wall(MONDAY + timedelta(days=8), "09:00")


def test_a_clinic_that_never_opens_has_no_next_opening() -> None:
    never = OpeningHours(LONDON, {})
    assert opens_next(never, wall(MONDAY, "08:00")) is None
    assert closed_days_before(never, MONDAY) == ()


def test_the_clinics_hours_follow_its_clocks() -> None:
    assert opening_of(WEEKDAYS_NINE_TO_FIVE, date(2026, 3, 28)) == (
        datetime(2026, 3, 28, 9, tzinfo=UTC),
        datetime(2026, 3, 28, 13, tzinfo=UTC),
    )
    assert opening_of(WEEKDAYS_NINE_TO_FIVE, date(2026, 3, 30)) == (
        datetime(2026, 3, 30, 8, tzinfo=UTC),
        datetime(2026, 3, 30, 16, 30, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Mon-Sun 09:00-17:30", "10:00"),
        ("Mon-Sun 09:00-13:30", "09:30"),  # four hours before closing
        ("Mon-Sun 09:00-11:00", "09:00"),  # but not before opening
        ("Mon-Sun 11:00-20:00", "11:00"),
        ("Mon-Sun 07:00-23:00", "10:00"),
    ],
)
def test_the_regular_check_in_leaves_time_to_act(text: str, expected: str) -> None:
    assert clock(check_in_times(parse(text, LONDON), MONDAY).regular) == expected


def test_no_check_in_on_a_closed_day() -> None:
    times = check_in_times(WEEKDAYS_NINE_TO_FIVE, SUNDAY)
    assert (times.regular, times.evening) == (None, None)


def test_the_evening_before_a_closed_day_brings_a_second_one() -> None:
    hours = parse("Mon-Fri 09:00-17:30", LONDON, frozenset({date(2026, 6, 10)}))
    evenings = {
        day: clock(check_in_times(hours, day).evening)
        for day in (MONDAY, date(2026, 6, 9), date(2026, 6, 11), FRIDAY)
    }
    assert evenings == {MONDAY: None, date(2026, 6, 9): "15:30", date(2026, 6, 11): None, FRIDAY: "15:30"}


@pytest.mark.parametrize(
    ("treated", "regular", "evening"),
    [
        ("08:30", "10:00", "15:30"),
        ("09:30", None, "15:30"),
        ("14:30", None, "15:30"),
        ("14:31", None, "15:31"),
        ("16:29", None, "17:29"),
        ("16:30", None, None),
        ("19:00", None, None),
    ],
)
def test_day_zero_asks_an_hour_after_the_treatment_at_the_earliest(
    treated: str, regular: str | None, evening: str | None
) -> None:
    times = check_in_times(WEEKDAYS_NINE_TO_FIVE, MONDAY, wall(MONDAY, treated))
    assert (clock(times.regular), clock(times.evening)) == (regular, evening)


def test_the_closed_days_before_an_opening_are_one_run() -> None:
    assert closed_days_before(WEEKDAYS_NINE_TO_FIVE, MONDAY) == (date(2026, 6, 7),)
    assert closed_days_before(WEEKDAYS_NINE_TO_FIVE, FRIDAY) == ()
    assert closed_days_before(WEEKDAYS_NINE_TO_FIVE, SUNDAY) == ()


OFFICE = parse("Mon-Fri 09:00-17:30", LONDON)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("day", "at", "length", "expected"),
    [
        (MONDAY, "10:00", HOUR, (MONDAY, "11:00")),
        (MONDAY, "16:30", HOUR, (MONDAY, "17:30")),  # to the minute of closing
        (MONDAY, "16:45", HOUR, (date(2026, 6, 9), "09:15")),
        (MONDAY, "07:00", HOUR, (MONDAY, "10:00")),
        (FRIDAY, "17:30", HOUR, (date(2026, 6, 15), "10:00")),
        (FRIDAY, "16:30", 4 * HOUR, (date(2026, 6, 15), "12:00")),
        (SATURDAY, "12:00", 9 * HOUR, (date(2026, 6, 16), "09:30")),
    ],
)
def test_only_open_time_is_counted(day: date, at: str, length: timedelta, expected: tuple[date, str]) -> None:
    assert open_minutes_after(OFFICE, wall(day, at), length) == wall(*expected)


def test_openings_are_counted_one_by_one() -> None:
    assert opening_after(OFFICE, wall(MONDAY, "10:00"), 1) == wall(date(2026, 6, 9), "09:00")
    assert opening_after(OFFICE, wall(FRIDAY, "08:00"), 2) == wall(date(2026, 6, 15), "09:00")


def test_a_clinic_that_never_opens_again_has_no_open_minutes() -> None:
    holidays = frozenset(MONDAY + timedelta(days=ahead) for ahead in range(-1, 370))
    shut = OpeningHours(LONDON, OFFICE.week, holidays)
    assert open_minutes_after(shut, wall(MONDAY, "10:00"), HOUR) is None
    assert opening_after(shut, wall(MONDAY, "10:00"), 2) is None


@checked(200)
@given(
    opens=st.integers(0, 23 * 60 + 58),
    length=st.integers(1, 23 * 60),
    day=st.dates(date(2024, 1, 1), date(2030, 12, 31)),
    open_days=st.sets(st.integers(0, 6), min_size=1),
    treated_after=st.none() | st.integers(0, 24 * 60),
    zone=st.sampled_from([ZoneInfo("Europe/London"), ZoneInfo("Asia/Beirut"), ZoneInfo("America/Havana")]),
)
def test_every_check_in_falls_while_the_clinic_is_open(
    opens: int, length: int, day: date, open_days: set[int], treated_after: int | None, zone: ZoneInfo
) -> None:
    closing = min(opens + length, 23 * 60 + 59)
    span = time(*divmod(opens, 60)), time(*divmod(closing, 60))
    hours = OpeningHours(zone, dict.fromkeys(sorted(open_days), span))
    midnight = datetime.combine(day, time(0), zone).astimezone(UTC)
    treated = None if treated_after is None else midnight + timedelta(minutes=treated_after)
    asked = check_in_times(hours, day, treated)
    moved = [asked.inside(midnight + timedelta(hours=hour)) for hour in (0, 12, 24)] if asked.regular else []
    for at in filter(None, (asked.regular, asked.evening, *moved)):
        opening = opening_of(hours, day)
        assert opening is not None
        assert opening[0] <= at < opening[1] or opening[0] >= opening[1]
        assert treated is None or at >= treated + timedelta(hours=1)
