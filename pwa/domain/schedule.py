"""When something is due: wall-clock times of a local day turned into instants."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from pwa.domain.protocol import Anchor, TimeOfDay

MIDNIGHT = time(0)
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Anchors:
    """What times of day are counted from, for one plan on one local day of one person.

    `bed` is the start of the person's quiet hours; `check_in` and `noon` are aware UTC instants,
    `check_in` None where the clinic is closed.
    """

    day: date
    zone: ZoneInfo
    wake: time
    bed: time
    treated_at: datetime
    treated_on: date
    noon: datetime
    check_in: datetime | None


def to_utc(day: date, at: time, zone: ZoneInfo) -> datetime:
    """Turn a wall-clock time into an aware UTC instant; every day has exactly one.

    In the spring gap (02:30 does not exist) this is the same distance past midnight, so 03:30.
    In the autumn fold (02:30 comes twice) it is the first of the two.
    """
    first = at.replace(fold=0) if at.fold else at
    return datetime.combine(day, first, tzinfo=zone).astimezone(UTC)


def local_day(now: datetime, zone: ZoneInfo) -> date:
    """The calendar date on the wall at `now`."""
    return now.astimezone(zone).date()


def day_exists(day: date, zone: ZoneInfo) -> bool:
    """Whether the calendar of `zone` has this date; Apia went from 29 to 31 December 2011."""
    return local_day(to_utc(day, MIDNIGHT, zone), zone) == day


def day_bounds(day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The half-open interval, in UTC, of a local date."""
    return to_utc(day, MIDNIGHT, zone), to_utc(day + ONE_DAY, MIDNIGHT, zone)


def resolve(at: TimeOfDay, anchors: Anchors) -> datetime | None:
    """The instant, in UTC, of a time of day; None where its anchor does not stand on that day.

    An offset may lead past midnight: bed + 2 h is still this day's occurrence. Offsets from wall-clock
    anchors are wall-clock time; from instants (check-in, noon, day 0's treatment) they are elapsed time.
    """
    instant = _instant_of(at.anchor, anchors)
    if instant is not None:
        return instant + at.offset
    wall = _wall_clock_of(at.anchor, anchors)
    if wall is None:
        return None
    moved = wall + at.offset
    return to_utc(moved.date(), moved.time(), anchors.zone)


def _instant_of(anchor: Anchor, anchors: Anchors) -> datetime | None:
    if anchor is Anchor.CHECK_IN:
        return anchors.check_in
    if anchor is Anchor.NOON:
        return anchors.noon
    if anchor is Anchor.TREATED and anchors.day == anchors.treated_on:
        return anchors.treated_at
    return None


def _wall_clock_of(anchor: Anchor, anchors: Anchors) -> datetime | None:
    """The naive local time of an anchor that is a time on the wall."""
    if anchor is Anchor.MIDNIGHT:
        return datetime.combine(anchors.day, MIDNIGHT)
    if anchor is Anchor.WAKE:
        return datetime.combine(anchors.day, anchors.wake)
    if anchor is Anchor.BED:
        # A bedtime after midnight, or a night worker's at 9, comes on the next date.
        date_of_bed = anchors.day if anchors.bed > anchors.wake else anchors.day + ONE_DAY
        return datetime.combine(date_of_bed, anchors.bed)
    if anchor is Anchor.TREATED:
        treated = anchors.treated_at.astimezone(anchors.zone)
        return datetime.combine(anchors.day, treated.time().replace(fold=0))
    return None
