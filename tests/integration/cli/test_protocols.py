"""`afterbeam protocol`: list, lint and simulate."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from pwa.domain.protocol import StepKind
from tests.support.command import Command, command_for

ROOT = Path(__file__).parents[3]
PROCEDURES = ["co2_full", "eryag_full", "fractional_ablative", "fractional_nonablative"]
PROCEDURES += ["hair_removal", "ipl", "pigment_tattoo", "vascular"]
LONDON = ("--treated-at", "2026-03-20T10:00", "--zone", "Europe/London", "--days", "21")


@pytest.fixture
def anywhere(tmp_path: Path) -> Command:
    """The command where there are no keys and no database: reading protocols needs neither."""
    return command_for(tmp_path)


def test_all_eight_are_listed(anywhere: Command) -> None:
    rows = anywhere("protocol", "list", "--json").json()
    assert [row["procedure"] for row in rows] == PROCEDURES
    assert {row["status"] for row in rows} == {"needs clinical approval"}
    assert all(re.fullmatch("[0-9a-f]{64}", row["content_hash"]) for row in rows)
    assert len(anywhere("protocol", "list").out.splitlines()) == 8


def test_all_eight_are_clean(anywhere: Command) -> None:
    said = anywhere("protocol", "lint")
    assert said.code == 0, said.out
    assert said.out.endswith("8 protocols, 0 findings\n")
    one = str(ROOT / "pwa/protocols/seed/ipl.yaml")
    assert anywhere("protocol", "lint", one, "--json").json() == []


def test_a_faulty_protocol_is_named_with_path_and_reason_and_ends_with_1(
    anywhere: Command, tmp_path: Path
) -> None:
    seed = (ROOT / "pwa/protocols/seed/ipl.yaml").read_text()
    bad = tmp_path / "mine.yaml"
    bad.write_text(seed.replace("last_day:", "last_day: 3 #", 1))
    said = anywhere("protocol", "lint", str(bad), "--json")
    assert said.code in (1, 2)
    assert "mine.yaml" in said.out + said.err


@pytest.mark.parametrize("content", ["", "a: [", "a: 1\na: 2\n", "procedure: ipl\n", "\x00", "- 1\n"])
def test_a_file_that_is_no_protocol_is_refused_in_words(
    anywhere: Command, tmp_path: Path, content: str
) -> None:
    file = tmp_path / "odd.yaml"
    file.write_text(content)
    for command in (("protocol", "lint", str(file)), ("protocol", "simulate", str(file), *LONDON)):
        said = anywhere(*command)
        assert said.code == 2
        assert "odd.yaml" in said.err
        assert "Traceback" not in said.err


@pytest.mark.parametrize("path", ["missing.yaml", ".", "/dev/null/x.yaml"])
def test_a_file_that_cannot_be_read_is_refused_in_words(anywhere: Command, path: str) -> None:
    said = anywhere("protocol", "lint", path)
    assert said.code == 2
    assert "Traceback" not in said.err


def _documented_kinds() -> set[str]:
    text = (ROOT / "docs" / "protocol-format.md").read_text(encoding="utf-8")
    table = text[text.index("## Kinds of steps") : text.index("## Fields")]
    return set(re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE))


def test_the_documented_kinds_are_all_there_are() -> None:
    assert _documented_kinds() == {str(kind) for kind in StepKind}
    assert {
        "sun",
        "sunscreen",
        "cooling",
        "wound_care",
        "check_in",
        "medicine",
        "visit",
    } <= _documented_kinds()


def _simulate(anywhere: Command, procedure: str, *more: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = anywhere("protocol", "simulate", procedure, *LONDON, *more, "--json").json()
    return rows


@pytest.mark.parametrize("procedure", PROCEDURES)
def test_a_simulation_is_in_order_and_speaks_documented_words(anywhere: Command, procedure: str) -> None:
    rows = _simulate(anywhere, procedure)
    assert rows
    assert [row["due_at"] for row in rows] == sorted(row["due_at"] for row in rows)
    assert {row["kind"] for row in rows} <= _documented_kinds()
    for row in rows:
        assert set(row) == {"due_at", "local", "day", "kind", "step", "useful_until"}
        assert row["due_at"].endswith("Z")
        due = datetime.fromisoformat(row["due_at"])
        assert timedelta(0) <= due - datetime.fromisoformat(row["local"]) < timedelta(minutes=1)
        assert datetime.fromisoformat(row["useful_until"]) > due
        assert 0 <= row["day"] < 21


@pytest.mark.parametrize(
    ("zone", "treated_at", "change"),
    [
        ("Europe/London", "2026-03-25T10:00", datetime(2026, 3, 29, 1, tzinfo=UTC)),
        ("Europe/London", "2026-10-21T10:00", datetime(2026, 10, 25, 1, tzinfo=UTC)),
        ("America/New_York", "2026-03-04T10:00", datetime(2026, 3, 8, 7, tzinfo=UTC)),
        ("America/New_York", "2026-10-28T10:00", datetime(2026, 11, 1, 6, tzinfo=UTC)),
        ("Australia/Lord_Howe", "2026-09-30T10:00", datetime(2026, 10, 3, 15, 30, tzinfo=UTC)),
        ("Africa/Cairo", "2026-04-20T10:00", datetime(2026, 4, 23, 22, tzinfo=UTC)),
    ],
)
def test_a_clock_change_moves_nothing_on_the_wall(
    anywhere: Command, zone: str, treated_at: str, change: datetime
) -> None:
    rows = anywhere(
        *("protocol", "simulate", "co2_full", "--treated-at", treated_at),
        *("--zone", zone, "--days", "14", "--json"),
    ).json()
    where = ZoneInfo(zone)
    before, after = change - timedelta(seconds=1), change + timedelta(seconds=1)
    assert before.astimezone(where).utcoffset() != after.astimezone(where).utcoffset()
    days: dict[int, dict[str, list[str]]] = {}
    for row in rows:
        days.setdefault(row["day"], {}).setdefault(row["step"], []).append(row["local"][11:16])
    assert sorted(days) == list(range(14))
    number = (change.astimezone(where).date() - datetime.fromisoformat(treated_at).date()).days
    both = set(days[number - 1]) & set(days[number + 1])
    # The others follow the sun or the clinic's week.
    same = {step for step in both if not step.startswith(("sun", "visit", "check_in"))}
    assert len(same) >= 2
    for step in same:
        assert days[number - 1][step] == days[number + 1][step], step


def test_the_day_the_skin_closes_moves_the_sunscreen(anywhere: Command) -> None:
    def first_sunscreen(healed: int) -> int:
        rows = _simulate(anywhere, "co2_full", "--healed-day", str(healed))
        return min((row["day"] for row in rows if row["kind"] == "sunscreen"), default=999)

    early, late = first_sunscreen(10), first_sunscreen(16)
    assert early >= 10
    assert late >= 16
    assert early < late
    wound_care = [
        row["day"]
        for row in _simulate(anywhere, "co2_full", "--healed-day", "16")
        if row["kind"] == "wound_care"
    ]
    assert max(wound_care) >= 15


def test_a_medicine_is_reminded_of_only_when_prescribed(anywhere: Command) -> None:
    assert "medicine" not in {row["kind"] for row in _simulate(anywhere, "co2_full")}
    assert "medicine" in {row["kind"] for row in _simulate(anywhere, "co2_full", "--prescribed", "antiviral")}


def test_a_simulation_is_the_same_every_time(anywhere: Command) -> None:
    assert _simulate(anywhere, "vascular", "--variant", "pdl") == _simulate(
        anywhere, "vascular", "--variant", "pdl"
    )


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("botox", *LONDON), "There is no procedure 'botox'."),
        (("co2_full", "--treated-at", "x", "--zone", "Europe/London"), "'x' is not a date and time."),
        (("co2_full", "--treated-at", "2026-03-20T10:00", "--zone", "Moon"), "There is no time zone 'Moon'."),
        (("co2_full", *LONDON, "--hours", "never"), 'The opening hours "never" cannot be read.'),
        (("co2_full", *LONDON, "--area", "elbow"), "'co2_full' has no area 'elbow'."),
        (("co2_full", *LONDON, "--variant", "pdl"), "variant"),
        (("co2_full", *LONDON[:-1], "0"), "The number of days must be from 1 to 800."),
        (("co2_full", *LONDON[:-1], "801"), "The number of days must be from 1 to 800."),
        (("co2_full", *LONDON, "--healed-day", "-1"), "The healed day must be from 0 to 800."),
        (("co2_full", "--treated-at", "9999-12-31T23:59", "--zone", "America/New_York"), "years"),
        (("co2_full", "--treated-at", "0001-01-01T00:00", "--zone", "Asia/Tokyo"), "years"),
    ],
)
def test_a_wrong_simulation_is_one_sentence(
    anywhere: Command, arguments: tuple[str, ...], sentence: str
) -> None:
    said = anywhere("protocol", "simulate", *arguments, "--json")
    assert said.code == 2
    assert sentence in said.sentence
    assert said.sentence.endswith(".")
