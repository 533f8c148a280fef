"""From plans to reminders: what one patient should be reminded of on one local day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

from pwa.domain.protocol import StepKind


@dataclass(frozen=True, slots=True)
class QuietHours:
    """No reminders from `start` to `end`, local wall-clock, usually across midnight."""

    start: time
    end: time


@dataclass(frozen=True, slots=True)
class Preferences:
    """What the patient chose about time."""

    zone: ZoneInfo
    wake: time = time(8, 0)
    quiet: QuietHours = QuietHours(time(21, 30), time(7, 30))
    one_a_day: bool = False  # offered after three ignored reminders


@dataclass(frozen=True, slots=True)
class Place:
    """Where the sun stands, to half a degree."""

    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class Snooze:
    """An occurrence put off: `number` counts the snoozes of this occurrence from 1."""

    until: datetime
    number: int


@dataclass(frozen=True, slots=True)
class Settled:
    """What has already happened to this patient's occurrences."""

    done: frozenset[UUID] = frozenset()
    skipped: frozenset[UUID] = frozenset()
    snoozed: Mapping[UUID, Snooze] = field(default_factory=dict)
    reminded: Mapping[UUID, int] = field(default_factory=dict)  # leased or sent: highest snooze number
    sent_on: Mapping[date, int] = field(default_factory=dict)  # local day -> reminders sent or leased


class SunStrength(StrEnum):
    """How loud a sun reminder is. None of these ever says that no protection is needed."""

    QUIET = "quiet"  # clear-sky UV index below 2.5 all day
    NORMAL = "normal"
    LOUD = "loud"  # 8 or more


@dataclass(frozen=True, slots=True)
class SunAdvice:
    """The day's clear-sky sun at the patient's place; `strongest` is None when UV stays below 2.5."""

    strength: SunStrength
    max_uv_index: int
    strongest: tuple[datetime, datetime] | None  # half-open, aware UTC


class NotReminded(StrEnum):
    """Why something due today makes no reminder; it still stands on Today."""

    QUIET_HOURS = "quiet_hours"
    OVER_BUDGET = "over_budget"
    LOW_SUN = "low_sun"


@dataclass(frozen=True, slots=True)
class AgendaItem:
    """One thing to do: an occurrence, or the same kind from overlapping plans merged into one."""

    occurrence_ids: tuple[UUID, ...]  # the strictest rule's first
    care_plan_ids: tuple[UUID, ...]
    kind: StepKind
    step_id: str
    text_id: str
    nominal_day: date
    day_number: int
    slot: int
    due_at: datetime
    useful_until: datetime
    snooze: int = 0
    sun: SunAdvice | None = None


@dataclass(frozen=True, slots=True)
class AgendaEntry:
    """One reminder to make: items due within 15 minutes of each other.

    `slot_key` is the earliest item's first occurrence id and its snooze number: "<uuid>#<n>".
    """

    slot_key: str
    due_at: datetime
    useful_until: datetime
    items: tuple[AgendaItem, ...]


@dataclass(frozen=True, slots=True)
class Agenda:
    """A local day: the reminders to make, and all there is to do, reminded or not."""

    local_day: date
    entries: tuple[AgendaEntry, ...]
    items: tuple[AgendaItem, ...]  # everything open today, by due time
    not_reminded: Mapping[UUID, NotReminded]  # first occurrence id -> why
