"""A care plan: one treatment of one patient, and the tasks it asks for (FHIR CarePlan)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID, uuid5

from pwa.domain.protocol import Area, FactName, Protocol


class CarePlanStatus(StrEnum):
    DRAFT = "draft"
    ACTIVE = "active"
    ON_HOLD = "on_hold"
    COMPLETED = "completed"
    REVOKED = "revoked"


class OutcomeValue(StrEnum):
    """What a patient did with an occurrence; `undone` takes back the one before it."""

    DONE = "done"
    SNOOZED = "snoozed"
    SKIPPED = "skipped"
    UNDONE = "undone"


@dataclass(frozen=True, slots=True)
class Task:
    """A step instantiated in a care plan, from day `starts_on` up to, not including, `ends_on`."""

    id: UUID
    care_plan_id: UUID
    step_id: str
    version: int
    starts_on: date
    ends_on: date


@dataclass(frozen=True, slots=True)
class CarePlan:
    """One treatment: when (instant and the local date it fell on), what, and where on the body."""

    id: UUID
    status: CarePlanStatus
    protocol: Protocol
    variant: str | None  # None: not known, so the stricter rule of each variant holds
    area: Area | None
    treated_at: datetime  # aware UTC
    treated_on: date  # day 0, in the clinic's zone
    tasks: tuple[Task, ...]

    def day_number(self, day: date) -> int:
        """How many days after the treatment `day` is; negative before it."""
        return (day - self.treated_on).days

    def date_of(self, day_number: int) -> date:
        """The calendar date of a day number."""
        return self.treated_on + timedelta(days=day_number)


@dataclass(frozen=True, slots=True)
class Fact:
    """Whether something about the skin is so, as last said by the patient or the clinic."""

    care_plan_id: UUID
    name: FactName
    value: bool
    recorded_at: datetime


def occurrence_id(care_plan_id: UUID, step_id: str, day: date, slot: int) -> UUID:
    """The name of one due moment: the same however times, zone or reminders change.

    One step of one plan is due once per local date and slot, so these four name it; two
    machines that compute it agree.
    """
    return uuid5(care_plan_id, f"{step_id}/{day.isoformat()}/{slot}")
