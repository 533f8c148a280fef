"""Days of a plan. They count from the day of treatment, which is day 0; days before it are negative.

A `DaySpan` names its first and its last day, both included, as clinicians write them.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class DaySpan:
    """Days `first` to `last`, both included."""

    first: int
    last: int

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError("a span of days must not end before it starts")

    def __contains__(self, day: object) -> bool:
        return isinstance(day, int) and self.first <= day <= self.last

    def shared_with(self, other: DaySpan) -> DaySpan | None:
        """The days that are in both; None when there is none."""
        first, last = max(self.first, other.first), min(self.last, other.last)
        return DaySpan(first, last) if first <= last else None


@dataclass(frozen=True, slots=True)
class DayPattern:
    """Either the days named in `on`, or every `every` days across `span`."""

    span: DaySpan
    every: int = 1
    on: tuple[int, ...] = ()

    def __contains__(self, day: object) -> bool:
        if not isinstance(day, int) or day not in self.span:
            return False
        return day in self.on if self.on else (day - self.span.first) % self.every == 0
