from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path

import pytest

from pwa.domain.answers import ANSWER_IDS, SIGNS
from pwa.domain.protocol import Area, FactName, Gate, Phase, Protocol, QuietPolicy, Step, StepKind
from pwa.protocols.compiler import hash_of, protocol_from_document
from pwa.protocols.errors import ProtocolError
from pwa.protocols.linter import lint
from pwa.protocols.loader import load_seed, load_text
from pwa.protocols.packaged import packaged_sources
from tests.unit.protocols.seeds import PROCEDURES, changed, seed, seed_text

OPENS_SKIN = ("co2_full", "eryag_full", "fractional_ablative", "pigment_tattoo")
every_procedure = pytest.mark.parametrize("procedure", PROCEDURES)


def of_kind(protocol: Protocol, kind: StepKind) -> list[Step]:
    return [step for step in protocol.steps if step.kind is kind]


def step(protocol: Protocol, step_id: str) -> Step:
    return next(each for each in protocol.steps if each.id == step_id)


def last_days(steps: Iterable[Step]) -> int:
    return max(each.days.span.last for each in steps)


def test_all_eight_procedures_are_packaged() -> None:
    assert tuple(seed()) == PROCEDURES
    assert {document.status for document in seed().values()} == {"needs clinical approval"}


def test_loading_all_of_them_is_quick() -> None:
    load_seed()  # the texts are read once
    started = time.perf_counter()
    load_seed()
    assert time.perf_counter() - started < 0.5


@every_procedure
def test_a_protocol_lints_clean(procedure: str) -> None:
    assert lint(seed()[procedure]) == ()


@every_procedure
def test_nothing_is_lost_between_protocol_and_document(procedure: str) -> None:
    document = seed()[procedure]
    again = protocol_from_document(document.json_text, document.content_hash)
    assert again == document.protocol
    assert again.content_hash == document.content_hash == hash_of(document.json_text)


@every_procedure
def test_a_document_holds_every_text_it_needs_and_no_other(procedure: str) -> None:
    content = json.loads(seed()[procedure].json_text)
    assert set(content["texts"]) == set(seed()[procedure].protocol.texts)
    assert all(text["sources"] for text in content["texts"].values())


@every_procedure
def test_every_source_is_listed(procedure: str) -> None:
    known = packaged_sources()
    for text in seed()[procedure].protocol.texts.values():
        assert text.sources
        assert all(source == "D" or source.startswith("K: ") or source in known for source in text.sources)


def test_the_list_of_sources_is_whole() -> None:
    numbers = {int(source.id.strip("Rb")) for source in packaged_sources().values()}
    assert numbers == set(range(1, 158))
    assert packaged_sources()["R3"].tier == "B"


def test_the_same_content_has_the_same_hash_in_every_process() -> None:
    code = "from pwa.protocols.loader import load_seed; print(*(d.content_hash for d in load_seed()))"
    for hash_seed in ("1", "2"):
        ran = subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            check=True,
            env={"PYTHONHASHSEED": hash_seed, "PYTHONPATH": ":".join(sys.path)},
        )
        assert ran.stdout.split() == [document.content_hash for document in seed().values()]


def test_comments_order_and_approval_do_not_change_the_hash() -> None:
    text = seed_text("ipl")
    moved = text.replace("closing: closing.light\n", "").replace(
        "format: 1\n", "closing: closing.light\nformat: 1  # one\n"
    )
    assert moved != text
    assert load_text(moved, "moved.yaml").content_hash == seed()["ipl"].content_hash
    assert "approval" not in seed()["ipl"].json_text


def test_the_order_of_own_texts_does_not_change_the_hash() -> None:
    one, two = (
        f"  my.{name}: {{sources: [D], words: {{en: {{title: Hi, body: Rest.}}}}}}\n"
        for name in ("one", "two")
    )
    texts = [load_text(f"{seed_text('ipl')}\ntexts:\n{own}", "own.yaml") for own in (one + two, two + one)]
    assert texts[0].json_text == texts[1].json_text
    assert list(json.loads(texts[0].json_text)) == sorted(json.loads(texts[0].json_text))


def test_any_change_of_content_changes_the_hash() -> None:
    assert load_text(changed("window: 8h", "window: 9h"), "a").content_hash != seed()["co2_full"].content_hash


def test_a_document_that_was_tampered_with_is_refused() -> None:
    document = seed()["co2_full"]
    with pytest.raises(ProtocolError, match="not the content that its hash names"):
        protocol_from_document(document.json_text.replace("180", "18"), document.content_hash)
    with pytest.raises(ProtocolError, match="canonical"):
        protocol_from_document(" " + document.json_text)
    with pytest.raises(ProtocolError, match="not JSON"):
        protocol_from_document(document.json_text[:-1])


