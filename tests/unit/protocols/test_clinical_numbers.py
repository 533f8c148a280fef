"""The shipped protocols have every number of the clinical notes, and no other."""

from __future__ import annotations

import pytest

from pwa.domain.days import DaySpan
from pwa.domain.protocol import Area, Bound, FactName, Gate, Phase, Protocol, Step, StepKind
from tests.unit.protocols.clinical_notes import (
    ASKED,
    ELSE_OWN_SIGNS,
    ELSEWHERE,
    EXPECTED,
    LIDS,
    NOTES,
    NUMBERS,
    OPENS_SKIN,
    OWN,
    OWN_SIGNS,
    PAUSE,
    UNTIL_HEALED,
    UPPER,
    UPPER_ELSEWHERE,
)
from tests.unit.protocols.seeds import PROCEDURES, seed

every_procedure = pytest.mark.parametrize("procedure", PROCEDURES)


def protocol_of(procedure: str) -> Protocol:
    return seed()[procedure].protocol


def slots(protocol: Protocol, prefix: str, day: int) -> int:
    """How often a day asks for the steps of this name, whatever has been said of the skin."""
    return sum(len(step.times) for step in protocol.steps if step.id.startswith(prefix) and day in step.days)


def asked_days(protocol: Protocol, *steps: Step) -> list[int]:
    days = range(protocol.phases[0].span.first, protocol.last_day + 1)
    return [day for day in days if any(day in step.days for step in steps)]


def named(protocol: Protocol, prefix: str) -> list[Step]:
    return [step for step in protocol.steps if step.id.startswith(prefix)]


def through(first: int, last: int, every: int = 1) -> list[int]:
    return list(range(first, last + 1, every))


@every_procedure
def test_healing_takes_the_days_of_the_notes(procedure: str) -> None:
    protocol, numbers = protocol_of(procedure), NUMBERS[procedure]
    heals = protocol.heal_days
    assert (heals.min, heals.typical, heals.max) == numbers.heal
    assert protocol.delayed_healing_flag_day == numbers.flag
    question = next(each for each in protocol.facts if each.name is FactName.SKIN_CLOSED)
    assert question.ask_from == (numbers.heal[0] if procedure in OPENS_SKIN else None)


@every_procedure
def test_the_sun_is_kept_off_before_strictly_after_and_until_protection_ends(procedure: str) -> None:
    protocol, numbers = protocol_of(procedure), NUMBERS[procedure]
    sun = [step for step in protocol.steps if step.kind is StepKind.SUN]
    strict = [step for step in sun if step.strict and step.gate is Gate.ALWAYS]
    mild = [step for step in sun if not step.strict]
    assert asked_days(protocol, *strict) == through(0, numbers.strict)
    assert asked_days(protocol, *mild) == [
        *through(-numbers.before, -1),
        *through(numbers.strict + 1, numbers.protect),
    ]
    assert protocol.last_day == numbers.protect
    still_open = [step for step in sun if step.strict and step.gate is Gate.UNTIL_FACT]
    if procedure in OPENS_SKIN:
        assert asked_days(protocol, *still_open) == through(numbers.strict + 1, numbers.protect)


@every_procedure
def test_sunscreen_starts_on_its_earliest_day_with_spf_30_or_50(procedure: str) -> None:
    protocol, numbers = protocol_of(procedure), NUMBERS[procedure]
    steps = [step for step in protocol.steps if step.kind is StepKind.SUNSCREEN]
    assert asked_days(protocol, *steps) == through(numbers.sunscreen, numbers.protect)
    assert {step.gate for step in steps} == {Gate.NEEDS_FACT if procedure in OPENS_SKIN else Gate.NOT_OPEN}
    for step in steps:
        words = protocol.texts[step.text_id].in_language("en")
        if step.text_id != "sunscreen.noon":
            assert "SPF 50" in words.body or "SPF 30 or more" in words.body
            assert "each 2 hours" in words.why or step.text_id == "sunscreen.first"


@every_procedure
def test_care_comes_as_often_and_as_long_as_in_the_notes(procedure: str) -> None:
    protocol, numbers = protocol_of(procedure), NUMBERS[procedure]
    for day in range(1, numbers.heal[2] + 1):
        assert slots(protocol, "cleanse", day) == numbers.wash, day
    times, last = numbers.ointment or (0, 0)
    for day in range(1, last + 1):
        assert slots(protocol, "ointment", day) == times, day
    assert bool(named(protocol, "ointment")) == (numbers.ointment is not None)
    assert slots(protocol, "moisturise", 1) == numbers.cream
    if procedure in OPENS_SKIN:  # as long as the skin is open
        gates = {step.gate for step in named(protocol, "cleanse") if 1 in step.days}
        assert gates == {Gate.UNTIL_FACT}


