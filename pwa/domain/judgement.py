"""What a check-in comes to when several have judged it: the phone, the plan's rules and the current ones."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pwa.domain.answers import CHOICES, SIGNS, Answers
from pwa.domain.rule_set import RuleSet
from pwa.domain.rules import Level, highest
from pwa.domain.triage import AS_EXPECTED, TriageResult

ALERTING = frozenset({Level.EMERGENCY, Level.SAME_DAY, Level.TELL_CLINIC})


@dataclass(frozen=True, slots=True)
class Reason:
    """A rule that fired, and how soon somebody has to look at least because of it."""

    rule: str
    level: Level


@dataclass(frozen=True, slots=True)
class Judgement:
    """The level of a check-in and its reasons, the most urgent first."""

    level: Level
    complete: bool
    reasons: tuple[Reason, ...]

    @property
    def is_alerting(self) -> bool:
        """Whether staff must act on it."""
        return self.level in ALERTING

    @property
    def rules(self) -> tuple[str, ...]:
        """The ids of its reasons."""
        return tuple(reason.rule for reason in self.reasons)


def judgement(rule_sets: Iterable[RuleSet], level: Level, complete: bool, rules: Sequence[str]) -> Judgement:
    """A result with the level of each of its reasons, of which a result names the first's only.

    That of the others is their rule's own: what a risk adds to it is not told.
    """
    own = {rule.id: rule.level for rule_set in rule_sets for rule in rule_set.rules}
    own |= {AS_EXPECTED: Level.EXPECTED}
    reasons = [Reason(rule, own.get(rule, Level.TELL_CLINIC)) for rule in rules]
    if reasons:
        reasons[0] = Reason(reasons[0].rule, level)
    return Judgement(level, complete, tuple(reasons))


def judgement_of(rule_set: RuleSet, result: TriageResult) -> Judgement:
    """What one evaluation came to."""
    return judgement((rule_set,), result.level, result.complete, result.reasons)


def united(judgements: Sequence[Judgement]) -> Judgement:
    """The highest of all, with every reason that anybody had. At least one is given.

    It is complete when all found it so; where nothing fired the level itself says it.
    """
    level, complete = judgements[0].level, True
    reasons: dict[str, Reason] = {}
    for each in judgements:
        level, complete = highest(level, each.level), complete and each.complete
        for reason in each.reasons:
            known = reasons.setdefault(reason.rule, reason)
            reasons[reason.rule] = Reason(reason.rule, highest(known.level, reason.level))
    if level in ALERTING:
        reasons.pop(AS_EXPECTED, None)
    else:
        complete = level is Level.EXPECTED
    ordered = sorted(reasons.values(), key=lambda reason: reason.level.rank)
    return Judgement(level, complete, tuple(ordered))


def ticked_signs(answers: Answers) -> tuple[str, ...]:
    """The items that say that something is wrong, ungraded: what a clinic in leaflet mode is shown."""
    ticked = {item for item in SIGNS if answers.get(item) is True}
    ticked |= {
        item for item, harmless in _HARMLESS.items() if item in answers and answers[item] not in harmless
    }
    return tuple(sorted(ticked))


_HARMLESS = {
    "blisters": {"none"},
    "oozing_colour": {"clear"},
    "overall": set(CHOICES["overall"]) - {"worried"},
}
