"""What has been said about the skin, and what that allows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from uuid import UUID

from pwa.domain.care_plan import CarePlan, Fact
from pwa.domain.protocol import Area, FactName, Gate, Protocol, Step, StepKind

FACE = frozenset({Area.FULL_FACE, Area.AROUND_EYES, Area.MOUTH})
EXPECTS_OPEN_SKIN = frozenset({Gate.UNTIL_FACT, Gate.NEEDS_FACT})


class Said:
    """The latest answer for each plan and fact; what nobody answered is None."""

    __slots__ = ("_latest",)

    def __init__(self, facts: Iterable[Fact]) -> None:
        # Of two answers in the same instant the "no" holds: it is the careful one.
        ordered = sorted(facts, key=lambda fact: (fact.recorded_at, not fact.value))
        self._latest = {(fact.care_plan_id, fact.name): fact.value for fact in ordered}

    def about(self, care_plan_id: UUID, name: FactName) -> bool | None:
        """The last answer, or None when nobody has said."""
        return self._latest.get((care_plan_id, name))


def gate_opens(step: Step, care_plan_id: UUID, said: Said) -> bool:
    """Whether what is known about the skin lets this step be asked."""
    answer = said.about(care_plan_id, step.fact or FactName.SKIN_CLOSED)
    if step.gate is Gate.UNTIL_FACT:
        return answer is not True
    if step.gate is Gate.NEEDS_FACT:
        return answer is True
    return step.gate is Gate.ALWAYS or answer is not False


def is_asked_on(step: Step, day_number: int, last_day: int) -> bool:
    """Whether a step's days hold `day_number`; one that waits for the skin goes on to the plan's end."""
    if day_number in step.days:
        return True
    span = step.days.span
    waits = step.gate is Gate.UNTIL_FACT and span.last < day_number <= last_day
    return waits and (day_number - span.first) % step.days.every == 0


def skin_is_closed(plan: CarePlan, day_number: int, said: Said) -> bool:
    """Whether nothing speaks for open skin on this day; unanswered is open where the protocol opens it."""
    if day_number < 0:
        return True
    answer = said.about(plan.id, FactName.SKIN_CLOSED)
    return answer if answer is not None else not _opens_skin(plan)


def _opens_skin(plan: CarePlan) -> bool:
    own_steps = {task.step_id for task in plan.tasks}
    return any(
        step.gate in EXPECTS_OPEN_SKIN and (step.fact or FactName.SKIN_CLOSED) is FactName.SKIN_CLOSED
        for step in plan.protocol.steps
        if step.id in own_steps
    )


def forbids_sunscreen(plan: CarePlan, day_number: int, said: Said) -> bool:
    """Whether this plan's skin may not have sunscreen yet: it is open, or its earliest day is to come."""
    if day_number < 0:
        return False
    return not skin_is_closed(plan, day_number, said) or day_number < _first_sunscreen_day(plan)


def _first_sunscreen_day(plan: CarePlan) -> int:
    own_steps = {task.step_id for task in plan.tasks}
    days = (
        step.days.span.first
        for step in plan.protocol.steps
        if step.kind is StepKind.SUNSCREEN and step.id in own_steps and step.days.span.first >= 0
    )
    return min(days, default=0)


def as_skin_needs(step: Step, plan: CarePlan, day_number: int, said: Said) -> Step:
    """The step, or on skin that was said to be open its strict form: no sun at all, in the strict words."""
    is_mild = step.kind is StepKind.SUN and not step.strict
    if not is_mild or day_number < 0 or said.about(plan.id, FactName.SKIN_CLOSED) is not False:
        return step
    return replace(step, strict=True, text_id=_strict_sun_text(plan.protocol) or step.text_id)


def _strict_sun_text(protocol: Protocol) -> str | None:
    """What the protocol says of the sun to open skin; its first days' strict words where it has no other."""
    strict = [step for step in protocol.steps if step.kind is StepKind.SUN and step.strict]
    chosen = max(strict, key=lambda step: step.gate is Gate.UNTIL_FACT, default=None)
    return None if chosen is None else chosen.text_id


def areas_overlap(one: Area | None, other: Area | None) -> bool:
    """Whether two treatments may share skin; an unknown area may lie anywhere."""
    if one is None or other is None or one is other:
        return True
    if one in FACE and other in FACE:
        return Area.FULL_FACE in (one, other)
    return Area.BODY in (one, other) and not {one, other} & FACE