@every_procedure
def test_phases_ask_known_answers_and_show_at_most_eight_signs(procedure: str) -> None:
    phases = seed()[procedure].protocol.phases
    assert [phase.phase for phase in phases] == list(Phase)
    assert phases[0].span.first <= -42
    for phase in phases:
        assert 1 <= len(phase.safety_set) <= 8
        assert set(phase.safety_set) <= SIGNS
        assert set(phase.check_in_items) <= set(ANSWER_IDS)
        assert "self_harm" not in phase.safety_set  # only under "Something feels wrong"


@every_procedure
def test_sunscreen_never_comes_on_open_skin(procedure: str) -> None:
    protocol = seed()[procedure].protocol
    wanted = Gate.NEEDS_FACT if procedure in OPENS_SKIN else Gate.NOT_OPEN
    for each in of_kind(protocol, StepKind.SUNSCREEN):
        assert each.gate is wanted
        assert each.fact is FactName.SKIN_CLOSED


@every_procedure
def test_only_prescribed_medicine_may_break_the_quiet(procedure: str) -> None:
    for each in seed()[procedure].protocol.steps:
        assert (each.quiet is QuietPolicy.DELIVER) == (each.kind is StepKind.MEDICINE)
        assert (each.only_if_prescribed is not None) == (each.kind is StepKind.MEDICINE)


@pytest.mark.parametrize(
    ("procedure", "before", "strict", "protect", "first_sunscreen", "visits"),
    [
        ("co2_full", 42, 14, 180, 7, (1, 7, 14, 30, 90, 180)),
        ("eryag_full", 42, 14, 90, 6, (1, 7, 30, 90)),
        ("fractional_ablative", 28, 14, 90, 3, (2, 7, 30, 90)),
        ("fractional_nonablative", 14, 14, 60, 1, (14, 30)),
        ("ipl", 28, 14, 42, 0, (14, 28)),
        ("vascular", 42, 14, 180, 2, (14, 56)),
        ("pigment_tattoo", 28, 28, 120, 7, (14, 42)),
        ("hair_removal", 42, 14, 42, 2, (28,)),
    ],
)
def test_the_numbers_of_the_clinical_notes_hold(
    procedure: str, before: int, strict: int, protect: int, first_sunscreen: int, visits: tuple[int, ...]
) -> None:
    protocol = seed()[procedure].protocol
    assert step(protocol, "sun_before").days.span.first == -before
    assert step(protocol, "sun_strict").days.span.last == strict
    assert protocol.last_day == step(protocol, "sun_protect").days.span.last == protect
    sunscreen = of_kind(protocol, StepKind.SUNSCREEN)
    assert min(each.days.span.first for each in sunscreen) == first_sunscreen
    assert last_days(sunscreen) == protect
    assert step(protocol, "visit").days.on == visits


