from __future__ import annotations

import re

import pytest

from pwa.domain.answers import ANSWER_IDS, CHOICES, GRADED
from pwa.domain.rules import Level
from pwa.protocols.lint_words import never_said_findings, reading_findings, source_findings
from pwa.protocols.packaged import app_text, packaged_red_flags, packaged_texts
from pwa.protocols.schema import WordsPart

OURS = ("sign.", "choice.", "ask.", "advice.", "symptom.")
LONGEST_LABEL = 40  # characters, in a list of pictures on a narrow phone
MOST_WORDS = 4  # read in a hurry, often in a second language
# One word more, or the label would name less than the sign is.
FIVE_WORDS = {"sign.cold_sore", "sign.oozing_colour", "sign.ringing_or_metal_taste"}
FIVE_WORDS |= {"sign.white_burn_area", "ask.redness"}
SEVERITIES = ("pain", *GRADED)
LABELS = sorted(ANSWER_IDS - {"overall", *GRADED})
NO_RULE = ("tell_clinic", "expected", "not_complete", "leaflet")
PLACEHOLDER = re.compile(r"{.*?}|[{}]")
PHONE_NUMBER = re.compile(r"\d[\d\s-]{1,}\d")
ADVICE = {
    text_id: text.words["en"] for text_id, text in packaged_texts().items() if text_id.startswith("advice.")
}
ADVICE_OF_RULES = {rule.advice: rule.level for rule in packaged_red_flags().rules}
URGENT = sorted(text_id for text_id, level in ADVICE_OF_RULES.items() if level is Level.EMERGENCY)
SAME_DAY = sorted(text_id for text_id, level in ADVICE_OF_RULES.items() if level is Level.SAME_DAY)
SOON = sorted(text_id for text_id, level in ADVICE_OF_RULES.items() if level is Level.TELL_CLINIC)
BEFORE_TREATMENT_TOO = [
    *(rule.advice for rule in packaged_red_flags().rules if rule.days is None and rule.days_of is None),
    "advice.t10", "advice.emergency", "advice.same_day", *(f"advice.{name}" for name in NO_RULE),
]  # fmt: skip


def whole(words: WordsPart) -> str:
    return f"{words.title} {words.body} {words.why}"


@pytest.mark.parametrize("item", LABELS)
def test_each_sign_has_a_short_label_and_says_how_to_tell(item: str) -> None:
    words = app_text(f"sign.{item}").in_language("en")
    assert len(words.title) <= LONGEST_LABEL
    assert is_short(f"sign.{item}")
    assert not words.title.endswith((".", "?"))
    assert words.body


def is_short(text_id: str) -> bool:
    words = len(app_text(text_id).in_language("en").title.split())
    return words == MOST_WORDS + 1 if text_id in FIVE_WORDS else words <= MOST_WORDS


def test_a_label_of_colour_does_not_speak_of_red_alone() -> None:
    """Heat that spreads is not red on all skin."""
    for text_id in ("sign.spreading", "sign.redness_returned"):
        assert "colour" in app_text(text_id).in_language("en").title.lower()
    assert app_text("ask.redness").in_language("en").title == "Red, purple or dark skin"


def test_no_two_signs_share_a_label() -> None:
    titles = [app_text(f"sign.{item}").in_language("en").title for item in LABELS]
    assert len(set(titles)) == len(titles)


@pytest.mark.parametrize("item", SEVERITIES)
def test_each_severity_has_a_name_a_short_legend_and_help(item: str) -> None:
    assert app_text(f"symptom.{item}").in_language("en").title
    legend = app_text(f"ask.{item}").in_language("en")
    assert is_short(f"ask.{item}")
    assert not legend.title.endswith((".", "?"))
    assert legend.body


def test_fluid_is_called_what_it_is_whatever_its_colour() -> None:
    """It may be thick or bloody, and "clear" above such an answer would be wrong."""
    assert app_text("symptom.oozing").in_language("en").title == "Fluid"


@pytest.mark.parametrize(
    ("item", "value"), [(item, value) for item, values in CHOICES.items() for value in values]
)
def test_each_value_to_choose_has_a_label(item: str, value: str) -> None:
    assert len(app_text(f"choice.{item}.{value}").in_language("en").title) <= LONGEST_LABEL


def test_the_colours_of_fluid_are_called_as_decided() -> None:
    titles = [
        app_text(f"choice.oozing_colour.{value}").in_language("en").title
        for value in CHOICES["oozing_colour"]
    ]
    assert titles == ["clear or pale yellow, watery", "thick, cloudy, green", "blood"]


