"""When an alert is told of, when the patient is to call, when it comes back. Pure; care time throughout."""

from __future__ import annotations

from datetime import datetime, timedelta

from pwa.domain.opening_hours import (
    OpeningHours,
    closes,
    is_open,
    open_minutes_after,
    opening_after,
    opens_next,
)
from pwa.domain.rules import Level

# Design section 9; the two for tell_clinic are D.
EMERGENCY_CALL_AFTER = timedelta(minutes=10)
CALL_AFTER = timedelta(minutes=60)  # of opening hours
EMERGENCY_TELL_EVERY = timedelta(minutes=5)
TELL_EVERY = timedelta(minutes=30)  # of opening hours
EMERGENCY_RETURNS_AFTER = timedelta(minutes=30)
RETURNS_AFTER = timedelta(hours=4)  # of opening hours
TELL_CLINIC_RETURNS_AFTER_DAYS = 2  # on which the clinic opens
ASKED_AFTER = timedelta(minutes=30)  # "Have you called the clinic?", after "Call now."
NEVER_OPENS = timedelta(days=1)  # how long to wait for a clinic that will not open for a year


def calls_at(level: Level | None, hours: OpeningHours, since: datetime) -> datetime | None:
    """When to tell the patient that nobody has seen what waits since then; None: it can wait.

    The moment nobody is there it is said at once, also when the clinic closes before the time is up.
    """
    closing = closes(hours, since)
    if level is Level.TELL_CLINIC:
        return None
    if closing is None:
        return since
    if level is Level.EMERGENCY:
        return min(since + EMERGENCY_CALL_AFTER, closing)
    return min(since + CALL_AFTER, closing)


def first_told_at(level: Level | None, hours: OpeningHours, now: datetime) -> datetime:
    """When staff are told of an alert that came to the top now: at once, but for what has days."""
    if level is not Level.TELL_CLINIC or is_open(hours, now):
        return now
    return opens_next(hours, now) or now


def told_again_at(level: Level | None, hours: OpeningHours, now: datetime) -> datetime:
    """When staff are told again if nobody acknowledges."""
    if level is Level.EMERGENCY:
        return now + EMERGENCY_TELL_EVERY
    if level is Level.TELL_CLINIC or not is_open(hours, now):
        return opens_next(hours, now) or now + NEVER_OPENS
    return open_minutes_after(hours, now, TELL_EVERY) or now + NEVER_OPENS


def returns_at(level: Level | None, hours: OpeningHours, now: datetime) -> datetime:
    """When an alert acknowledged now comes back unless it is closed."""
    if level is Level.EMERGENCY:
        return now + EMERGENCY_RETURNS_AFTER
    if level is Level.TELL_CLINIC:
        return opening_after(hours, now, TELL_CLINIC_RETURNS_AFTER_DAYS) or now + NEVER_OPENS
    return open_minutes_after(hours, now, RETURNS_AFTER) or now + NEVER_OPENS
