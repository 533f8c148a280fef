"""What must hold of every rule set: nothing lowers a level, every rule can fire, no answer goes unheard."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pwa.domain.answers import ANSWER_IDS, CHOICES, MOST, SIGNS, Answer, read_answers, with_none_of
from pwa.domain.errors import BadInput
from pwa.domain.rule_set import RuleSet
from pwa.domain.rules import Level, Risk, items_of
from pwa.domain.triage import Past, safety_set, triage
from pwa.protocols.document import ProtocolDocument
from pwa.protocols.rule_sets import rule_set_json, rule_set_of
from tests.support.protocols import seed
from tests.support.vectors import FILE, cases

ALL_RULES = [
    *(f"E{number:02}" for number in range(1, 8)),
    *(f"S{number:02}" for number in range(1, 13)),
    *(f"T{number:02}" for number in range(1, 11)),
]

documents = st.sampled_from(seed())


@st.composite
def rule_sets(draw: st.DrawFn) -> RuleSet:
    protocol = draw(documents).protocol
    variant = draw(st.sampled_from([None, *protocol.variants]))
    return rule_set_of(protocol, variant, draw(st.sampled_from([None, *protocol.areas])))


def values(item: str) -> st.SearchStrategy[Answer]:
    if item in SIGNS:
        return st.booleans()
    return st.sampled_from(CHOICES[item]) if item in CHOICES else st.integers(0, min(MOST[item], 12))


@st.composite
def some_answers(draw: st.DrawFn) -> dict[str, Answer]:
    asked = draw(st.sets(st.sampled_from(sorted(ANSWER_IDS)), max_size=6))
    return {item: draw(values(item)) for item in sorted(asked)}


past = st.lists(st.builds(Past, st.floats(0, 400), some_answers()), max_size=4)
risks = st.sets(st.sampled_from(list(Risk)), max_size=3)
days = st.integers(-60, 420)


@given(rule_sets(), days, some_answers(), past, risks, st.sampled_from(sorted(SIGNS)))
def test_one_more_tick_never_lowers_the_level(
    rules: RuleSet, day: int, answers: dict[str, Answer], past: list[Past], risks: set[Risk], sign: str
) -> None:
    before = triage(rules, day, {**answers, sign: False}, past, risks)
    after = triage(rules, day, {**answers, sign: True}, past, risks)
    assert after.level.rank <= before.level.rank


@given(rule_sets(), days, some_answers(), past, risks, st.sampled_from(list(Risk)))
def test_one_more_risk_never_lowers_the_level(
    rules: RuleSet, day: int, answers: dict[str, Answer], past: list[Past], risks: set[Risk], risk: Risk
) -> None:
    before = triage(rules, day, answers, past, risks)
    assert triage(rules, day, answers, past, {*risks, risk}).level.rank <= before.level.rank


@given(rule_sets(), days, some_answers(), past)
def test_an_explicit_no_to_the_list_never_lowers_what_fired(
    rules: RuleSet, day: int, answers: dict[str, Answer], past: list[Past]
) -> None:
    before = triage(rules, day, answers, past)
    after = triage(rules, day, with_none_of(safety_set(rules, day), answers), past)
    assert after.complete
    if before.level is not Level.NOT_COMPLETE:
        assert (after.level, after.reasons) == (before.level, before.reasons)
    else:
        assert after.level is Level.EXPECTED


@given(rule_sets(), days, past)
def test_what_is_unanswered_is_no_no(rules: RuleSet, day: int, past: list[Past]) -> None:
    result = triage(rules, day, {}, past)
    assert (result.level, result.complete, result.reasons) == (Level.NOT_COMPLETE, False, ())


@given(documents, days, some_answers(), past, risks)
def test_an_unknown_variant_is_judged_at_least_as_strictly_as_any(
    document: ProtocolDocument, day: int, answers: dict[str, Answer], past: list[Past], risks: set[Risk]
) -> None:
    protocol = document.protocol
    unknown = triage(rule_set_of(protocol, None, None), day, answers, past, risks)
    for variant in protocol.variants:
        known = triage(rule_set_of(protocol, variant, None), day, answers, past, risks)
        assert unknown.level.rank <= known.level.rank


@given(rule_sets(), days, st.sampled_from(sorted(SIGNS)))
def test_a_ticked_sign_tells_the_clinic_unless_the_course_lists_it(
    rules: RuleSet, day: int, sign: str
) -> None:
    listed = any(one.item == sign and one.expected and day in one.expected for one in rules.signs)
    level = triage(rules, day, {sign: True}).level
    assert level.rank <= Level.TELL_CLINIC.rank or (listed and sign in {"raw", "numb", "eye_shut"})


@given(rule_sets(), days, some_answers(), past)
@settings(max_examples=50)
def test_an_emergency_does_not_ask_what_day_it_is(
    rules: RuleSet, day: int, answers: dict[str, Answer], past: list[Past]
) -> None:
    emergencies = [rule for rule in rules.rules if rule.level is Level.EMERGENCY]
    assert [rule.days for rule in emergencies] == [None] * 7
    for rule in emergencies:
        sign = next(items_of(rule.when))
        assert triage(rules, day, {**answers, sign: True}, past).level is Level.EMERGENCY


def test_every_procedure_has_every_rule() -> None:
    for document in seed():
        assert [rule.id for rule in rule_set_of(document.protocol, None, None).rules] == ALL_RULES


def test_every_rule_fires_in_some_case_and_stays_silent_in_others() -> None:
    reasons = [case.judged().reasons for case in cases()]
    for rule in [*ALL_RULES, "X01", "P01", "P02", "P03"]:
        assert any(rule in found for found in reasons), rule
        assert any(rule not in found for found in reasons), rule


def test_every_answer_is_heard_by_a_rule_a_course_or_a_principle() -> None:
    heard = {"overall", "worried"}  # P02
    for document in seed():
        rules = rule_set_of(document.protocol, None, None)
        heard |= {item for rule in rules.rules for item in items_of(rule.when)}
        heard |= {sign.item for sign in rules.signs if sign.expected}
        heard |= {item for item, caps in rules.bounds.items() if caps}
    assert heard == ANSWER_IDS


def test_every_edge_of_every_rules_days_is_among_the_cases() -> None:
    """Each rule with days has a case on its first and last day, and on the day before and after."""
    wanted: set[tuple[str, int]] = set()
    found: set[tuple[str, int]] = set()
    for case in cases():
        for rule in case.rule_set.rules:
            if rule.days is None:
                continue
            edges = {rule.days.first - 1, rule.days.first, rule.days.last, rule.days.last + 1}
            if rule.id not in {"S07", "T04"}:  # theirs differ by procedure
                wanted |= {(rule.id, edge) for edge in edges}
            if set(items_of(rule.when)) & set(case.answers):
                found.add((rule.id, case.day))
    assert {one for one in wanted - found if one[1] <= 420} == set()


def test_a_rule_set_is_named_by_its_content() -> None:
    sets = [
        rule_set_of(one.protocol, variant, area)
        for one in seed()
        for variant in (None, *one.protocol.variants)
        for area in (None, *one.protocol.areas)
    ]
    contents = {json.dumps({**rule_set_json(one), "hash": ""}, sort_keys=True): one.hash for one in sets}
    assert len(set(contents.values())) == len(contents)
    assert {len(one.hash) for one in sets} == {64}


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        ([], "group of names"),
        ({"headache": True}, "no such question"),
        ({1: True}, "no such question"),
        ({"fever": 1}, "'fever' is true or false"),
        ({"pain": 11}, "'pain' is a whole number from 0 to 10"),
        ({"pain": -1}, "from 0 to 10"),
        ({"pain": True}, "from 0 to 10"),
        ({"pain": 5.0}, "from 0 to 10"),
        ({"redness": 4}, "from 0 to 3"),
        ({"missed_doses": 100}, "from 0 to 99"),
        ({"blisters": "lots"}, "'blisters' is one of: none, few, many, grouped"),
        ({"overall": None}, "'overall' is one of"),
        ({"oozing_colour": ["clear"]}, "'oozing_colour' is one of"),
    ],
)
def test_an_answer_that_cannot_be_is_refused_by_name(raw: object, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        read_answers(raw)


def test_the_vectors_are_one_case_a_line() -> None:
    lines = Path(FILE).read_text(encoding="utf-8").splitlines()
    assert len(lines) == len(cases()) + 2