@pytest.mark.parametrize(
    ("procedure", "minutes", "most", "last"),
    [("co2_full", 10, 15, 2), ("fractional_ablative", 10, 15, 1), ("ipl", 10, 15, 0), ("vascular", 5, 5, 1),
     ("pigment_tattoo", 5, 5, 0), ("hair_removal", 5, 5, 1)],
)  # fmt: skip
def test_cooling_is_timed_and_capped(procedure: str, minutes: int, most: int, last: int) -> None:
    steps = of_kind(seed()[procedure].protocol, StepKind.COOLING)
    assert last_days(steps) == last
    for each in steps:
        assert each.timer is not None
        assert each.timer_most is not None
        assert (each.timer.seconds // 60, each.timer_most.seconds // 60) == (minutes, most)


@pytest.mark.parametrize(
    ("procedure", "washes"),
    [("co2_full", 4), ("eryag_full", 4), ("fractional_ablative", 3), ("fractional_nonablative", 2),
     ("ipl", 2), ("vascular", 2), ("pigment_tattoo", 2)],
)  # fmt: skip
def test_skin_is_washed_as_often_as_the_clinical_notes_say(procedure: str, washes: int) -> None:
    assert len(step(seed()[procedure].protocol, "cleanse").times) == washes


@every_procedure
def test_everybody_is_told_to_stop_smoking_and_where_eyes_are_near_to_bring_glasses(procedure: str) -> None:
    protocol = seed()[procedure].protocol
    assert -14 in step(protocol, "no_smoking").days
    glasses = step(protocol, "day_zero_eyes")
    assert glasses.days.on == (0,)
    assert glasses.areas == frozenset({Area.FULL_FACE, Area.AROUND_EYES})


def test_no_words_state_what_nobody_looked_at() -> None:
    titles = {
        text_id: seed()[procedure].protocol.texts[text_id].words["en"].title
        for procedure, text_id in (
            ("ipl", "card.ipl_later"),
            ("co2_full", "card.sun_months"),
            ("vascular", "lock.cooling_1"),
        )
    }
    assert all("any people" in title for text_id, title in titles.items() if text_id.startswith("card."))
    assert titles["lock.cooling_1"] == "A few minutes for you"  # five of them for some


@every_procedure
def test_the_monthly_look_goes_on_until_sun_protection_ends(procedure: str) -> None:
    protocol = seed()[procedure].protocol
    look = step(protocol, "skin_check").days
    assert [day for day in range(protocol.last_day + 1) if day in look] == list(
        range(28, protocol.last_day + 1, 28)
    )


def test_a_noon_reminder_leaves_out_the_days_of_another_step() -> None:
    protocol = seed()["vascular"].protocol
    later = step(protocol, "sunscreen_noon_later")
    assert later.not_with == {"check_in_weekly", "skin_check"}
    assert 21 in later.days  # which days those steps ask on is known day by day only


def test_variants_differ_where_the_course_does() -> None:
    vascular = {
        (course.symptom, course.variants): course.visible for course in seed()["vascular"].protocol.courses
    }
    assert vascular["purpura", frozenset({"pdl"})] is not None
    assert vascular["purpura", frozenset({"ktp"})] is None
    tattoo = {
        (course.symptom, course.variants): course.visible
        for course in seed()["pigment_tattoo"].protocol.courses
    }
    assert tattoo["blisters", frozenset({"tattoo"})] is not None
    assert tattoo["blisters", frozenset({"pigment"})] is None


@every_procedure
def test_when_may_i_has_an_answer_for_sun_sport_and_make_up(procedure: str) -> None:
    protocol = seed()[procedure].protocol
    assert {"sun", "tan", "exercise", "makeup", "pick"} <= {each.id for each in protocol.restrictions}
    assert set(protocol.areas) == set(Area)


@every_procedure
def test_the_end_of_a_ban_never_allows_picking_smoking_popping_a_blister_tanning_or_direct_sun(
    procedure: str,
) -> None:
    restrictions = seed()[procedure].protocol.restrictions
    harmful = {"pick", "smoke", "pop", "tan", "sun"}
    assert {each.id for each in restrictions if each.never_again} == harmful & {
        each.id for each in restrictions
    }
    for each in restrictions:
        verb = seed()[procedure].protocol.texts[each.text_id].in_language("en").title
        assert each.never_again == bool(re.match(r"Pick|Smoke|Pop|Sunbathe|Be out", verb)), verb


@every_procedure
def test_whoever_asks_about_the_sun_is_told_of_hat_and_sunscreen_until_the_plan_ends(procedure: str) -> None:
    protocol = seed()[procedure].protocol
    told = [
        each
        for each in protocol.restrictions
        if re.search(r"hat.*sunscreen", protocol.texts[each.text_id].in_language("en").body)
    ]
    assert {each.id for each in told} == {"sun", "tan"}
    assert max(each.until_day or 0 for each in told) == protocol.last_day + 1


def test_a_protocol_stored_before_there_was_never_again_can_still_be_read() -> None:
    content = json.loads(seed()["ipl"].json_text)
    for each in content["restrictions"]:
        each.pop("never_again", None)
    old = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert not any(each.never_again for each in protocol_from_document(old, hash_of(old)).restrictions)


def test_contact_sport_waits_for_the_bruise_and_the_scabs() -> None:
    for procedure, fact in (("vascular", FactName.BRUISE_GONE), ("pigment_tattoo", FactName.SCABS_GONE)):
        protocol = seed()[procedure].protocol
        sport = next(each for each in protocol.restrictions if each.id == "contact_sport")
        assert (sport.until_day, sport.fact) == (None, fact)
        assert fact in {question.name for question in protocol.facts}


def test_whole_skin_is_not_asked_whether_it_closed_unless_it_was_open() -> None:
    for procedure in PROCEDURES:
        question = next(
            each for each in seed()[procedure].protocol.facts if each.name is FactName.SKIN_CLOSED
        )
        assert (question.ask_from is not None) == (procedure in OPENS_SKIN)


def test_the_documented_kinds_of_steps_are_the_kinds_there_are() -> None:
    text = (Path(__file__).parents[3] / "docs" / "protocol-format.md").read_text(encoding="utf-8")
    section = text.split("## Kinds of steps")[1].split("\n## ")[0]
    assert re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE) == [kind.value for kind in StepKind]
