"""`afterbeam triage`: one check-in, judged as phone and server judge it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.command import Command, command_for


@pytest.fixture
def anywhere(tmp_path: Path) -> Command:
    """The command where there are no keys and no database."""
    return command_for(tmp_path)


def _triage(anywhere: Command, *options: str) -> dict[str, object]:
    said = anywhere("triage", *options, "--json")
    assert said.code == 0, said.err
    found: dict[str, object] = said.json()
    return found


def test_pain_7_on_day_5_is_for_the_same_day(anywhere: Command) -> None:
    assert _triage(anywhere, "--procedure", "co2_full", "--day", "5", "--answers", '{"pain": 7}') == {
        "level": "same_day",
        "complete": False,
        "reasons": ["S05"],
        "advice": "advice.s05",
        "above_expected": ["pain"],
    }


def test_none_of_these_is_an_answer_to_every_sign_of_the_day(anywhere: Command) -> None:
    options = ("--procedure", "ipl", "--day", "1", "--answers", '{"overall": "better"}')
    assert _triage(anywhere, *options)["level"] == "not_complete"
    expected = _triage(anywhere, *options, "--none-of-these")
    assert (expected["level"], expected["complete"], expected["reasons"]) == ("expected", True, ["X01"])


def test_variant_area_and_risks_are_heard(anywhere: Command) -> None:
    blister = (
        "--procedure",
        "pigment_tattoo",
        "--day",
        "5",
        "--answers",
        '{"blisters": "few"}',
        "--none-of-these",
    )
    assert _triage(anywhere, *blister)["reasons"] == ["S02"]
    assert _triage(anywhere, *blister, "--variant", "tattoo")["level"] == "expected"
    fever = ("--procedure", "co2_full", "--day", "5", "--answers", '{"fever": true}')
    assert _triage(anywhere, *fever)["level"] == "same_day"
    assert _triage(anywhere, *fever, "--area", "full_face")["level"] == "emergency"
    assert _triage(anywhere, *fever, "--risks", "smoking, immunocompromised")["level"] == "emergency"


def test_the_history_is_heard(anywhere: Command, tmp_path: Path) -> None:
    history = tmp_path / "history.json"
    history.write_text(json.dumps([{"day": 2, "answers": {"pain": 2}}]))
    options = ("--procedure", "co2_full", "--day", "3", "--answers", '{"pain": 4}', "--none-of-these")
    assert _triage(anywhere, *options)["level"] == "expected"
    assert _triage(anywhere, *options, "--history", str(history))["reasons"] == ["S05"]


def test_a_person_reads_one_line(anywhere: Command) -> None:
    said = anywhere("triage", "--procedure", "co2_full", "--day", "5", "--answers", '{"fever": true}')
    assert said.out == "same_day because of S03; the danger signs of the day are not all answered\n"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--answers", "{pain}"), "not JSON"),
        (("--answers", "[" * 100_000), "not JSON"),
        (("--answers", '{"pain": ' + "9" * 5000 + "}"), "not JSON"),
        (("--answers", '{"fever": true, "fever": false}'), "given twice"),
        (("--answers", '{"headache": true}'), "no such question"),
        (("--answers", '{"pain": 11}'), "from 0 to 10"),
        (("--day", "731"), "from -90 to 730"),
        (("--day", "soon"), "soon"),
        (("--procedure", "peel"), "no procedure 'peel'"),
        (("--variant", "blue"), "Leave --variant out"),
        (("--procedure", "vascular", "--variant", "blue"), "Choose one of: pdl, ktp"),
        (("--area", "elbow"), "no area 'elbow'"),
        (("--risks", "tall"), "no risk 'tall'"),
        (("--history", "nowhere.json"), "cannot be read"),
    ],
)
def test_bad_input_gets_one_sentence(anywhere: Command, options: tuple[str, ...], said: str) -> None:
    usual = {"--procedure": "co2_full", "--day": "5", "--answers": "{}"}
    usual.update(dict(zip(options[::2], options[1::2], strict=True)))
    ended = anywhere("triage", *(part for pair in usual.items() for part in pair))
    assert ended.code == 2
    assert ended.out == ""
    assert said in ended.err
    assert len(ended.err.strip().splitlines()) == 1


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{}", "is a list"),
        ('[{"day": 3}]', "Each check-in of the history"),
        ('[{"day": "3", "answers": {}}]', "Each check-in of the history"),
        ('[{"day": 6, "answers": {}}]', "after day 5"),
        ('[{"day": 3, "answers": {"pain": "much"}}]', "from 0 to 10"),
        ("\x00", "not JSON"),
    ],
)
def test_a_bad_history_gets_one_sentence(anywhere: Command, tmp_path: Path, content: str, said: str) -> None:
    history = tmp_path / "history.json"
    history.write_text(content)
    options = ("--procedure", "co2_full", "--day", "5", "--answers", "{}", "--history", str(history))
    ended = anywhere("triage", *options)
    assert (ended.code, ended.out) == (2, "")
    assert said in ended.err
