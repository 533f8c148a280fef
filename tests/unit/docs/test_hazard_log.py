"""The hazard log: whole entries, and every file and test it names is there."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml

from tests.unit.docs.pages import ROOT

LOG = yaml.safe_load((ROOT / "docs" / "safety" / "hazard-log.yaml").read_text(encoding="utf-8"))
HAZARDS: list[dict[str, Any]] = LOG["hazards"]
FIELDS = {"id", "hazard", "sequence", "harm", "severity", "probability", "controls", "residual"}


@pytest.fixture(params=HAZARDS, ids=lambda each: str(each["id"]))
def hazard(request: pytest.FixtureRequest) -> dict[str, Any]:
    found: dict[str, Any] = request.param
    return found


def test_there_are_at_least_fifteen_hazards_each_with_its_own_number() -> None:
    ids = [each["id"] for each in HAZARDS]
    assert len(ids) >= 15
    assert ids == [f"H-{number:02d}" for number in range(1, len(ids) + 1)]


def test_a_hazard_says_everything(hazard: dict[str, Any]) -> None:
    assert FIELDS <= hazard.keys() <= FIELDS | {"open"}
    assert hazard["severity"] in ("minor", "moderate", "serious")
    assert {hazard["probability"], hazard["residual"]} <= {"low", "medium", "high"}
    assert hazard["controls"]


def test_a_control_lives_in_files_that_exist(hazard: dict[str, Any]) -> None:
    for control in hazard["controls"]:
        assert control.keys() == {"control", "held_by", "shown_by"}
        assert control["held_by"]
        assert [file for file in control["held_by"] if not (ROOT / file).is_file()] == []


def test_a_control_names_tests_that_exist(hazard: dict[str, Any]) -> None:
    missing = [test for each in hazard["controls"] for test in each["shown_by"] if not _is_a_test(test)]
    assert missing == []


def test_every_hazard_has_a_control_that_a_test_shows(hazard: dict[str, Any]) -> None:
    assert any(control["shown_by"] for control in hazard["controls"])


def test_a_control_without_a_test_is_said_to_be_open(hazard: dict[str, Any]) -> None:
    shown = all(control["shown_by"] for control in hazard["controls"])
    assert shown or hazard.get("open"), "say what no test shows yet"


def test_what_stays_a_real_danger_says_why(hazard: dict[str, Any]) -> None:
    assert hazard["residual"] == "low" or hazard.get("open")


def _is_a_test(name: str) -> bool:
    path, _, test = name.partition("::")
    file = ROOT / path
    if not file.is_file():
        return False
    text = file.read_text(encoding="utf-8")
    if file.suffix == ".py":
        return re.search(rf"^def {re.escape(test)}\(", text, re.MULTILINE) is not None
    return test in text
