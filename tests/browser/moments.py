"""When to have been treated, so that a real step of a real protocol falls due at a chosen moment."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from tests.support.processes import ALWAYS_OPEN, Afterbeam, ProcessFailure

# One zone for every hour of the day, so that somewhere it is late morning whenever the tests run.
ZONES = (
    *("Pacific/Honolulu", "America/Anchorage", "America/Los_Angeles", "America/Denver", "America/Chicago"),
    *("America/New_York", "America/Puerto_Rico", "America/Sao_Paulo", "America/Noronha", "Atlantic/Azores"),
    *("Europe/London", "Europe/Berlin", "Africa/Johannesburg", "Africa/Nairobi", "Asia/Dubai"),
    *("Asia/Karachi", "Asia/Dhaka", "Asia/Bangkok", "Asia/Singapore", "Asia/Tokyo", "Australia/Brisbane"),
    *("Pacific/Noumea", "Pacific/Auckland", "Pacific/Tongatapu"),
)
# Reminders within 15 minutes of each other become one, due at the earliest.
APART = timedelta(minutes=16)


@dataclass(frozen=True, slots=True)
class Chosen:
    """`treated_at` in the clinic's wall clock, and the steps that fall due at `due_at` because of it."""

    treated_at: str
    due_at: datetime
    steps: frozenset[str]


def late_morning_zone(now: datetime) -> ZoneInfo:
    """A zone where it is nearest to 11:30 at `now`: out of quiet hours, with the day still ahead."""

    def minutes_away(name: str) -> int:
        local = now.astimezone(ZoneInfo(name))
        return abs(local.hour * 60 + local.minute - 690)

    return ZoneInfo(min(ZONES, key=minutes_away))


def treated_for_a_step_due_at(
    afterbeam: Afterbeam, procedure: str, zone: ZoneInfo, due_at: datetime
) -> Chosen:
    """A step that is counted from the treatment, and the treatment time that makes it due then."""
    wanted = due_at.astimezone(UTC)
    guess = wanted - timedelta(hours=2)
    for offset in _offsets(_simulate(afterbeam, procedure, zone, guess), guess):
        treated = wanted - offset
        steps = _simulate(afterbeam, procedure, zone, treated)
        due = frozenset(step["step"] for step in steps if _at(step) == wanted)
        if due and _stands_alone(steps, wanted):
            return Chosen(_wall(treated, zone), wanted, due)
    raise ProcessFailure(f"no step of {procedure} can be made due at {wanted:%H:%M:%S} UTC in {zone}")


def _simulate(
    afterbeam: Afterbeam, procedure: str, zone: ZoneInfo, treated: datetime
) -> list[dict[str, Any]]:
    steps: list[dict[str, Any]] = afterbeam.run_json(
        *("protocol", "simulate", procedure, "--treated-at", _wall(treated, zone)),
        *("--zone", str(zone), "--days", "1", "--hours", ALWAYS_OPEN),
    )
    return steps


def _offsets(steps: Iterable[dict[str, Any]], treated: datetime) -> list[timedelta]:
    """How long after the treatment each step came, nearest first."""
    offsets = (_at(step) - treated for step in steps)
    return sorted({offset for offset in offsets if timedelta(minutes=5) < offset < timedelta(hours=8)})


def _stands_alone(steps: Iterable[dict[str, Any]], due_at: datetime) -> bool:
    moments = sorted({_at(step) for step in steps})
    near = [(one, other) for one, other in pairwise(moments) if due_at in (one, other)]
    return all(other - one >= APART for one, other in near)


def _at(step: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(step["due_at"]).astimezone(UTC)


def _wall(moment: datetime, zone: ZoneInfo) -> str:
    return moment.astimezone(zone).replace(tzinfo=None).isoformat(timespec="seconds")
