"""A phone's clock may be wrong: by how much, and when its taps really happened."""

from __future__ import annotations

from datetime import datetime, timedelta

from pwa.clock import Moment
from pwa.services.instants import read_instant

SMALLEST_FAULT = timedelta(minutes=2)  # of wall time; below it a slow connection looks like a slow clock
# What even then lies further ahead, or is older than any phone's outbox, is read as "now".
CLOCK_SLACK = timedelta(minutes=10)
OLDEST = timedelta(days=400)


def care_behind(sent_at: object, moment: Moment, speed: int) -> timedelta:
    """By how much care time on a phone is behind ours; negative when it is ahead.

    `sent_at` is what the phone's own wall clock said as it sent. Zero when that is missing, cannot be
    read, says no zone, is years away, or differs by too little to tell.
    """
    sent = read_instant(sent_at)
    if sent is None:
        return timedelta(0)
    behind = moment.wall - sent
    return behind * speed if SMALLEST_FAULT < abs(behind) <= OLDEST else timedelta(0)


def when_tapped(claimed: datetime, behind: timedelta, now: datetime) -> datetime:
    """When a tap happened, in care time; a time that cannot be is read as `now`."""
    return corrected(claimed, behind, now) or now


def corrected(claimed: datetime, behind: timedelta, now: datetime) -> datetime | None:
    """When a tap happened, in care time; None when that cannot be."""
    age = now - claimed - behind  # lengths, since a date that is moved may leave the calendar
    return now - age if -CLOCK_SLACK <= age <= OLDEST else None
