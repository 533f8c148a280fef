"""Server and phone come to the same result, case by case and for check-ins that nobody thought of."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

import pytest

from pwa.domain.answers import ANSWER_IDS, CHOICES, GRADED, MOST, SIGNS, Answer, Answers
from pwa.domain.rule_set import RuleSet
from pwa.domain.rules import Level, Risk
from pwa.domain.triage import Past, TriageResult, safety_set, triage
from pwa.protocols.rule_sets import rule_set_of
from tests.support.phone_triage import TRIAGE, judged_by_phone
from tests.support.protocols import seed
from tests.support.vectors import Case, cases, shown

MOST_HISTORY = 6


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.name)
def test_the_server_judges_as_written(case: Case) -> None:
    result = shown(case.judged())
    assert {name: result[name] for name in case.expect} == case.expect


def test_the_phone_judges_as_written() -> None:
    results = judged_by_phone(cases())
    wrong = [
        (case.name, name, expected, result[name])
        for case, result in zip(cases(), results, strict=True)
        for name, expected in case.expect.items()
        if result[name] != expected
    ]
    assert wrong == []


def test_there_are_at_least_250_cases_over_every_procedure() -> None:
    assert len(cases()) >= 250
    assert len({case.rule_set.rules for case in cases()}) >= len(seed())


@dataclass(frozen=True, slots=True)
class Generated:
    """A check-in made by chance."""

    rule_set: RuleSet
    day: int
    answers: Answers
    past: tuple[Past, ...]
    risks: tuple[Risk, ...]

    def judged(self) -> TriageResult:
        return triage(self.rule_set, self.day, self.answers, self.past, self.risks)


def generated(seed_of_chance: int, count: int) -> list[Generated]:
    """Check-ins of every shape: few answers and many, days at edges, long histories, several risks."""
    chance = random.Random(seed_of_chance)
    return [_one(chance) for _ in range(count)]


def _one(chance: random.Random) -> Generated:
    protocol = chance.choice(seed()).protocol
    rules = rule_set_of(
        protocol, chance.choice([None, *protocol.variants]), chance.choice([None, *protocol.areas])
    )
    day = chance.choice([chance.randint(-60, 10), chance.randint(0, 30), chance.randint(0, 420)])
    answers = _answers(chance)
    if chance.random() < 0.5:
        answers = {**dict.fromkeys(safety_set(rules, day), False), **answers}
    past = tuple(
        Past(chance.choice([12, 24, 48, 72, chance.uniform(0, 400)]), _answers(chance))
        for _ in range(chance.randint(0, MOST_HISTORY))
    )
    return Generated(rules, day, answers, past, tuple(chance.sample(list(Risk), chance.randint(0, 3))))


def _answers(chance: random.Random) -> dict[str, Answer]:
    likely = ["pain", *GRADED, "itching", "redness", "swelling", "blisters"]
    asked = set(chance.sample(sorted(ANSWER_IDS), chance.choice([0, 1, 2, 3, 8])))
    asked |= set(chance.sample(likely, chance.randint(0, 4)))
    return {item: _value(chance, item) for item in sorted(asked)}


def _value(chance: random.Random, item: str) -> Answer:
    if item in SIGNS:
        return chance.random() < 0.3
    return chance.choice(CHOICES[item]) if item in CHOICES else chance.randint(0, min(MOST[item], 10))


def differences(check_ins: list[Generated]) -> list[Any]:
    """Where server and phone disagree."""
    ours = [shown(one.judged()) for one in check_ins]
    phones = judged_by_phone(check_ins)
    return [
        (one, our, their) for one, our, their in zip(check_ins, ours, phones, strict=True) if our != their
    ]


def test_500_generated_check_ins_come_to_the_same() -> None:
    check_ins = generated(20261120, 500)
    assert differences(check_ins) == []
    assert {one.judged().level for one in check_ins} == set(Level), "not every level came up"


@pytest.mark.soak
def test_20000_generated_check_ins_come_to_the_same() -> None:
    chance = random.SystemRandom().randrange(2**32)
    print(f"seed {chance}")
    assert differences(generated(chance, 20_000)) == []


def test_a_difference_between_server_and_phone_is_seen(tmp_path: Any) -> None:
    other = tmp_path / "triage.ts"
    same = TRIAGE.read_text(encoding="utf-8")
    other.write_text(
        same.replace("now - numberOf(earlier.answers, item) >= by", "now > by"), encoding="utf-8"
    )
    assert other.read_text(encoding="utf-8") != same
    check_ins = generated(20261120, 500)
    results = judged_by_phone(check_ins, other)
    assert [shown(one.judged()) for one in check_ins] != results
