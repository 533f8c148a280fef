"""Quiet hours are read off the wall."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pwa.domain.quiet_hours import QuietHours, is_quiet, quiet_ends, quiet_starts, shifted
from tests.support.protocols import LONDON, quiet
from tests.unit.domain.examples import checked

NIGHT = quiet("21:30", "07:30")
KEYS = ("Europe/London", "America/Nuuk", "Asia/Beirut", "Antarctica/Troll", "Asia/Kathmandu")
ZONES = st.sampled_from([ZoneInfo(key) for key in KEYS])
CLOCKS = st.times(timezones=st.none()).map(lambda t: t.replace(second=0, microsecond=0, fold=0))
FIRST = datetime(2024, 1, 1, tzinfo=UTC)
MOMENTS = st.integers(0, 7 * 365 * 24 * 60).map(lambda minutes: FIRST + timedelta(minutes=minutes))


def on_the_wall(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LONDON).astimezone(UTC)


@pytest.mark.parametrize(
    ("at", "expected"),
    [("21:29", False), ("21:30", True), ("00:00", True), ("07:29", True), ("07:30", False), ("12:00", False)],
)
def test_the_night_is_half_open(at: str, expected: bool) -> None:
    assert is_quiet(NIGHT, LONDON, on_the_wall(f"2026-06-10T{at}")) is expected


def test_equal_times_mean_no_quiet_hours() -> None:
    never = quiet("08:00", "08:00")
    at = on_the_wall("2026-06-10T08:00")
    assert not is_quiet(never, LONDON, at)
    assert quiet_starts(never, LONDON, at) is None


def test_both_passes_of_a_repeated_hour_are_quiet() -> None:
    late = quiet("22:00", "01:30")
    assert is_quiet(late, LONDON, datetime(2026, 10, 25, 0, 15, tzinfo=UTC))
    assert is_quiet(late, LONDON, datetime(2026, 10, 25, 1, 15, tzinfo=UTC))
    assert quiet_ends(late, LONDON, datetime(2026, 10, 25, 1, 15, tzinfo=UTC)) == datetime(
        2026, 10, 25, 1, 30, tzinfo=UTC
    )


@pytest.mark.parametrize(
    ("quiet_hours", "due", "expected"),
    [
        (NIGHT, "2026-06-10T23:30", "2026-06-10T21:15"),
        (NIGHT, "2026-06-10T02:00", "2026-06-10T07:30"),
        (quiet("00:30", "08:00"), "2026-06-10T01:00", "2026-06-10T08:00"),
        (quiet("09:00", "16:00"), "2026-06-10T10:00", "2026-06-10T16:00"),
    ],
)
def test_what_is_quiet_moves_to_the_nearer_day(quiet_hours: QuietHours, due: str, expected: str) -> None:
    assert shifted(quiet_hours, LONDON, on_the_wall(due)) == on_the_wall(expected)


def test_without_room_beside_the_quiet_hours_nothing_moves() -> None:
    assert shifted(quiet("07:35", "07:30"), LONDON, on_the_wall("2026-06-10T23:00")) is None


@checked(150)
@given(start=CLOCKS, end=CLOCKS, zone=ZONES, at=MOMENTS)
def test_a_shifted_moment_is_never_quiet(start: time, end: time, zone: ZoneInfo, at: datetime) -> None:
    hours = QuietHours(start, end)
    if is_quiet(hours, zone, at):
        moved = shifted(hours, zone, at)
        assert moved is None or not is_quiet(hours, zone, moved)
        assert moved is None or abs(moved - at) <= timedelta(hours=27)


def test_an_end_inside_the_spring_gap_is_past_it() -> None:
    late = quiet("22:00", "01:30")
    before_the_gap = datetime(2026, 3, 29, 0, 10, tzinfo=UTC)
    assert quiet_ends(late, LONDON, before_the_gap) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
