"""The campaign over zones and days: shared by the seeded sample and the whole run."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from pwa.domain.schedule import ONE_DAY, day_bounds, day_exists, local_day, to_utc

FIRST_DAY, LAST_DAY = date(2024, 1, 1), date(2030, 12, 31)
TIMES = (time(0), time(0, 30), time(1, 30), time(2, 30), time(8), time(12), time(21, 30), time(23, 30))
LONGEST_GAP = timedelta(hours=3)


def check_zone(zone: ZoneInfo, first: date, last: date) -> int:
    """Assert that each wall-clock time comes once on each date of a zone; return how many were seen.

    A time in a gap at a day's very end is due after midnight: no later than the gap is long, still the
    only one of its date, and before the next date's.
    """
    seen = 0
    before = [to_utc(first - ONE_DAY, at, zone) for at in TIMES]
    day = first
    while day <= last:
        assert day_exists(day, zone), (zone.key, day)
        start, end = day_bounds(day, zone)
        dues = [to_utc(day, at, zone) for at in TIMES]
        for at, due, due_before in zip(TIMES, dues, before, strict=True):
            where = (zone.key, day, at)
            assert timedelta(hours=20) <= due - due_before <= timedelta(hours=28), where
            if start <= due < end:
                assert local_day(due, zone) == day, where
                assert _on_the_wall(due, zone) in (at, _past_the_gap(due, at, zone)), where
            else:
                assert end <= due < end + LONGEST_GAP, where
                assert _in_a_gap(day, at, zone), where
        before, day, seen = dues, day + ONE_DAY, seen + len(TIMES)
    return seen


def _on_the_wall(due: datetime, zone: ZoneInfo) -> time:
    return due.astimezone(zone).time().replace(fold=0)


def _past_the_gap(due: datetime, at: time, zone: ZoneInfo) -> time | None:
    """The wall time at `due` where `at` fell into a gap and moved on; None where it did not."""
    return _on_the_wall(due, zone) if _in_a_gap(local_day(due, zone), at, zone) else None


def _in_a_gap(day: date, at: time, zone: ZoneInfo) -> bool:
    wall = to_utc(day, at, zone).astimezone(zone).replace(tzinfo=None, fold=0)
    return wall > datetime.combine(day, at)
