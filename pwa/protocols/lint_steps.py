"""Linting steps, restrictions and courses one by one: no contradictions, quiet hours kept."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from pwa.domain.preferences import Preferences
from pwa.domain.protocol import (
    Anchor,
    Course,
    FactName,
    Gate,
    Protocol,
    QuietPolicy,
    Restriction,
    Step,
    StepKind,
)
from pwa.domain.quiet_hours import is_quiet, shifted
from pwa.domain.schedule import Anchors, resolve
from pwa.protocols.findings import Finding, error
from pwa.protocols.lint_days import opens_skin

LONGEST_COOLING = timedelta(minutes=15)
USUAL = Preferences(ZoneInfo("UTC"))
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
USUAL_DAY = Anchors(
    day=NOON.date(),
    zone=USUAL.zone,
    wake=USUAL.wake,
    bed=USUAL.quiet.start,
    treated_at=NOON,
    treated_on=date(2026, 3, 1),
    noon=NOON,
    check_in=NOON.replace(hour=10),
)


def steps_findings(protocol: Protocol) -> Iterator[Finding]:
    """Everything wrong with single steps, restrictions and courses."""
    for number, step in enumerate(protocol.steps):
        path = f"steps[{number}]"
        yield from _reference_findings(path, step, protocol)
        yield from _step_findings(path, step, protocol)
        yield from _quiet_findings(path, step)
    for number, restriction in enumerate(protocol.restrictions):
        path = f"restrictions[{number}]"
        yield from _reference_findings(path, restriction, protocol)
        yield from _restriction_findings(path, restriction, protocol)
    yield from _course_findings(protocol)


def _reference_findings(path: str, one: Step | Restriction, protocol: Protocol) -> Iterator[Finding]:
    for variant in sorted(one.variants or ()):
        if variant not in protocol.variants:
            yield error(f"{path}.variants", f'the variant "{variant}" is not one of this protocol')
    for area in sorted(one.areas or ()):
        if area not in protocol.areas:
            yield error(f"{path}.areas", f'the area "{area}" is not one of this protocol')
    if one.fact is not None and one.fact not in {question.name for question in protocol.facts}:
        yield error(f"{path}.fact", f'nobody is asked for the fact "{one.fact}"')


def _step_findings(path: str, step: Step, protocol: Protocol) -> Iterator[Finding]:
    if step.days.span.last > protocol.last_day or step.days.span.first < protocol.phases[0].span.first:
        yield error(f"{path}.days", "goes beyond the days of the phases")
    if step.strict and step.kind is not StepKind.SUN:
        yield error(f"{path}.strict", "only a sun step can be strict")
    if (step.kind is StepKind.MEDICINE) != (step.only_if_prescribed is not None):
        yield error(f"{path}.only_if_prescribed", "belongs to medicine, and medicine to what was prescribed")
    if step.kind is StepKind.SUNSCREEN:
        yield from _sunscreen_findings(path, step, protocol)
    if step.kind is StepKind.COOLING or step.timer or step.timer_most:
        yield from _timer_findings(path, step)


def _sunscreen_findings(path: str, step: Step, protocol: Protocol) -> Iterator[Finding]:
    if step.days.span.first < 0:
        return
    if opens_skin(protocol) and step.gate is not Gate.NEEDS_FACT:
        yield error(
            f"{path}.gate", "sunscreen must wait for closed skin (needs_fact) where the laser opens it"
        )
    if step.gate not in {Gate.NEEDS_FACT, Gate.NOT_OPEN} or step.fact is not FactName.SKIN_CLOSED:
        yield error(f"{path}.gate", "sunscreen must be gated by skin_closed")
    if step.gate is Gate.NEEDS_FACT and step.days.span.first < protocol.heal_days.min:
        yield error(
            f"{path}.days.first",
            f"sunscreen before day {protocol.heal_days.min}, when skin can first be closed",
        )


def _timer_findings(path: str, step: Step) -> Iterator[Finding]:
    if step.timer is None or step.timer_most is None:
        yield error(f"{path}.timer", "needs both timer and timer_most")
        return
    if step.timer > step.timer_most:
        yield error(f"{path}.timer", "is longer than timer_most")
    if step.kind is StepKind.COOLING and step.timer_most > LONGEST_COOLING:
        yield error(f"{path}.timer_most", "cooling never lasts longer than 15 minutes")


def _quiet_findings(path: str, step: Step) -> Iterator[Finding]:
    if step.quiet is QuietPolicy.DELIVER and step.kind is not StepKind.MEDICINE:
        yield error(f"{path}.quiet", "only medicine may come in quiet hours")
    for slot, at in enumerate(step.times):
        due = resolve(at, USUAL_DAY)
        if at.anchor is Anchor.TREATED or due is None or not is_quiet(USUAL.quiet, USUAL.zone, due):
            continue
        moved = shifted(USUAL.quiet, USUAL.zone, due)
        if step.quiet is QuietPolicy.DROP:
            yield error(f"{path}.times[{slot}]", "falls in the usual quiet hours, so nobody is reminded")
        elif step.quiet is QuietPolicy.SHIFT and (moved is None or not due <= moved < due + step.window):
            yield error(
                f"{path}.times[{slot}]", "falls in the usual quiet hours and is shifted out of its window"
            )


def _restriction_findings(path: str, restriction: Restriction, protocol: Protocol) -> Iterator[Finding]:
    until = restriction.until_day
    if until is not None and until <= restriction.since_day:
        yield error(f"{path}.until_day", f"day {until} comes before it starts on day {restriction.since_day}")
    if until is not None and until > protocol.last_day + 1:
        yield error(f"{path}.until_day", "comes after the plan has ended")


def _course_findings(protocol: Protocol) -> Iterator[Finding]:
    seen: set[tuple[str, str | None]] = set()
    for number, course in enumerate(protocol.courses):
        path = f"courses[{number}]"
        yield from _bound_findings(path, course)
        whose: tuple[str | None, ...] = tuple(sorted(course.variants or ())) or (None,)
        for variant in whose:
            if (course.symptom, variant) in seen or (course.symptom, None) in seen:
                yield error(path, f'"{course.symptom}" has its course twice')
            seen.add((course.symptom, variant))


def _bound_findings(path: str, course: Course) -> Iterator[Finding]:
    for place, (one, next_one) in enumerate(pairwise(course.bounds), start=1):
        if next_one.span.first != one.span.last + 1:
            yield error(f"{path}.bounds[{place}].first", "must be the day after the bound before")
    if course.symptom != "pain" and any(bound.at_most > 3 for bound in course.bounds):
        yield error(f"{path}.bounds", "goes above 3, the highest value there is")
