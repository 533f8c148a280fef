"""The same properties, with the same few examples in `make test` and with many others in `make soak`."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import settings

from tests.unit.domain.examples import checked

PROPERTIES = "tests/unit/domain/test_agenda_properties.py"


def collected(*options: str) -> list[str]:
    command = [
        sys.executable,
        "-m",
        "pytest",
        "--collect-only",
        "-q",
        "-p",
        "no:cacheprovider",
        *options,
        PROPERTIES,
    ]
    lines = subprocess.run(command, capture_output=True, text=True, check=False).stdout.splitlines()
    return [line for line in lines if "::" in line]


def test_the_long_campaigns_hold_every_property_and_so_do_the_usual_tests() -> None:
    usual = collected()
    assert usual
    assert collected("-m", "soak", "--hypothesis-profile=soak") == usual
    assert collected("-m", "soak") == []


@pytest.mark.parametrize(("profile", "count", "seeded"), [("test", 150, True), ("soak", 2000, False)])
def test_a_property_is_tried_with_what_its_campaign_wants(profile: str, count: int, seeded: bool) -> None:
    before = settings.get_current_profile_name()
    settings.load_profile(profile)
    try:
        wanted = checked(150)
    finally:
        settings.load_profile(before)
    assert (wanted.max_examples, wanted.derandomize) == (count, seeded)
