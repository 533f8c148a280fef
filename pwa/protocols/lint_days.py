"""Linting days: phases without gaps, and care on every day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import pairwise, product

from pwa.domain.answers import SIGNS
from pwa.domain.care_plan import Fact
from pwa.domain.healing import Said, gate_opens, is_asked_on
from pwa.domain.protocol import FactName, Gate, Phase, PhaseSpan, Protocol, Step, StepKind
from pwa.protocols.findings import Finding, error, warning
from pwa.protocols.simulator import REHEARSAL

LONGEST_WITHOUT_CHECK_IN = 7  # days, while check-ins go on
A_DAY = datetime(2026, 3, 2, 10, tzinfo=UTC)
NOBODY_SAID = Said(())


def days_findings(protocol: Protocol) -> Iterator[Finding]:
    """Everything wrong with the phases, and every day that is left to chance."""
    yield from _phase_findings(protocol)
    for number, phase in enumerate(protocol.phases):
        yield from _phase_content_findings(f"phases[{number}]", phase)
    yield from _coverage_findings(protocol)
    yield from _card_findings(protocol)


def _phase_findings(protocol: Protocol) -> Iterator[Finding]:
    phases = protocol.phases
    if [phase.phase for phase in phases] != list(Phase):
        yield error("phases", f"must be {', '.join(Phase)}, in this order")
    for number, (one, next_one) in enumerate(pairwise(phases), start=1):
        if next_one.span.first > one.span.last + 1:
            yield error(
                f"phases[{number}].first", f"leaves days {one.span.last + 1} to {next_one.span.first - 1} out"
            )
        elif next_one.span.first <= one.span.last:
            yield error(
                f"phases[{number}].first", f"overlaps the phase before, which ends on day {one.span.last}"
            )
    if phases[-1].span.last != protocol.last_day:
        yield error(
            "last_day", f"is {protocol.last_day}, but the last phase ends on day {phases[-1].span.last}"
        )
    if protocol.delayed_healing_flag_day < protocol.heal_days.typical:
        yield error("delayed_healing_flag_day", "comes before the typical healing day")


def _phase_content_findings(path: str, phase: PhaseSpan) -> Iterator[Finding]:
    for place, sign in enumerate(phase.safety_set):
        if sign not in SIGNS:
            yield error(f"{path}.safety_set[{place}]", f'"{sign}" is not a yes-or-no sign')
    if phase.phase is Phase.ACUTE and phase.span.first != 0:
        yield error(f"{path}.first", "the acute phase starts on day 0")


def _coverage_findings(protocol: Protocol) -> Iterator[Finding]:
    """Days on which the sun, an open wound or the patient's state is left to chance."""
    for variant in _variants(protocol):
        steps = [
            step
            for step in protocol.steps
            if variant is None or not step.variants or variant in step.variants
        ]
        whose = f" ({variant})" if variant else ""
        for said, when in (
            (NOBODY_SAID, "while nobody said that the skin has closed"),
            (_said_closed(), "once the skin has closed"),
        ):
            yield from _sun_findings(protocol, steps, said, f"{when}{whose}")
        yield from _wound_findings(protocol, steps, whose)
        yield from _check_in_findings(protocol, steps, whose)


def _said_closed() -> Said:
    return Said(Fact(REHEARSAL, name, True, A_DAY) for name in FactName)


def _sun_findings(protocol: Protocol, steps: list[Step], said: Said, when: str) -> Iterator[Finding]:
    sun_days = [step.days.span.first for step in steps if step.kind is StepKind.SUN]
    if said is NOBODY_SAID and not any(step.strict for step in steps):
        yield error("steps", "no strict sun step, so there are no words for skin that is said to be open")
    if not sun_days or min(sun_days) > -1:
        yield error("steps", f"nothing speaks of the sun before the treatment, {when}")
    first = min([0, *sun_days])
    if said is not NOBODY_SAID:
        first = protocol.heal_days.typical
    bare = [
        day
        for day in range(first, protocol.last_day + 1)
        if not _asked(steps, StepKind.SUN, day, said, protocol.last_day)
    ]
    if bare:
        yield error("steps", f"no sun step on {_days(bare)}, {when}")
    if said is NOBODY_SAID:
        yield from _strict_sun_findings(protocol, steps, when)


def _strict_sun_findings(protocol: Protocol, steps: list[Step], when: str) -> Iterator[Finding]:
    """Skin that may be open cannot stand any sun: a hat and sunscreen are not enough on it."""
    strict = [step for step in steps if step.strict]
    last = protocol.last_day if opens_skin(protocol) else protocol.heal_days.max
    bare = [
        day
        for day in range(last + 1)
        if not _asked(strict, StepKind.SUN, day, NOBODY_SAID, protocol.last_day)
    ]
    if bare:
        yield error("steps", f"no strict sun step on {_days(bare)}, {when}")


def _wound_findings(protocol: Protocol, steps: list[Step], whose: str) -> Iterator[Finding]:
    if not opens_skin(protocol):
        return
    bare = [
        day
        for day in range(protocol.heal_days.max + 1)
        if not _asked(steps, StepKind.WOUND_CARE, day, NOBODY_SAID, protocol.last_day)
    ]
    if bare:
        yield error("steps", f"open skin without wound care on {_days(bare)}{whose}")


def _check_in_findings(protocol: Protocol, steps: list[Step], whose: str) -> Iterator[Finding]:
    days = [
        day
        for day in range(protocol.last_day + 1)
        if _asked(steps, StepKind.CHECK_IN, day, NOBODY_SAID, protocol.last_day)
    ]
    if not days or days[0] > 1:
        yield error("steps", f"no check-in on day 0 or 1{whose}")
        return
    if days[-1] < protocol.heal_days.max:
        yield error("steps", f"check-ins end on day {days[-1]}, before healing may end{whose}")
    for one, next_one in pairwise(days):
        longest = (
            1 if next_one <= protocol.heal_days.typical and opens_skin(protocol) else LONGEST_WITHOUT_CHECK_IN
        )
        if next_one - one > longest:
            yield error("steps", f"no check-in from day {one + 1} to {next_one - 1}{whose}")


def opens_skin(protocol: Protocol) -> bool:
    """Whether the protocol cares for an open wound."""
    return any(step.gate is Gate.UNTIL_FACT and step.kind is StepKind.WOUND_CARE for step in protocol.steps)


def _asked(steps: list[Step], kind: StepKind, day: int, said: Said, last_day: int) -> bool:
    asked = [step for step in steps if is_asked_on(step, day, last_day) and gate_opens(step, REHEARSAL, said)]
    ids = {step.id for step in asked}
    return any(step.kind is kind and not step.not_with & ids for step in asked)


def _days(days: list[int]) -> str:
    return f"day {days[0]}" if len(days) == 1 else f"{len(days)} days from day {days[0]} to {days[-1]}"


def _card_findings(protocol: Protocol) -> Iterator[Finding]:
    for variant, area in product({*protocol.variants, None}, {*protocol.areas, None}):
        cards = protocol.cards_for(variant, area)
        bare = [day for day in range(protocol.last_day + 1) if not any(day in card.span for card in cards)]
        if bare:
            whose = ", ".join(
                [variant or "variant unknown"] * bool(protocol.variants) + [area or "area unknown"]
            )
            yield warning("cards", f"no card says what many people see on {_days(bare)} ({whose})")


def _variants(protocol: Protocol) -> tuple[str | None, ...]:
    return protocol.variants or (None,)
