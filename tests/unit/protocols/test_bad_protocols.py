from __future__ import annotations

from pathlib import Path

import pytest

from pwa.domain.errors import BadInput
from pwa.protocols.errors import ProtocolError
from pwa.protocols.loader import load_file, load_text
from tests.unit.protocols.seeds import changed, seed_text

BAD = [
    ("heal_days: {min: 5", "heal_days: {min: five", "heal_days.min", "whole number"),
    ("last_day: 180", 'last_day: "180"', "last_day", "whole number"),
    ("last_day: 180", "last_day: 18000", "last_day", "730"),
    ("version: \"1.0\"\n", "", "version", "missing"),
    ("format: 1", "format: 2", "format", "should be 1"),
    ("status: needs clinical approval", "status: approved", "status", "needs clinical approval"),
    ("procedure: co2_full", "procedure: CO2 full", "procedure", "will not do"),
    ("kind: sun\n", "kind: moon\n", "steps[8].kind", "moon"),
    ("times: [wake]\n    window: 8h", "times: [dawn]\n    window: 8h", "steps[8].times[0]", "dawn"),
    ("times: [wake]\n    window: 8h", "times: []\n    window: 8h", "steps[8].times", "at least 1"),
    ("window: 8h", "window: 8 hours", "steps[8].window", "length of time"),
    ("window: 8h", "window: 0m", "steps[8].window", "longer than nothing"),
    ("{first: -42, last: -1}", "{first: -1, last: -42}", "steps[8].days", "before it starts"),
    ("{first: -42, last: -1}", "{first: -42}", "steps[8].days", "first and last"),
    ("{on_days: [-60, -21]}", "{on_days: [-21, -60]}", "steps[0].days", "rise"),
    ("{on_days: [-60, -21]}", "{on_days: [-60, -21], every: 2}", "steps[0].days", "not both"),
    ("strict: true", "strict: yes", "steps[9].strict", "true or false"),
    ("strict: true", "stricct: true", "steps[9].stricct", "not a known field"),
    ("gate: until_fact\n", "gate: after_fact\n", "steps[11].gate", "after_fact"),
    ("    fact: skin_closed\n", "", "steps[11]", "belong together"),
    ("fact: skin_closed\n", "fact: skin_happy\n", "steps[11].fact", "skin_happy"),
    ("areas: [full_face, around_eyes]\n", "areas: [elbow]\n", "steps[7].areas[0]", "elbow"),
    ("text: sun.before", "text: sun.never_written", "steps[8].text", "sun.never_written"),
    ("closing: closing.resurfacing", "closing: closing.none", "closing", "closing.none"),
    ("id: no_wax\n", "id: tell_clinic\n", "", "twice"),
    ("not_with: [check_in_daily,", "not_with: [nobody,", "steps[14].days.not_with[0]", '"nobody"'),
    ("symptom: redness", "symptom: rudeness", "courses[0].symptom", "rudeness"),
    ("at_most: 3}", "at_most: 11}", "courses[0].bounds[0].at_most", "10"),
    ("safety_set: [", "safety_set: [eye_shut, drowsy, ", "phases[0].safety_set", "8"),
    ("heal_days: {min: 5", "heal_days: {min: 12", "heal_days", "rise"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "path", "reason"), BAD, ids=[f"{path}: {reason}" for _, _, path, reason in BAD]
)
def test_a_bad_protocol_is_refused_with_file_path_and_reason(
    old: str, new: str, path: str, reason: str
) -> None:
    with pytest.raises(ProtocolError) as raised:
        load_text(changed(old, new), "mine.yaml")
    problem = next(each for each in raised.value.problems if each.path == path)
    assert reason in problem.reason
    sentence = problem.sentence("mine.yaml")
    assert sentence.startswith("mine.yaml")
    assert sentence.endswith(".")
    assert sentence in raised.value.message.splitlines()


def test_a_problem_names_the_line() -> None:
    text = changed("heal_days: {min: 5", "heal_days: {min: five")
    with pytest.raises(ProtocolError) as raised:
        load_text(text, "mine.yaml")
    line = text[: text.index("min: five")].count("\n") + 1
    assert f"mine.yaml, line {line}, heal_days.min: must be a whole number." in raised.value.message


def test_every_problem_is_named_at_once() -> None:
    text = changed("last_day: 180", "last_day: soon").replace("window: 8h", "window: long", 1)
    with pytest.raises(ProtocolError) as raised:
        load_text(text, "mine.yaml")
    assert [problem.path for problem in raised.value.problems] == ["last_day", "steps[8].window"]


def test_a_broken_protocol_is_bad_input() -> None:
    with pytest.raises(BadInput):
        load_text("format: 1", "mine.yaml")


def test_a_list_is_not_a_protocol() -> None:
    with pytest.raises(ProtocolError, match=r"mine\.yaml, line 1: must be a group of fields"):
        load_text("- 1\n- 2\n", "mine.yaml")


def test_a_file_that_is_not_there_or_not_text_is_named(tmp_path: Path) -> None:
    with pytest.raises(ProtocolError, match=r"none\.yaml: cannot be read"):
        load_file(tmp_path / "none.yaml")
    (tmp_path / "latin.yaml").write_bytes(b"name: caf\xe9\n")
    with pytest.raises(ProtocolError, match=r"latin\.yaml: is not UTF-8"):
        load_file(tmp_path / "latin.yaml")


def test_a_clinic_file_may_bring_its_own_texts(tmp_path: Path) -> None:
    words = "words: {en: {title: Shade, body: Stay in the shade.}}"
    own = f"\ntexts:\n  sun.before:\n    sources: [D]\n    {words}\n"
    (tmp_path / "own.yaml").write_text(seed_text("co2_full") + own, encoding="utf-8")
    protocol = load_file(tmp_path / "own.yaml").protocol
    assert protocol.texts["sun.before"].in_language("en").body == "Stay in the shade."
    assert protocol.texts["sun.protect"].sources
