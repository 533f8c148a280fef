"""The only reader of the clock: one Moment per request, command or dispatch batch, passed down from there."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

SHORTEST_DEMO_SECONDS = 10


@dataclass(frozen=True, slots=True)
class Moment:
    """Now, twice: plans, agenda and useful times read `care`; sessions, tokens and retries read `wall`.

    Both are aware UTC, and equal outside the demo.
    """

    care: datetime
    wall: datetime

    def __post_init__(self) -> None:
        _require_utc(self.care)
        _require_utc(self.wall)


@dataclass(frozen=True, slots=True)
class DemoClock:
    """A care clock that runs `speed` times faster than the wall since the anchor (care_at, wall_at).

    `speed` is a whole number from 1, so that care time stays exact to the microsecond.
    The phone computes the same: `Bundle.clock` in static/shared/api.ts.
    """

    care_at: datetime
    wall_at: datetime
    speed: int = 1

    def __post_init__(self) -> None:
        _require_utc(self.care_at)
        _require_utc(self.wall_at)
        if isinstance(self.speed, bool) or not isinstance(self.speed, int) or self.speed < 1:
            raise ValueError("speed must be a whole number from 1")

    def care(self, wall: datetime) -> datetime:
        """Care time at this wall time; a wall clock set back before the anchor stands still at the anchor."""
        _require_utc(wall)
        return self.care_at + max(wall - self.wall_at, timedelta(0)) * self.speed


def rebase(demo: DemoClock, wall: datetime, new_speed: int) -> DemoClock:
    """Change the speed from `wall` on; care time goes on from where it stands and never goes back."""
    anchor = max(wall, demo.wall_at)
    return DemoClock(care_at=demo.care(anchor), wall_at=anchor, speed=new_speed)


def read_moment(demo: DemoClock | None = None) -> Moment:
    """Read the wall clock once; with a demo clock, `care` is what that clock shows at this wall time."""
    wall = datetime.now(UTC)
    return Moment(care=demo.care(wall) if demo else wall, wall=wall)


def monotonic() -> float:
    """Seconds that only grow, for timeouts and durations; they say nothing about the date."""
    return time.monotonic()


def real_seconds(care_span: timedelta, demo: DemoClock | None = None) -> int:
    """Whole seconds of wall time in a span of care time, rounded down: the TTL of a push.

    In the demo at least 10, or at high speed no push service could carry a message in time.
    A span that is over gives 0.
    """
    if care_span <= timedelta(0):
        return 0
    if demo is None:
        return care_span // timedelta(seconds=1)
    return max(SHORTEST_DEMO_SECONDS, care_span // (timedelta(seconds=1) * demo.speed))


def _require_utc(moment: datetime) -> None:
    if moment.utcoffset() != timedelta(0):
        raise ValueError("a moment must be aware and in UTC")
