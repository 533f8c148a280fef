"""Occurrences: what one plan's tasks ask for on one local day, and what became of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from uuid import UUID

from pwa.domain import healing
from pwa.domain.care_plan import CarePlan, occurrence_id, tasks_on
from pwa.domain.healing import Said
from pwa.domain.opening_hours import (
    CheckInTimes,
    OpeningHours,
    check_in_times,
    closed_days_before,
    opening_of,
)
from pwa.domain.preferences import Preferences
from pwa.domain.protocol import Anchor, Step, StepKind
from pwa.domain.schedule import Anchors, day_bounds, day_exists, resolve
from pwa.domain.sun import Place, solar_noon

LEAST_APART = timedelta(hours=2)  # between two moments of one step that are not counted from the same


@dataclass(frozen=True, slots=True)
class Snooze:
    """An occurrence put off: `number` counts the snoozes of this occurrence from 1."""

    until: datetime
    number: int
    asked_at: datetime | None = None  # when the patient tapped Later; None: not known


@dataclass(frozen=True, slots=True)
class Settled:
    """What has already happened to this patient's occurrences."""

    done: frozenset[UUID] = frozenset()
    skipped: frozenset[UUID] = frozenset()
    snoozed: Mapping[UUID, Snooze] = field(default_factory=dict)
    reminded: Mapping[UUID, int] = field(default_factory=dict)  # leased or sent: highest snooze number
    sent_on: Mapping[date, int] = field(default_factory=dict)  # nominal day -> reminders sent or leased


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What every plan of one patient shares on one local day."""

    day: date
    preferences: Preferences
    place: Place
    hours: OpeningHours
    said: Said


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One due moment of one step, before it is merged with others."""

    id: UUID
    plan: CarePlan
    step: Step
    nominal_day: date
    slot: int
    due_at: datetime
    useful_until: datetime
    repeats: bool = False  # its plan has already asked for as much earlier on this day
    extra: bool = False  # a second check-in on one day; it costs nothing of the day's budget
    rank: int = 0  # its place among the same kind of its source on this day
    snooze: int = 0
    snoozed_at: datetime | None = None

    @property
    def day_number(self) -> int:
        """Days since the treatment of its plan."""
        return self.plan.day_number(self.nominal_day)

    @property
    def source(self) -> tuple[UUID, tuple[str, ...]]:
        """What it can be doubled by: another plan, or another variant while the variant is not known."""
        unknown = self.plan.variant is None and self.step.variants is not None
        return self.plan.id, tuple(sorted(self.step.variants or ())) if unknown else ()

    @property
    def not_before(self) -> datetime | None:
        """After-care has no meaning before the treatment."""
        return self.plan.treated_at if _is_after_care(self.step) else None

    @property
    def not_after(self) -> datetime | None:
        """Preparing has none from the treatment on."""
        return self.plan.treated_at if self.step.kind is StepKind.PREPARE else None


def occurrences_on(plan: CarePlan, given: Circumstances) -> tuple[Occurrence, ...]:
    """Every occurrence of a plan on a local day, whatever has become of it."""
    if not day_exists(given.day, given.preferences.zone):
        return ()
    check_ins = check_in_times(
        given.hours, given.day, plan.treated_at if given.day == plan.treated_on else None
    )
    anchors = Anchors(
        day=given.day,
        zone=given.preferences.zone,
        wake=given.preferences.wake,
        bed=given.preferences.quiet.start,
        treated_at=plan.treated_at,
        treated_on=plan.treated_on,
        noon=solar_noon(given.place, given.day, given.preferences.zone),
        check_in=check_ins.regular,
    )
    found = [
        occurrence
        for step in _steps_asked(plan, given)
        for occurrence in _occurrences_of(step, plan, anchors, check_ins)
    ]
    return _ranked(found)


def _steps_asked(plan: CarePlan, given: Circumstances) -> Iterator[Step]:
    steps = _steps_of_the_day(plan, given)
    asked = {step.id for step in steps}
    number = plan.day_number(given.day)
    for step in steps:
        if not step.not_with & asked:
            yield healing.as_skin_needs(step, plan, number, given.said)


def _steps_of_the_day(plan: CarePlan, given: Circumstances) -> list[Step]:
    today = _step_ids_asked(plan, given.day)
    is_open = opening_of(given.hours, given.day) is not None
    # What is asked while the clinic is open and fell on closed days comes on the day it opens again.
    made_up = {id for day in closed_days_before(given.hours, given.day) for id in _step_ids_asked(plan, day)}
    waiting = (today | made_up) if is_open else frozenset()
    return [
        step
        for step in plan.protocol.steps
        if step.id in (waiting if _waits_for_opening(step) else today)
        and healing.gate_opens(step, plan.id, given.said)
    ]


def _step_ids_asked(plan: CarePlan, day: date) -> frozenset[str]:
    in_force = {task.step_id for task in tasks_on(plan.tasks, day)}
    number, last = plan.day_number(day), plan.protocol.last_day
    return frozenset(
        step.id
        for step in plan.protocol.steps
        if step.id in in_force and healing.is_asked_on(step, number, last)
    )


