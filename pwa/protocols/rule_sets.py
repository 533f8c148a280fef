"""Compiles a protocol into the rule set of one treatment, and writes it down as the phone reads it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import Any as AnyJson

from pwa.domain.answers import CHOICES, GRADED, SIGNS
from pwa.domain.areas import Area
from pwa.domain.days import DaySpan
from pwa.domain.protocol import Course, Protocol
from pwa.domain.rule_set import Cap, RuleSet, Sign
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

WITHOUT_BOUND = 1  # inside its expected days an item that has no bound may be mild
MEASURED = ("pain", *GRADED)
Json = dict[str, AnyJson]


@lru_cache(maxsize=256)
def rule_set_of(protocol: Protocol, variant: str | None, area: Area | None) -> RuleSet:
    """The rules of a treatment; of what is unknown, the strictest."""
    rules = tuple(_for_variant(rule, variant) for rule in protocol.rules)
    bounds = {item: tuple(_caps(protocol, item, variant, area)) for item in MEASURED}
    risks = tuple(one.risk for one in protocol.implied_risks if area in one.areas)
    signs = tuple(_signs(protocol, variant, area))
    unnamed = RuleSet("", protocol.phases, tuple(filter(None, rules)), signs, MappingProxyType(bounds), risks)
    content = json.dumps(rule_set_json(unnamed), sort_keys=True, separators=(",", ":"))
    return RuleSet(
        hashlib.sha256(content.encode()).hexdigest(),
        unnamed.phases,
        unnamed.rules,
        signs,
        unnamed.bounds,
        risks,
    )


def _for_variant(rule: Rule, variant: str | None) -> Rule | None:
    """The rule with its exceptions settled; None when nothing is left of it."""
    when = _settled(rule.when, variant)
    return None if when is None else Rule(rule.id, rule.level, rule.days, when, rule.advice, rule.raised_by)


def _settled(condition: Condition, variant: str | None) -> Condition | None:
    """The condition for a variant; None when it can never hold."""
    match condition:
        case UnlessVariant(excepted):
            return None if variant == excepted else ALWAYS
        case All(of):
            found = [_settled(one, variant) for one in of]
            kept = [one for one in found if one is not None]
            return _all(kept) if len(kept) == len(found) else None
        case Any(of):
            possible = [one for one in (_settled(each, variant) for each in of) if one is not None]
            return _any(possible)
        case _:
            return condition


ALWAYS = All(())


def _all(found: Sequence[Condition]) -> Condition:
    rest = tuple(one for one in found if one != ALWAYS)
    return rest[0] if len(rest) == 1 else All(rest)


def _any(found: Sequence[Condition]) -> Condition | None:
    if not found or ALWAYS in found:
        return ALWAYS if found else None
    return found[0] if len(found) == 1 else Any(tuple(found))


def _signs(protocol: Protocol, variant: str | None, area: Area | None) -> Iterator[Sign]:
    """Every answer that counts as a ticked sign, with the days on which the course lists it."""
    for item in sorted(SIGNS - {"worried"}):  # "worried" is a principle of its own
        yield Sign(item, (True,), protocol.expected_days(item, variant, area))
    blisters = tuple(value for value in CHOICES["blisters"] if value != "none")
    yield Sign("blisters", blisters, protocol.expected_days("blisters", variant, area))
    yield Sign("oozing_colour", ("yellow_green", "blood"), None)


def _caps(protocol: Protocol, item: str, variant: str | None, area: Area | None) -> Iterator[Cap]:
    """Runs of days with the most that is expected on them, of every variant and area it may be the least."""
    courses = _courses(protocol, item, variant, area)
    days = range(protocol.phases[0].span.first, protocol.last_day + 1)
    start, most = days.start, 0
    for day in (*days, days.stop):
        here = min((_most_on(course, day) for course in courses), default=0) if day in days else 0
        if here != most:
            if most:
                yield Cap(DaySpan(start, day - 1), most)
            start, most = day, here


def _courses(
    protocol: Protocol, item: str, variant: str | None, area: Area | None
) -> Sequence[Course | None]:
    """The course of an item in every variant and area that a treatment may be of."""
    variants = (variant,) if variant or not protocol.variants else protocol.variants
    areas = (area,) if area or not protocol.areas else protocol.areas
    found = (
        next((one for one in protocol.courses if one.symptom == item and one.is_of(each, where)), None)
        for each in variants
        for where in areas
    )
    return list(dict.fromkeys(found))


def _most_on(course: Course | None, day: int) -> int:
    if course is None:
        return 0
    bound = next((bound.at_most for bound in course.bounds if day in bound.span), None)
    if bound is not None:
        return bound
    return WITHOUT_BOUND if course.visible is not None and day in course.visible else 0


def rule_set_json(rule_set: RuleSet) -> Json:
    """The rule set as static/domain/rules.ts has it."""
    return {
        "hash": rule_set.hash,
        "phases": [
            {
                "first": phase.span.first,
                "last": phase.span.last,
                "items": list(phase.check_in_items),
                "safety": list(phase.safety_set),
            }
            for phase in rule_set.phases
        ],
        "rules": [_rule(rule) for rule in rule_set.rules],
        "signs": [
            {"item": sign.item, "is": list(sign.values), "expected": _days(sign.expected)}
            for sign in rule_set.signs
        ],
        "bounds": {
            item: [[cap.span.first, cap.span.last, cap.at_most] for cap in caps]
            for item, caps in rule_set.bounds.items()
        },
        "implied_risks": list(rule_set.implied_risks),
    }


def _rule(rule: Rule) -> Json:
    return {
        "id": rule.id,
        "level": rule.level,
        "days": _days(rule.days),
        "when": _condition(rule.when),
        "advice": rule.advice,
        "raised_by": [_raise(one) for one in rule.raised_by],
    }


def _raise(one: Raise) -> Json:
    return {"risks": list(one.risks), "when": None if one.when is None else _condition(one.when)}


def _days(span: DaySpan | None) -> list[int] | None:
    return None if span is None else [span.first, span.last]


def _condition(condition: Condition) -> Json:
    match condition:
        case Yes(signs):
            return {"yes": list(signs)}
        case OneOf(item, values):
            return {"item": item, "is": list(values)}
        case AtLeast(item, at_least):
            return {"item": item, "at_least": at_least}
        case Rose(item, by, to, hours):
            return {"rose": item, "by": by, "to": to, "hours": list(hours)}
        case Returned(item, at_least):
            return {"returned": item, "at_least": at_least}
        case Lasted(item, at_least, hours):
            return {"lasted": item, "at_least": at_least, "hours": hours}
        case _:
            return _combined(condition)


def _combined(condition: Condition) -> Json:
    match condition:
        case HasRisk(risk):
            return {"risk": risk}
        case OnDays(span):
            return {"days": _days(span)}
        case All(of):
            return {"all": [_condition(one) for one in of]}
        case Any(of):
            return {"any": [_condition(one) for one in of]}
    raise AssertionError("an exception that nobody settled")
