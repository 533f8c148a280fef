from __future__ import annotations

import re
from pathlib import Path

import pytest

from pwa.domain.protocol import Area, StepKind
from pwa.protocols.lint_words import (
    lock_screen_findings,
    never_said_findings,
    reading_findings,
    source_findings,
)
from pwa.protocols.packaged import LOCK_SCREEN_TURNS, app_text, lock_screen_text, packaged_texts
from pwa.protocols.schema import WordsPart
from tests.unit.protocols.seeds import PROCEDURES, seed

ROOT = Path(__file__).parents[3]
DOMAIN = ROOT / "pwa/domain/protocol.py"
OF_THE_FACE = re.compile(r"\b(?:face|eyes?|lids?|cheeks?|lips?|nose|chin)\b", re.IGNORECASE)


def test_every_packaged_text_is_used() -> None:
    used = {text_id for document in seed().values() for text_id in document.protocol.texts}
    assert {text_id for text_id in packaged_texts() if not text_id.startswith("app.")} == used


def test_every_packaged_text_is_sourced_readable_and_promises_nothing() -> None:
    for text_id, text in packaged_texts().items():
        words = text.words["en"]
        assert not list(source_findings(text_id, text))
        assert not list(reading_findings(text_id, text_id, words))
        assert not list(never_said_findings(text_id, words))


def test_no_health_word_stands_on_a_lock_screen() -> None:
    shown = [text_id for text_id in packaged_texts() if text_id.startswith("lock.")]
    shown += ["app.neutral", "app.outage", "app.test", "app.follow_up"]
    for text_id in shown:
        assert not list(lock_screen_findings(text_id, packaged_texts()[text_id].words["en"]))


@pytest.mark.parametrize(
    "line", ["Skin care time", "Your laser reminder", "SPF now", "Take your tablet", "Follow-up due"]
)
def test_a_health_word_on_a_lock_screen_is_found(line: str) -> None:
    assert list(lock_screen_findings("x", WordsPart(title=line, body="Hello")))
    assert list(lock_screen_findings("x", WordsPart(title="Hello", body=line)))


def test_lock_screens_have_at_least_eight_wordings() -> None:
    titles = {
        lock_screen_text(kind, turn).in_language("en").title
        for kind in StepKind
        for turn in range(LOCK_SCREEN_TURNS)
    }
    assert len(titles) >= 8
    assert "Time for your next step" in titles


def test_wordings_take_turns() -> None:
    wordings = [lock_screen_text(StepKind.CHECK_IN, turn).id for turn in range(4)]
    assert wordings == ["lock.check_in_1", "lock.check_in_2", "lock.check_in_1", "lock.check_in_2"]


def test_an_unknown_language_gets_english() -> None:
    assert app_text("app.neutral").in_language("fr-CA").body == "You have a reminder"


def test_the_words_that_were_decided_stand() -> None:
    def body(text_id: str) -> str:
        return app_text(text_id).in_language("en").body

    assert body("sun.strict") == "Stay out of direct sun all day, also by a window."
    assert body("sun.protect").startswith("Hat and sunscreen all day.")
    for text_id in ("cooling.ten", "cooling.five", "cooling.five_tattoo"):
        assert body(text_id) == (
            "Wrap a cool pack in a clean cloth. Never put ice on your skin. "
            "If your skin is still numb, ask your clinic first."
        )
    assert app_text("fact.skin_closed").in_language("en").title == "Has your skin closed?"
    assert app_text("may.makeup_closed").in_language("en").title == "Wear make-up"


def test_the_timer_says_how_to_cool_in_the_words_of_the_step() -> None:
    words = (ROOT / "static/shared/words/cooling.ts").read_text(encoding="utf-8")
    how = re.search(r'cool_how: "(.+)"', words)
    assert how is not None
    for text_id in ("cooling.ten", "cooling.five", "cooling.five_tattoo"):
        body = app_text(text_id).in_language("en").body
        assert body == f"{how[1]} If your skin is still numb, ask your clinic first."


@pytest.mark.parametrize("procedure", PROCEDURES)
def test_whoever_was_treated_on_the_hands_is_told_nothing_of_the_face(procedure: str) -> None:
    """Nor whose area nobody noted; a hat and clean skin on the day are for everybody."""
    protocol = seed()[procedure].protocol
    for area in (Area.HANDS, Area.BODY):
        told = {step.text_id for step in protocol.steps if step.areas is None or area in step.areas}
        told |= {each.text_id for each in protocol.restrictions if each.areas is None or area in each.areas}
        told |= {
            card.text_id
            for variant in protocol.variants or (None,)
            for card in protocol.cards_for(variant, area)
        }
        told |= {card.text_id for card in protocol.cards_for(None, None)}
        told |= {
            f"symptom.{course.symptom}"
            for course in protocol.courses
            if protocol.expected_days(course.symptom, None, area)
        }
        for text_id in told:
            words = protocol.texts[text_id].in_language("en")
            found = OF_THE_FACE.search(f"{words.title} {words.body} {words.why}")
            assert not found, (text_id, found)


@pytest.mark.parametrize(
    "file", [*(ROOT / "pwa/protocols").rglob("*.py"), *(ROOT / "pwa/protocols").rglob("*.yaml"), DOMAIN],
    ids=lambda file: file.name,
)  # fmt: skip
def test_where_a_number_comes_from_is_named_by_what_is_in_the_package(file: Path) -> None:
    assert "clinical.md" not in file.read_text(encoding="utf-8")


def test_check_ins_say_that_nobody_watches() -> None:
    for text_id in ("check_in.first_evening", "check_in.daily", "check_in.weekly"):
        assert "Nobody watches entries live." in app_text(text_id).in_language("en").body


def test_every_card_about_healing_says_many_or_some_people() -> None:
    for text_id, text in packaged_texts().items():
        if text_id.startswith("card."):
            assert "any people" in text.words["en"].body or "ome people" in text.words["en"].body, text_id
            assert "call" in text.words["en"].body.lower(), text_id


@pytest.mark.parametrize(
    "body",
    ["This is normal.", "It is safe.", "Contact your clinic.", "Put ice on it.",
     "Use ice, never put it off.", "Take 500 mg now.",
     "Milia are red bumps, purple too.", "Take aciclovir.", "Your skin is red.",
     "No need to worry.", "Use vinegar."],
)  # fmt: skip
def test_what_must_never_be_said_is_found(body: str) -> None:
    assert list(never_said_findings("x", WordsPart(title="Hello", body=body)))


def test_contact_sport_lenses_and_never_ice_may_be_said() -> None:
    for ice in ("never ice on skin", "never put ice on your skin"):
        body = f"Contact lenses and contact sport can wait, {ice}."
        assert not list(never_said_findings("x", WordsPart(title="Hello", body=body)))
