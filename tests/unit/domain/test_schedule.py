"""One occurrence per local date, whatever the clocks do."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest

from pwa.domain.protocol import Anchor, TimeOfDay
from pwa.domain.schedule import Anchors, day_bounds, day_exists, local_day, resolve, to_utc
from tests.support.days import FIRST_DAY, LAST_DAY, check_zone

LONDON = ZoneInfo("Europe/London")
NOON = datetime(2026, 3, 20, 12, 10, tzinfo=UTC)


def anchors(day: date, **changes: object) -> Anchors:
    given: dict[str, object] = {
        "day": day,
        "zone": LONDON,
        "wake": time(8),
        "bed": time(21, 30),
        "treated_at": datetime(2026, 3, 20, 10, tzinfo=UTC),
        "treated_on": date(2026, 3, 20),
        "noon": NOON,
        "check_in": None,
    }
    return Anchors(**(given | changes))  # type: ignore[arg-type]  # of mixed types


def due(anchor: Anchor, hours: float, of: Anchors) -> datetime | None:
    return resolve(TimeOfDay(anchor, timedelta(hours=hours)), of)


def test_a_dose_in_the_spring_gap_is_due_as_far_past_midnight() -> None:
    assert to_utc(date(2026, 3, 29), time(1, 30), LONDON).astimezone(LONDON).time() == time(2, 30)


def test_a_dose_is_due_once_on_the_day_clocks_go_back() -> None:
    first = to_utc(date(2026, 10, 25), time(1, 30), LONDON)
    assert first == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert to_utc(date(2026, 10, 25), time(1, 30, fold=1), LONDON) == first


def test_a_gap_at_midnight_keeps_the_day() -> None:
    beirut = ZoneInfo("Asia/Beirut")
    midnight = to_utc(date(2026, 3, 29), time(0), beirut)
    assert midnight.astimezone(beirut).date() == date(2026, 3, 29)
    assert day_exists(date(2026, 3, 29), beirut)


def test_a_date_the_calendar_left_out_does_not_exist() -> None:
    apia = ZoneInfo("Pacific/Apia")
    assert not day_exists(date(2011, 12, 30), apia)
    assert day_exists(date(2011, 12, 29), apia)
    assert day_exists(date(2011, 12, 31), apia)
    start, end = day_bounds(date(2011, 12, 30), apia)
    assert start == end


def test_a_local_day_lasts_as_long_as_its_clocks_say() -> None:
    lengths = [
        (lambda bounds: bounds[1] - bounds[0])(day_bounds(day, LONDON))
        for day in (date(2026, 3, 28), date(2026, 3, 29), date(2026, 10, 25))
    ]
    assert lengths == [timedelta(hours=24), timedelta(hours=23), timedelta(hours=25)]


def test_the_local_day_is_the_one_on_the_wall() -> None:
    assert local_day(datetime(2026, 6, 1, 23, 30, tzinfo=UTC), LONDON) == date(2026, 6, 2)


@pytest.mark.parametrize(
    ("anchor", "hours", "expected"),
    [
        (Anchor.MIDNIGHT, 9, "2026-03-22 09:00"),
        (Anchor.MIDNIGHT, 25, "2026-03-23 01:00"),
        (Anchor.WAKE, 0.5, "2026-03-22 08:30"),
        (Anchor.WAKE, -1, "2026-03-22 07:00"),
        (Anchor.BED, -1, "2026-03-22 20:30"),
        (Anchor.BED, 4, "2026-03-23 01:30"),
        (Anchor.TREATED, 1, "2026-03-22 11:00"),
    ],
)
def test_a_wall_clock_anchor_carries_its_offset_on_the_wall(
    anchor: Anchor, hours: float, expected: str
) -> None:
    found = due(anchor, hours, anchors(date(2026, 3, 22)))
    assert found is not None
    assert found.astimezone(LONDON).strftime("%Y-%m-%d %H:%M") == expected


def test_a_bedtime_after_midnight_ends_the_same_nominal_day() -> None:
    found = due(Anchor.BED, 0, anchors(date(2026, 3, 22), bed=time(0, 30)))
    assert found == datetime(2026, 3, 23, 0, 30, tzinfo=UTC)


def test_on_the_day_of_treatment_hours_are_counted_from_the_instant() -> None:
    treated = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)
    day_zero = anchors(date(2026, 3, 29), treated_at=treated, treated_on=date(2026, 3, 29))
    assert due(Anchor.TREATED, 3, day_zero) == treated + timedelta(hours=3)


def test_a_check_in_is_due_only_where_the_clinic_asks() -> None:
    asked = datetime(2026, 3, 20, 10, tzinfo=UTC)
    assert due(Anchor.CHECK_IN, 0, anchors(date(2026, 3, 21))) is None
    assert due(Anchor.CHECK_IN, 0, anchors(date(2026, 3, 20), check_in=asked)) == asked


def test_noon_is_the_suns() -> None:
    assert due(Anchor.NOON, -1, anchors(date(2026, 3, 20))) == NOON - timedelta(hours=1)


def test_each_zone_has_one_occurrence_per_local_date_on_seeded_days() -> None:
    dice = random.Random("afterbeam")
    zones = sorted(available_timezones())
    for key in dice.sample(zones, 60):
        zone = ZoneInfo(key)
        start = FIRST_DAY + timedelta(days=dice.randrange((LAST_DAY - FIRST_DAY).days - 40))
        check_zone(zone, start, start + timedelta(days=40))


@pytest.mark.parametrize(
    "key",
    [
        "America/Nuuk",  # the gap is at the end of a Saturday
        "Asia/Beirut",  # the gap is at midnight
        "Africa/Cairo",  # the gap is at midnight, the fold before it
        "America/Havana",
        "Antarctica/Troll",  # two hours
        "Australia/Lord_Howe",  # half an hour
        "Atlantic/Azores",
        "America/Asuncion",  # stopped changing in 2024
        "Asia/Almaty",  # changed its offset in 2024
    ],
)
def test_odd_zones_have_one_occurrence_per_local_date(key: str) -> None:
    for year in (2024, 2026):
        check_zone(ZoneInfo(key), date(year, 1, 1), date(year, 12, 31))
