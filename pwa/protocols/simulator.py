"""A rehearsal: every reminder one patient would get from a protocol, without a database or a clock.

Each day is composed with the facts that hold by then, as if nothing had been done, snoozed or missed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from pwa.domain.agenda import Agenda, Place, Preferences, Settled, compose
from pwa.domain.care_plan import CarePlan, CarePlanStatus, Fact, instantiate
from pwa.domain.errors import BadInput
from pwa.domain.opening_hours import OpeningHours
from pwa.domain.protocol import Area, Protocol, StepKind
from pwa.domain.schedule import MIDNIGHT, local_day, to_utc

REHEARSAL = UUID(
    "5eed0000-0000-4000-8000-000000000000"
)  # one made-up plan, so that ids are the same each time
LONGEST = 800  # days
NOTHING_PRESCRIBED: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class SimulatedReminder:
    """One thing a reminder asks for. Those due within 15 minutes of each other come as one reminder."""

    due_at: datetime  # aware UTC
    local: datetime  # the same instant on the patient's wall
    day: int  # day number, of the day it belongs to
    kind: StepKind
    step: str
    useful_until: datetime  # aware UTC


@dataclass(frozen=True, slots=True)
class Case:
    """A made-up patient: `treated_at` without an offset is wall-clock time in `zone`."""

    treated_at: datetime
    zone: ZoneInfo
    hours: OpeningHours
    place: Place
    healed_day: int | None = None  # None: the typical day
    variant: str | None = None
    area: Area | None = None
    prescribed: frozenset[str] = NOTHING_PRESCRIBED
    preferences: Preferences | None = None  # None: the usual ones


def simulate(
    protocol: Protocol,
    treated_at: datetime,
    zone: ZoneInfo,
    days: int,
    hours: OpeningHours,
    place: Place,
    healed_day: int | None = None,
    variant: str | None = None,
    area: Area | None = None,
    prescribed: frozenset[str] = NOTHING_PRESCRIBED,
    first_day: int = 0,
) -> list[SimulatedReminder]:
    """The reminders of day numbers `first_day` up to, not including, `first_day + days`, by due time.

    `treated_at` without an offset is wall-clock time in `zone`. `healed_day` is when the patient says
    yes to every question about the skin; None is the typical day, for those the protocol always asks.
    Raises BadInput for a variant, area or number that cannot be.
    """
    case = Case(treated_at, zone, hours, place, healed_day, variant, area, prescribed)
    reminders = [
        SimulatedReminder(
            item.due_at,
            item.due_at.astimezone(zone),
            item.day_number,
            item.kind,
            item.step_id,
            item.useful_until,
        )
        for agenda in rehearse(protocol, case, days, first_day)
        for entry in agenda.entries
        for item in entry.items
    ]
    return sorted(reminders, key=lambda each: (each.due_at, each.step))


def rehearse(protocol: Protocol, case: Case, days: int, first_day: int = 0) -> Iterator[Agenda]:
    """The whole agenda of each of those days, also what got no reminder; raises BadInput as above."""
    if not 1 <= days <= LONGEST:
        raise BadInput(f"The number of days must be from 1 to {LONGEST}.")
    if case.healed_day is not None and not 0 <= case.healed_day <= LONGEST:
        raise BadInput(f"The healed day must be from 0 to {LONGEST}.")
    plan = _plan(protocol, case)
    wishes = case.preferences or Preferences(case.zone)
    facts = tuple(_facts(plan, case))
    for number in range(first_day, first_day + days):
        day = plan.date_of(number)
        known = [fact for fact in facts if local_day(fact.recorded_at, case.zone) <= day]
        yield compose([plan], known, wishes, case.place, day, Settled(), case.hours)


def _plan(protocol: Protocol, case: Case) -> CarePlan:
    at = case.treated_at
    aware = at if at.tzinfo else to_utc(at.date(), at.time(), case.zone)
    treated_on = local_day(aware, case.hours.zone)
    numbers = count(1)
    tasks = instantiate(
        protocol,
        REHEARSAL,
        treated_on,
        case.variant,
        case.area,
        case.prescribed,
        lambda: uuid5(REHEARSAL, str(next(numbers))),
    )
    return CarePlan(
        id=REHEARSAL,
        status=CarePlanStatus.ACTIVE,
        protocol=protocol,
        variant=case.variant,
        area=case.area,
        treated_at=aware.astimezone(UTC),
        treated_on=treated_on,
        tasks=tasks,
    )


def _facts(plan: CarePlan, case: Case) -> Iterator[Fact]:
    """A yes to each question the protocol asks, said as the day begins."""
    typical = case.healed_day is None
    number = plan.protocol.heal_days.typical if case.healed_day is None else case.healed_day
    for question in plan.protocol.facts:
        if question.ask_from is not None or not typical:
            yield Fact(plan.id, question.name, True, to_utc(plan.date_of(number), MIDNIGHT, case.zone))