def test_no_text_of_a_check_in_names_an_answer_that_is_not_there() -> None:
    expected = {f"sign.{item}" for item in LABELS} | {f"ask.{item}" for item in SEVERITIES}
    expected |= {f"choice.{item}.{value}" for item, values in CHOICES.items() for value in values}
    assert {
        text_id for text_id in packaged_texts() if text_id.startswith(("sign.", "ask.", "choice."))
    } == expected


def test_each_rule_and_each_level_has_advice_and_nothing_else_has() -> None:
    levels = {f"advice.{level.value}" for level in Level}
    assert set(ADVICE) == set(ADVICE_OF_RULES) | levels | {f"advice.{name}" for name in NO_RULE}
    assert len(URGENT) == 7
    assert len(SAME_DAY) == 12
    assert len(SOON) == 10
    assert all(rule.advice == f"advice.{rule.id.lower()}" for rule in packaged_red_flags().rules)


@pytest.mark.parametrize("text_id", [text_id for text_id in packaged_texts() if text_id.startswith(OURS)])
def test_a_text_of_a_check_in_is_sourced_readable_and_promises_nothing(text_id: str) -> None:
    text = packaged_texts()[text_id]
    assert not list(source_findings(text_id, text))
    assert not list(reading_findings(text_id, text_id, text.words["en"]))
    assert not list(never_said_findings(text_id, text.words["en"]))


@pytest.mark.parametrize("text_id", [*URGENT, "advice.emergency"])
def test_emergency_advice_is_headed_by_the_number_to_call_now(text_id: str) -> None:
    title = ADVICE[text_id].title
    assert "{emergency}" in title
    assert re.search(r"\bnow\b", title)


@pytest.mark.parametrize("text_id", [*SAME_DAY, "advice.same_day"])
def test_same_day_advice_says_today_and_where_to_turn_when_the_clinic_is_closed(text_id: str) -> None:
    assert ADVICE[text_id].title == "Call your clinic today"
    assert "Is the clinic closed? Call its out-of-hours number, or go to urgent care." in ADVICE[text_id].body


def test_leaflet_advice_says_today_where_to_turn_at_night_and_what_is_an_emergency() -> None:
    words = ADVICE["advice.leaflet"]
    assert "today" in words.title
    assert "out-of-hours number" in words.body
    assert "call {emergency} now" in words.body


@pytest.mark.parametrize("text_id", [*SOON, "advice.tell_clinic"])
def test_advice_for_the_next_days_says_what_cannot_take_so_long(text_id: str) -> None:
    words = ADVICE[text_id]
    assert words.title == "Tell your clinic in the next 2 days"
    assert re.search(r"call the same day|call {emergency} now|tell you today", words.body)


@pytest.mark.parametrize("text_id", sorted(ADVICE))
def test_advice_says_what_to_do_meanwhile_and_what_to_say(text_id: str) -> None:
    words = ADVICE[text_id]
    assert words.body
    assert re.search(r'\b[Ss]ay: ".+"', words.why)


@pytest.mark.parametrize("text_id", sorted(ADVICE))
def test_advice_tells_nobody_to_wait_and_names_no_number(text_id: str) -> None:
    text = whole(ADVICE[text_id])
    assert not re.search(r"\bwait\b", text, re.IGNORECASE)
    assert not PHONE_NUMBER.search(text)


def test_only_advice_has_blanks_and_only_the_two_the_app_fills() -> None:
    for text_id, text in packaged_texts().items():
        if text_id.startswith(OURS):
            allowed = {"{emergency}", "{day}"} if text_id.startswith("advice.") else set()
            assert set(PLACEHOLDER.findall(whole(text.words["en"]))) <= allowed, text_id


@pytest.mark.parametrize("text_id", sorted(BEFORE_TREATMENT_TOO))
def test_what_can_come_before_the_treatment_does_not_speak_of_after(text_id: str) -> None:
    assert "after laser" not in whole(ADVICE[text_id])


def test_the_words_that_were_decided_for_advice_stand() -> None:
    assert ADVICE["advice.expected"].body == (
        "This fits what many people feel on day {day}. It does not rule out a problem. "
        "Call if it gets worse or you are worried."
    )
    assert ADVICE["advice.s12"].body.startswith("Call before you stop the tablets.")
    assert ADVICE["advice.e03"].title.startswith("Get emergency eye care now")
    assert "crisis line" in ADVICE["advice.e07"].title
    assert '"None of these"' in ADVICE["advice.not_complete"].body
