"""Quiet hours: when a person's phone stays silent, by the clock on their wall."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from pwa.domain.schedule import ONE_DAY, to_utc

BEFORE_QUIET = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class QuietHours:
    """No reminders from `start` to `end`, local wall-clock, usually across midnight.

    Equal times mean that no hours are quiet.
    """

    start: time
    end: time


def is_quiet(quiet: QuietHours, zone: ZoneInfo, at: datetime) -> bool:
    """Whether the wall clock shows a quiet time at `at`.

    Read off the wall, so that when 01:15 comes twice both of them are quiet.
    """
    wall = at.astimezone(zone).time()
    if quiet.start <= quiet.end:
        return quiet.start <= wall < quiet.end
    return wall >= quiet.start or wall < quiet.end


def quiet_ends(quiet: QuietHours, zone: ZoneInfo, at: datetime) -> datetime | None:
    """The first end of quiet hours at or after `at`, in UTC; None if there is none within two days."""
    day = at.astimezone(zone).date()
    ends = _times_on_the_wall(day, quiet.end, zone)
    return min((end for end in ends if end >= at and not is_quiet(quiet, zone, end)), default=None)


def quiet_starts(quiet: QuietHours, zone: ZoneInfo, at: datetime) -> datetime | None:
    """The first start of quiet hours after `at`, in UTC; None if no hours are quiet."""
    if quiet.start == quiet.end:
        return None
    day = at.astimezone(zone).date()
    starts = _times_on_the_wall(day, quiet.start, zone)
    return min((start for start in starts if start > at and is_quiet(quiet, zone, start)), default=None)


def shifted(quiet: QuietHours, zone: ZoneInfo, due: datetime) -> datetime | None:
    """Move a quiet `due` out of the quiet hours; None if there is no room beside them.

    What falls after midnight waits for the end; what falls before comes 15 minutes ahead of the start.
    """
    wall = due.astimezone(zone)
    if wall.time() < quiet.end:
        return quiet_ends(quiet, zone, due)
    earlier = to_utc(wall.date(), quiet.start, zone) - BEFORE_QUIET
    return None if is_quiet(quiet, zone, earlier) else earlier


@lru_cache(maxsize=4096)
def _times_on_the_wall(day: date, at: time, zone: ZoneInfo) -> tuple[datetime, ...]:
    """Each moment the wall shows `at` from `day` to the second day after, both of a fold."""
    days = (day, day + ONE_DAY, day + 2 * ONE_DAY)
    second = at.replace(fold=1)
    return tuple(
        moment
        for each in days
        for moment in (to_utc(each, at, zone), datetime.combine(each, second, tzinfo=zone).astimezone(UTC))
    )
