"""Triage of one check-in: everything is evaluated, the most urgent wins, nothing lowers a level.

Counterpart: static/domain/triage.ts, which must give the same result for every input. It says how soon to
call, never what it is.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from pwa.domain.answers import Answers
from pwa.domain.protocol import phase_on
from pwa.domain.rule_set import RuleSet
from pwa.domain.rules import (
    All,
    Any,
    AtLeast,
    Condition,
    HasRisk,
    Lasted,
    Level,
    OnDays,
    OneOf,
    Raise,
    Returned,
    Risk,
    Rose,
    Rule,
    UnlessVariant,
    Yes,
)

# Reasons that are principles of the design (section 9), not red flags of their own.
ABOVE_EXPECTED = "P01"
WORRIED = "P02"
UNEXPECTED_SIGN = "P03"
AS_EXPECTED = "X01"


@dataclass(frozen=True, slots=True)
class Past:
    """An earlier check-in of the same treatment."""

    hours_ago: float
    answers: Answers


@dataclass(frozen=True, slots=True)
class TriageResult:
    """What a check-in comes to. `reasons` are rule ids, the most urgent first; `advice` is a text id."""

    level: Level
    complete: bool
    reasons: tuple[str, ...]
    advice: str
    above_expected: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Seen:
    """What conditions look at."""

    day: int
    answers: Answers
    past: tuple[Past, ...]  # the newest first
    risks: frozenset[Risk]


@dataclass(frozen=True, slots=True)
class _Reason:
    id: str
    level: Level
    advice: str


def triage(
    rule_set: RuleSet,
    day: int,
    answers: Answers,
    past: Sequence[Past] = (),
    risks: Collection[Risk] = (),
) -> TriageResult:
    """Judge the answers of one day of the plan against its rules and its expected course."""
    newest_first = tuple(sorted(past, key=lambda one: one.hours_ago))
    seen = _Seen(day, answers, newest_first, frozenset(risks) | frozenset(rule_set.implied_risks))
    fired = [rule for rule in rule_set.rules if _fires(rule, seen)]
    above = tuple(_above_expected(rule_set, seen))
    reasons = [_reason(rule, seen) for rule in fired] or list(_principles(rule_set, above, seen))
    reasons.sort(key=lambda reason: reason.level.rank)  # stable: within a level in the order of the rules
    complete = all(sign in answers for sign in safety_set(rule_set, day))
    if reasons:
        ids = tuple(reason.id for reason in reasons)
        return TriageResult(reasons[0].level, complete, ids, reasons[0].advice, above)
    if complete:
        return TriageResult(Level.EXPECTED, True, (AS_EXPECTED,), "advice.expected", above)
    return TriageResult(Level.NOT_COMPLETE, False, (), "advice.not_complete", above)


def safety_set(rule_set: RuleSet, day: int) -> tuple[str, ...]:
    """The danger signs that a check-in of this day asks about."""
    return phase_on(rule_set.phases, day).safety_set


def _fires(rule: Rule, seen: _Seen) -> bool:
    return (rule.days is None or seen.day in rule.days) and _holds(rule.when, seen)


def _reason(rule: Rule, seen: _Seen) -> _Reason:
    """A raised rule cannot speak for itself: its own words name the milder level."""
    level = rule.level.raised if any(_raises(one, seen) for one in rule.raised_by) else rule.level
    return _Reason(rule.id, level, rule.advice if level is rule.level else f"advice.{level}")


def _raises(one: Raise, seen: _Seen) -> bool:
    at_risk = not one.risks or not seen.risks.isdisjoint(one.risks)
    return at_risk and (one.when is None or _holds(one.when, seen))


def _principles(rule_set: RuleSet, above: Sequence[str], seen: _Seen) -> Iterator[_Reason]:
    """What speaks where no red flag does; none of it is above the level of the mildest flag."""
    if above:
        yield _tell(ABOVE_EXPECTED)
    if seen.answers.get("overall") == "worried" or seen.answers.get("worried") is True:
        yield _tell(WORRIED)
    if _has_unexpected_sign(rule_set, seen):
        yield _tell(UNEXPECTED_SIGN)


def _tell(principle: str) -> _Reason:
    return _Reason(principle, Level.TELL_CLINIC, "advice.tell_clinic")


def _above_expected(rule_set: RuleSet, seen: _Seen) -> Iterator[str]:
    for item, caps in rule_set.bounds.items():
        at_most = next((cap.at_most for cap in caps if seen.day in cap.span), 0)
        if _number(seen.answers, item) > at_most:
            yield item


def _has_unexpected_sign(rule_set: RuleSet, seen: _Seen) -> bool:
    """Whether a sign is ticked on a day on which the course does not list it."""
    return any(
        seen.answers[sign.item] in sign.values and (sign.expected is None or seen.day not in sign.expected)
        for sign in rule_set.signs
        if sign.item in seen.answers
    )


def _holds(condition: Condition, seen: _Seen) -> bool:
    match condition:
        case Yes(signs):
            return any(seen.answers.get(sign) is True for sign in signs)
        case OneOf(item, values):
            return item in seen.answers and seen.answers[item] in values
        case AtLeast(item, at_least):
            return _number(seen.answers, item) >= at_least
        case Rose() | Returned() | Lasted():
            return _holds_over_time(condition, seen)
        case HasRisk(risk):
            return risk in seen.risks
        case OnDays(span):
            return seen.day in span
        case UnlessVariant():
            return True  # nobody settled it: the stricter
        case All(of):
            return all(_holds(one, seen) for one in of)
        case Any(of):
            return any(_holds(one, seen) for one in of)


def _holds_over_time(condition: Rose | Returned | Lasted, seen: _Seen) -> bool:
    match condition:
        case Rose():
            return _rose(condition, seen)
        case Returned():
            return _returned(condition, seen)
        case Lasted():
            return _lasted(condition, seen)


def _rose(rose: Rose, seen: _Seen) -> bool:
    now = _number(seen.answers, rose.item)
    first, last = rose.hours
    recent = [one for one in _with(rose.item, seen) if first <= one.hours_ago <= last]
    return bool(recent) and now >= rose.to and now - _number(recent[0].answers, rose.item) >= rose.by


def _returned(returned: Returned, seen: _Seen) -> bool:
    """Whether the value is above one that was itself below one before it."""
    now = _number(seen.answers, returned.item)
    highest_so_far = -1
    had_improved_below_now = False
    for one in reversed(_with(returned.item, seen)):  # the oldest first
        value = _number(one.answers, returned.item)
        had_improved_below_now |= value < highest_so_far and value < now
        highest_so_far = max(highest_so_far, value)
    return now >= returned.at_least and had_improved_below_now


def _lasted(lasted: Lasted, seen: _Seen) -> bool:
    if _number(seen.answers, lasted.item) < lasted.at_least:
        return False
    since = 0.0
    for one in _with(lasted.item, seen):
        if _number(one.answers, lasted.item) < lasted.at_least:
            break
        since = one.hours_ago
    return since >= lasted.hours


def _with(item: str, seen: _Seen) -> list[Past]:
    """The earlier check-ins that answered an item, the newest first."""
    return [one for one in seen.past if item in one.answers]


def _number(answers: Answers, item: str) -> int:
    """A graded answer; -1 when unanswered, which is below every bound."""
    value = answers.get(item)
    return value if isinstance(value, int) and not isinstance(value, bool) else -1
