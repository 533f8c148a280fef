"""When a clinic is open, in its own zone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class OpeningHours:
    """Opening and closing wall-clock times by weekday (Monday is 0); a missing day is closed."""

    zone: ZoneInfo
    week: Mapping[int, tuple[time, time]]
    holidays: frozenset[date] = frozenset()