def _waits_for_opening(step: Step) -> bool:
    """Nobody visits a closed clinic, and a check-in is asked for while somebody may read it."""
    return step.kind is StepKind.VISIT or any(at.anchor is Anchor.CHECK_IN for at in step.times)


@dataclass(frozen=True, slots=True)
class _Moment:
    """When a slot of a step is due, and what that was counted from."""

    slot: int
    anchor: Anchor
    due_at: datetime


def _occurrences_of(
    step: Step, plan: CarePlan, anchors: Anchors, check_ins: CheckInTimes
) -> Iterator[Occurrence]:
    wanted = [each for each in _moments(step, plan, anchors, check_ins) if _has_meaning(step, plan, each)]
    for number, moment in enumerate(_apart(step, wanted)):
        yield Occurrence(
            id=occurrence_id(plan.id, step.id, anchors.day, moment.slot),
            plan=plan,
            step=step,
            nominal_day=anchors.day,
            slot=moment.slot,
            due_at=moment.due_at,
            useful_until=moment.due_at + step.window,
            extra=moment.slot == len(step.times) and number > 0,
        )


def _moments(step: Step, plan: CarePlan, anchors: Anchors, check_ins: CheckInTimes) -> Iterator[_Moment]:
    for slot, at in enumerate(step.times):
        due = resolve(at, anchors)
        if due is not None:
            yield _Moment(slot, at.anchor, check_ins.inside(due) if at.anchor is Anchor.CHECK_IN else due)
    if step.kind is StepKind.CHECK_IN and _waits_for_opening(step) and check_ins.evening is not None:
        number = plan.day_number(anchors.day)
        # A weekly check-in loses nothing to a closed day; only a daily one is doubled before it.
        if number == 0 or number + 1 in step.days:
            yield _Moment(len(step.times), Anchor.CHECK_IN, check_ins.evening)


def _has_meaning(step: Step, plan: CarePlan, moment: _Moment) -> bool:
    if step.kind is StepKind.PREPARE:
        return moment.due_at < plan.treated_at
    return moment.due_at >= plan.treated_at or not _is_after_care(step)


def _is_after_care(step: Step) -> bool:
    return step.kind is not StepKind.PREPARE and step.days.span.first >= 0


def _apart(step: Step, moments: Iterable[_Moment]) -> list[_Moment]:
    """The moments by time, without those that only this day's hours have brought close together."""
    kept: list[_Moment] = []
    for each in sorted(moments, key=lambda moment: (moment.due_at, moment.slot)):
        # Nobody but a clinician leaves out a dose.
        if not kept or step.kind is StepKind.MEDICINE or not _has_come_close(kept[-1], each):
            kept.append(each)
    return kept


def _has_come_close(one: _Moment, later: _Moment) -> bool:
    """Times from one anchor are as far apart as the protocol wants; only check-ins are moved after that."""
    if later.anchor is one.anchor and later.anchor is not Anchor.CHECK_IN:
        return False
    return later.due_at - one.due_at < LEAST_APART


def _ranked(occurrences: list[Occurrence]) -> tuple[Occurrence, ...]:
    """Number the same kind of the same source by due time, before anything is settled or dropped."""
    counts: dict[tuple[StepKind, bool, tuple[UUID, tuple[str, ...]]], int] = {}
    ranked: list[Occurrence] = []
    for occurrence in sorted(occurrences, key=lambda each: (each.due_at, each.step.id, each.slot)):
        key = (occurrence.step.kind, occurrence.step.strict, occurrence.source)
        rank = counts.get(key, 0)
        counts[key] = rank + 1
        repeats = any(_repeats(occurrence, earlier) for earlier in ranked)
        ranked.append(replace(occurrence, rank=rank, repeats=repeats))
    return tuple(ranked)


def _repeats(later: Occurrence, one: Occurrence) -> bool:
    """Whether the later one asks, of the same patient, for no more than the one before it."""
    (_, variants), (_, later_variants) = one.source, later.source
    return (
        one.step.kind is later.step.kind
        and one.due_at < later.due_at
        and (one.step.strict or not later.step.strict)
        and (not variants or not later_variants or variants == later_variants)
    )


def settle(occurrence: Occurrence, settled: Settled, given: Circumstances) -> Occurrence | None:
    """The occurrence as it stands now: put off if it was snoozed, None if it is done or skipped."""
    if occurrence.id in settled.done or occurrence.id in settled.skipped:
        return None
    snooze = settled.snoozed.get(occurrence.id)
    if snooze is None:
        return occurrence
    _, end_of_day = day_bounds(given.day, given.preferences.zone)
    # Put off past its day it would meet its own successor; a night-time one keeps its own window.
    latest = max(end_of_day, occurrence.useful_until)
    due = max(snooze.until, occurrence.due_at)
    window: timedelta = occurrence.step.window
    return replace(
        occurrence,
        due_at=due,
        useful_until=min(due + window, latest),
        snooze=snooze.number,
        snoozed_at=snooze.asked_at,
    )
