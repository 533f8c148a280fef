"""From the red flags of a file to the rules of one procedure."""

from __future__ import annotations

from collections.abc import Iterable

from pwa.domain.answers import ANSWER_IDS, CHOICES, GRADED
from pwa.domain.days import DaySpan
from pwa.domain.rules import (
    All,
    Any,
    AtLeast,
    Condition,
    HasRisk,
    Lasted,
    OnDays,
    OneOf,
    Raise,
    Returned,
    Rose,
    Rule,
    UnlessVariant,
    Yes,
)
from pwa.protocols.parts import SpanPart
from pwa.protocols.rules_schema import ConditionPart, HoursPart, RulePart

ADVICE_OF_PRINCIPLES = (
    "advice.emergency",
    "advice.same_day",
    "advice.tell_clinic",
    "advice.expected",
    "advice.not_complete",
    "advice.leaflet",
)
# What a check-in needs beside its rules: labels, questions, choices, and what is said when no rule speaks.
TRIAGE_TEXTS = (
    *ADVICE_OF_PRINCIPLES,
    *(f"sign.{item}" for item in sorted(ANSWER_IDS - {"overall", *GRADED})),
    *(f"symptom.{item}" for item in ("pain", *GRADED)),
    *(f"ask.{item}" for item in ("pain", *GRADED)),
    *(f"choice.{item}.{value}" for item, values in CHOICES.items() for value in values),
)

# A condition that is settled already: it always holds, or never.
Settled = Condition | bool


def compiled_rules(parts: Iterable[RulePart], procedure: str, flag_day: int) -> tuple[Rule, ...]:
    """The rules that concern a procedure, in order. A rule that can never fire in it is left out."""
    found: list[Rule] = []
    for part in parts:
        if part.days_of is not None and procedure not in part.days_of:
            continue
        when = _condition(part.when, procedure)
        if not isinstance(when, bool):
            days = _days(part, procedure, flag_day)
            found.append(Rule(part.id, part.level, days, when, part.advice, _raises(part, procedure)))
    return tuple(found)


def _days(part: RulePart, procedure: str, flag_day: int) -> DaySpan | None:
    if part.days_of is not None:
        return _span(part.days_of[procedure])
    if part.days is None:
        return None
    if part.days.from_flag_day_to is not None:
        return DaySpan(flag_day, max(flag_day, part.days.from_flag_day_to))
    assert part.days.first is not None  # the schema saw to it, and to the last
    assert part.days.last is not None
    return DaySpan(part.days.first, part.days.last)


def _raises(part: RulePart, procedure: str) -> tuple[Raise, ...]:
    raises = []
    for one in part.raised_by:
        when = None if one.when is None else _condition(one.when, procedure)
        if when is not False:
            raises.append(Raise(one.risks, None if when is True else when))
    return tuple(raises)


def _condition(part: ConditionPart, procedure: str) -> Settled:
    if part.all is not None:
        return _all([_condition(one, procedure) for one in part.all])
    if part.any is not None:
        return _any([_condition(one, procedure) for one in part.any])
    if part.procedures is not None:
        return procedure in part.procedures
    if part.unless is not None:
        return UnlessVariant(part.unless.variant) if part.unless.procedure == procedure else True
    return _of_answers(part)


def _all(found: list[Settled]) -> Settled:
    if False in found:
        return False
    rest = tuple(one for one in found if not isinstance(one, bool))
    return (rest[0] if len(rest) == 1 else All(rest)) if rest else True


def _any(found: list[Settled]) -> Settled:
    if True in found:
        return True
    rest = tuple(one for one in found if not isinstance(one, bool))
    return (rest[0] if len(rest) == 1 else Any(rest)) if rest else False


def _of_answers(part: ConditionPart) -> Condition:
    if part.yes is not None:
        return Yes(part.yes)
    if part.risk is not None:
        return HasRisk(part.risk)
    if part.days is not None:
        return OnDays(_span(part.days))
    if part.item is not None and part.is_ is not None:
        return OneOf(part.item, part.is_)
    return _of_numbers(part)


def _of_numbers(part: ConditionPart) -> Condition:
    least = part.at_least or 0
    if part.rose is not None:
        assert isinstance(part.hours, HoursPart)
        return Rose(part.rose, part.by or 0, part.to or 0, (part.hours.first, part.hours.last))
    if part.returned is not None:
        return Returned(part.returned, least)
    if part.lasted is not None:
        assert isinstance(part.hours, int)
        return Lasted(part.lasted, least, part.hours)
    assert part.item is not None  # the schema knows no other kind
    return AtLeast(part.item, least)


def _span(part: SpanPart) -> DaySpan:
    return DaySpan(part.first, part.last)
