"""The triage vectors: one file of cases with what each must come to, for every evaluator."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from pwa.domain.answers import Answers, read_answers, with_none_of
from pwa.domain.areas import Area
from pwa.domain.rule_set import RuleSet
from pwa.domain.rules import Risk
from pwa.domain.triage import Past, TriageResult, safety_set, triage
from pwa.protocols.rule_sets import rule_set_of
from tests.support.protocols import seed

FILE = Path(__file__).parent.parent / "vectors" / "triage.json"
HOURS_A_DAY = 24


@dataclass(frozen=True, slots=True)
class Case:
    """One check-in, ready to be judged."""

    name: str
    rule_set: RuleSet
    day: int
    answers: Answers
    past: tuple[Past, ...]
    risks: tuple[Risk, ...]
    expect: dict[str, Any]

    def judged(self) -> TriageResult:
        """By the server's evaluator."""
        return triage(self.rule_set, self.day, self.answers, self.past, self.risks)


@cache
def cases() -> tuple[Case, ...]:
    """Every case of the file."""
    return tuple(_cases())


def _cases() -> Iterator[Case]:
    for raw in json.loads(FILE.read_text(encoding="utf-8")):
        protocol = next(one.protocol for one in seed() if one.procedure == raw["procedure"])
        area = Area(raw["area"]) if "area" in raw else None
        rules = rule_set_of(protocol, raw.get("variant"), area)
        answers = read_answers(raw["answers"])
        if raw.get("none_of_these"):
            answers = with_none_of(safety_set(rules, raw["day"]), answers)
        past = tuple(
            Past((raw["day"] - one["day"]) * HOURS_A_DAY, read_answers(one["answers"]))
            for one in raw.get("history", ())
        )
        risks = tuple(Risk(name) for name in raw.get("risks", ()))
        yield Case(raw["name"], rules, raw["day"], answers, past, risks, raw["expect"])


def shown(result: TriageResult) -> dict[str, Any]:
    """A result as JSON has it."""
    return {
        "level": str(result.level),
        "complete": result.complete,
        "reasons": list(result.reasons),
        "advice": result.advice,
        "above_expected": list(result.above_expected),
    }