@every_procedure
def test_cooling_and_nights_with_the_head_up_are_those_of_the_notes(procedure: str) -> None:
    protocol, numbers = protocol_of(procedure), NUMBERS[procedure]
    cooling = [step for step in protocol.steps if step.kind is StepKind.COOLING]
    minutes, most, last = numbers.cool
    assert asked_days(protocol, *cooling) == through(0, last)
    for step in cooling:
        assert step.timer is not None
        assert step.timer_most is not None
        assert (step.timer.seconds, step.timer_most.seconds) == (minutes * 60, most * 60)
        assert PAUSE[procedure] in protocol.texts[step.text_id].in_language("en").why
    nights = through(*numbers.head_up) if numbers.head_up else []
    assert asked_days(protocol, *named(protocol, "head_up")) == nights


@every_procedure
def test_medicine_visits_and_check_ins_are_on_the_days_of_the_notes(procedure: str) -> None:
    protocol, numbers = protocol_of(procedure), NUMBERS[procedure]
    course = through(*numbers.antiviral) if numbers.antiviral else []
    assert asked_days(protocol, *named(protocol, "antiviral")) == course
    assert asked_days(protocol, *named(protocol, "visit")) == list(numbers.visits)
    check_ins = [step for step in protocol.steps if step.kind is StepKind.CHECK_IN]
    assert asked_days(protocol, *check_ins) == [
        *through(0, numbers.daily),
        *through(numbers.daily + 7, numbers.weekly, 7),
    ]


@pytest.mark.parametrize("case", EXPECTED)
def test_what_is_expected_shows_on_the_days_of_the_notes(case: str) -> None:
    procedure, _, variant = case.partition("/")
    protocol = protocol_of(procedure)
    own = OWN_SIGNS.get(procedure, ELSE_OWN_SIGNS)
    for area in Area:
        wanted = EXPECTED[case] | own | ELSEWHERE.get((procedure, area), {})
        if area not in LIDS:
            wanted.pop("eye_shut", None)
        found = {
            course.symptom: protocol.expected_days(course.symptom, variant or None, area)
            for course in protocol.courses
        }
        assert {symptom: days for symptom, days in found.items() if days} == {
            symptom: DaySpan(*days) for symptom, days in wanted.items()
        }, area


@every_procedure
def test_the_most_that_is_usual_is_that_of_the_notes(procedure: str) -> None:
    found = {
        (course.symptom, course.areas): list(course.bounds)
        for course in protocol_of(procedure).courses
        if course.bounds
    }
    for (symptom, areas), bounds in found.items():
        wanted = UPPER_ELSEWHERE.get((procedure, symptom, areas or frozenset())) or UPPER[procedure][symptom]
        assert bounds == [Bound(DaySpan(first, last), most) for first, last, most in wanted], symptom
    assert {symptom for symptom, _ in found} == set(UPPER[procedure])


@every_procedure
def test_when_one_may_again_is_the_day_of_the_notes_and_the_fact(procedure: str) -> None:
    found = {
        each.id: (each.since_day, each.until_day, each.fact) for each in protocol_of(procedure).restrictions
    }
    assert found == NOTES[procedure] | OWN[procedure]


def test_hair_falls_out_on_the_days_of_the_notes() -> None:
    """It has no tap of its own, so it is a card."""
    [card] = [each for each in protocol_of("hair_removal").cards if each.text_id == "card.hair_shedding"]
    assert card.span == DaySpan(5, 28)


@every_procedure
def test_a_check_in_asks_what_section_2_asks_on_each_day(procedure: str) -> None:
    protocol = protocol_of(procedure)
    asked = {day: set(protocol.phase_on(day).check_in_items) for day in range(protocol.last_day + 1)}
    for item, (first, last) in ASKED.items():
        for day in range(first, min(last or protocol.last_day, protocol.last_day) + 1):
            assert item in asked[day], (item, day)
    for day in range(protocol.heal_days.max + 1):
        assert asked[day].issuperset(UNTIL_HEALED), day
    if procedure in OPENS_SKIN:
        assert all("raw" in items for items in asked.values())


@every_procedure
def test_what_may_show_is_asked_about_on_the_days_it_may(procedure: str) -> None:
    protocol = protocol_of(procedure)
    asked_elsewhere = {"eye_shut"}  # a lid puffed shut is a sign under "Something feels wrong"
    for course in protocol.courses:
        if course.visible and course.symptom not in asked_elsewhere:
            last = min(course.visible.last, protocol.last_day)
            for day in range(course.visible.first, last + 1):
                assert course.symptom in protocol.phase_on(day).check_in_items, (course.symptom, day)


@every_procedure
def test_sight_is_asked_about_for_two_weeks_and_a_drooping_face_to_the_end(procedure: str) -> None:
    protocol = protocol_of(procedure)
    for day in range(protocol.last_day + 1):
        signs = protocol.phase_on(day).safety_set
        assert "face_droop" in signs, day
        assert {"fever", "spreading", "spreading_fast"} & set(signs), day
        if day <= 14:
            assert {"sight_change", "eye_pain"} <= set(signs), day
        if 4 <= day <= 14:
            assert "cold_sore" in signs, day
    last = next(phase for phase in protocol.phases if phase.phase is Phase.PROTECTION)
    assert {"firm_spot", "dark_patches", "sunburn", "numb", "redness_returned"} <= set(last.safety_set)
