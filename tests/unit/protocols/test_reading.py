from __future__ import annotations

import pytest

from pwa.protocols.reading import grade_of, sentences_in, syllables_in, words_in

SYLLABLES = {
    1: """skin moist scabs bruise cleanse lines flakes crusts eased shoes smoked cough closed treat through
       numb eye""",
    2: """sunscreen ointment laser clinic gently treated patches blisters swelling pillows label little needle
       redness purple darker fluid noses changes washes wanted ended couple special social being window table
       quickly people""",
    3: """usual area infected reminder exercise medicine eczema allergy microwave ideas fractional ablative
       radio vascular reaction period""",
    4: "irritated resurfacing situation temperature",
}
SPOKEN = [(count, word) for count, words in SYLLABLES.items() for word in words.split()]


@pytest.mark.parametrize(("count", "word"), SPOKEN)
def test_syllables_are_counted_as_spoken(count: int, word: str) -> None:
    assert syllables_in(word) == count


def test_digits_count_once_and_capitals_by_letter() -> None:
    assert syllables_in("10") == 1
    assert syllables_in("SPF") == 3


def test_words_and_sentences_are_parted() -> None:
    assert words_in("Don't rub make-up at 10:40.") == ["Don't", "rub", "make", "up", "at", "10:40"]
    assert sentences_in("Wash. Pat dry! Why?\nRest") == ["Wash", "Pat dry", "Why", "Rest"]


def test_the_grade_follows_the_published_formula() -> None:
    # 6 words, 1 sentence, 6 syllables: 0.39 * 6 + 11.8 - 15.59.
    assert grade_of("The cat sat on the mat.") == pytest.approx(-1.45)
    # The example of the literature, 11.3; two endings in -ian are counted apart here, which errs to harder.
    sentence = "The Australian platypus is seemingly a hybrid of a mammal and reptilian creature."
    assert 11.2 < grade_of(sentence) < 13.2
    assert grade_of("") == 0
