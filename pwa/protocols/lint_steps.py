"""Linting steps and courses one by one: no contradictions, quiet hours kept, windows that end in time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise, product
from zoneinfo import ZoneInfo

from pwa.domain.preferences import Preferences
from pwa.domain.protocol import (
    Anchor,
    Course,
    DayCard,
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
LONGEST_WINDOW = timedelta(hours=24)
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
    """Everything wrong with single steps and courses."""
    for number, step in enumerate(protocol.steps):
        path = f"steps[{number}]"
        yield from reference_findings(path, step, protocol)
        yield from fact_findings(path, step.fact, protocol)
        yield from _step_findings(path, step, protocol)
        yield from _quiet_findings(path, step)
        yield from _window_findings(path, step)
    for number, card in enumerate(protocol.cards):
        yield from reference_findings(f"cards[{number}]", card, protocol)
    yield from _course_findings(protocol)


def reference_findings(
    path: str, one: Step | Restriction | DayCard | Course, protocol: Protocol
) -> Iterator[Finding]:
    """A variant or an area that the protocol does not have."""
    for variant in sorted(one.variants or ()):
        if variant not in protocol.variants:
            yield error(f"{path}.variants", f'the variant "{variant}" is not one of this protocol')
    for area in sorted(one.areas or ()):
        if area not in protocol.areas:
            yield error(f"{path}.areas", f'the area "{area}" is not one of this protocol')


def fact_findings(path: str, fact: FactName | None, protocol: Protocol) -> Iterator[Finding]:
    """A fact that no question asks for would be waited for in vain."""
    if fact is not None and fact not in {question.name for question in protocol.facts}:
        yield error(f"{path}.fact", f'nobody is asked for the fact "{fact}"')


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


def _window_findings(path: str, step: Step) -> Iterator[Finding]:
    """Yesterday's reminder must not stand beside today's, nor the morning's beside the evening's."""
    if step.window > LONGEST_WINDOW:
        yield error(f"{path}.window", "is longer than a day")
        return
    dues = sorted(
        due
        for at in step.times
        if at.anchor is not Anchor.TREATED and (due := resolve(at, USUAL_DAY)) is not None
    )
    # Across midnight too; a step of single days has no next one, but its window then ends within the day.
    following = [*dues[1:], *(due + LONGEST_WINDOW for due in dues[:1])]
    if any(due + step.window > next_due for due, next_due in zip(dues, following, strict=True)):
        yield error(f"{path}.window", "goes on when it is due again")


def _course_findings(protocol: Protocol) -> Iterator[Finding]:
    seen: set[tuple[str, str | None, str | None]] = set()
    for number, course in enumerate(protocol.courses):
        path = f"courses[{number}]"
        yield from reference_findings(path, course, protocol)
        yield from _bound_findings(path, course)
        variants = course.variants or protocol.variants or (None,)
        cases = set(product([course.symptom], variants, course.areas or protocol.areas or (None,)))
        if cases & seen:
            yield error(path, f'"{course.symptom}" has its course twice')
        seen |= cases


def _bound_findings(path: str, course: Course) -> Iterator[Finding]:
    for place, (one, next_one) in enumerate(pairwise(course.bounds), start=1):
        if next_one.span.first != one.span.last + 1:
            yield error(f"{path}.bounds[{place}].first", "must be the day after the bound before")
    if course.symptom != "pain" and any(bound.at_most > 3 for bound in course.bounds):
        yield error(f"{path}.bounds", "goes above 3, the highest value there is")
