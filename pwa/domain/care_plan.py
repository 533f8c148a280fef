"""A care plan: one treatment of one patient, and the tasks it asks for (FHIR CarePlan)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID, uuid5

from pwa.domain.errors import BadInput
from pwa.domain.protocol import Area, FactName, Gate, Protocol, Step


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
    """A step instantiated in a care plan, from day `starts_on` up to, not including, `ends_on`.

    Never edited in place: on any day the highest version that has started holds, so a later version
    that has already ended ends the step.
    """

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


def instantiate(
    protocol: Protocol,
    care_plan_id: UUID,
    treated_on: date,
    variant: str | None,
    area: Area | None,
    prescribed: frozenset[str],
    new_id: Callable[[], UUID],
) -> tuple[Task, ...]:
    """One task for each step that holds for this treatment, in the protocol's order.

    An unknown variant takes the steps of every variant, an unknown area those of every area.
    Raises BadInput for a variant or area the protocol does not have.
    """
    _check_choice(protocol, variant, area)
    return tuple(
        Task(
            id=new_id(),
            care_plan_id=care_plan_id,
            step_id=step.id,
            version=1,
            starts_on=treated_on + timedelta(days=step.days.span.first),
            ends_on=treated_on + timedelta(days=_last_day(step, protocol) + 1),
        )
        for step in protocol.steps
        if _holds_for(step, variant, area, prescribed)
    )


def _check_choice(protocol: Protocol, variant: str | None, area: Area | None) -> None:
    if variant is not None and variant not in protocol.variants:
        known = ", ".join(protocol.variants) or "none"
        raise BadInput(f'{protocol.procedure} has no variant "{variant}". It has: {known}.')
    if area is not None and protocol.areas and area not in protocol.areas:
        known = ", ".join(protocol.areas)
        raise BadInput(f'{protocol.procedure} is not done on the area "{area}". It is done on: {known}.')


def _holds_for(step: Step, variant: str | None, area: Area | None, prescribed: frozenset[str]) -> bool:
    if step.only_if_prescribed is not None and step.only_if_prescribed not in prescribed:
        return False
    if variant is not None and step.variants is not None and variant not in step.variants:
        return False
    return area is None or step.areas is None or area in step.areas


def _last_day(step: Step, protocol: Protocol) -> int:
    """A step that waits for the skin may outlast its usual days, up to the plan's end."""
    last = step.days.span.last
    return max(last, protocol.last_day) if step.gate is Gate.UNTIL_FACT else last


def revise(
    tasks: Iterable[Task], wanted: Iterable[Task], from_day: date, new_id: Callable[[], UUID]
) -> tuple[Task, ...]:
    """The new versions to store so that `wanted` holds from `from_day` on; the past stays as it was.

    `wanted` comes from `instantiate` with the new date, protocol or choices. A step no longer wanted
    gets a version that ends where it starts.
    """
    old = tuple(tasks)
    version = max((task.version for task in old), default=0) + 1
    wanted_steps = {task.step_id: task for task in wanted}
    fresh = [
        replace(task, version=version, starts_on=from_day, ends_on=max(from_day, task.ends_on))
        for task in wanted_steps.values()
    ]
    dropped = {task.step_id: task for task in old if task.step_id not in wanted_steps}
    ended = [
        replace(task, id=new_id(), version=version, starts_on=from_day, ends_on=from_day)
        for task in dropped.values()
    ]
    return (*fresh, *ended)


def tasks_on(tasks: Iterable[Task], day: date) -> tuple[Task, ...]:
    """The tasks in force on a day, one per step, in the order given."""
    latest: dict[str, Task] = {}
    for task in tasks:
        held = latest.get(task.step_id)
        if task.starts_on <= day and (held is None or task.version > held.version):
            latest[task.step_id] = task
    return tuple(task for task in latest.values() if day < task.ends_on)


def task_on(tasks: Iterable[Task], step_id: str, day: date) -> Task | None:
    """The task in force for a step on a day, or None."""
    return next((task for task in tasks_on(tasks, day) if task.step_id == step_id), None)


def step_of(protocol: Protocol, step_id: str) -> Step | None:
    """The protocol's step of that id, or None when this version has no such step."""
    return next((step for step in protocol.steps if step.id == step_id), None)
