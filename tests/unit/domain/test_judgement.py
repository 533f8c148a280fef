"""Several judges of one check-in: the highest holds, and no reason is lost."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pwa.domain.answers import Answers
from pwa.domain.judgement import Judgement, Reason, ticked_signs, united
from pwa.domain.rules import Level
from tests.unit.domain.examples import checked

LEVELS = st.sampled_from(list(Level))
JUDGEMENTS = st.builds(
    Judgement,
    LEVELS,
    st.booleans(),
    st.lists(st.builds(Reason, st.sampled_from(["E01", "S03", "T05", "P01"]), LEVELS), max_size=4).map(tuple),
)


@checked(200)
@given(st.lists(JUDGEMENTS, min_size=1, max_size=4))
def test_the_most_urgent_holds_with_the_reasons_of_all(judged: list[Judgement]) -> None:
    result = united(judged)
    assert result.level.rank == min(one.level.rank for one in judged)
    assert {reason.rule for reason in result.reasons} == {rule for one in judged for rule in one.rules}
    ranks = [reason.level.rank for reason in result.reasons]
    assert ranks == sorted(ranks)


def test_what_is_expected_is_no_reason_beside_an_alarm() -> None:
    calm = Judgement(Level.EXPECTED, True, (Reason("X01", Level.EXPECTED),))
    alarm = Judgement(Level.SAME_DAY, True, (Reason("S03", Level.SAME_DAY),))
    assert united([calm, alarm]).rules == ("S03",)
    assert united([calm, calm]) == calm


def test_a_check_in_is_complete_only_when_all_found_it_so() -> None:
    whole = Judgement(Level.SAME_DAY, True, ())
    part = Judgement(Level.TELL_CLINIC, False, ())
    assert united([whole, part]).complete is False


def test_signs_are_listed_without_a_grade() -> None:
    answers: Answers = {"fever": True, "smell": False, "pain": 9, "blisters": "few", "overall": "worse"}
    assert ticked_signs(answers) == ("blisters", "fever")
    assert ticked_signs({"overall": "worried", "oozing_colour": "clear", "blisters": "none"}) == ("overall",)
    assert ticked_signs({}) == ()
