"""`afterbeam triage`: what a check-in comes to, as phone and server judge it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from pwa.cli.output import json_option, print_json
from pwa.cli.protocols import find_protocol, read_area, read_variant
from pwa.domain.answers import read_answers, with_none_of
from pwa.domain.errors import BadInput
from pwa.domain.rules import Risk
from pwa.domain.triage import Past, TriageResult, safety_set
from pwa.domain.triage import triage as judge
from pwa.protocols.rule_sets import rule_set_of

HOURS_A_DAY = 24
EARLIEST_DAY, LATEST_DAY = -90, 730


@click.command()
@click.option("--procedure", required=True, help="A shipped procedure, or a protocol file.")
@click.option("--variant", help="Where care differs; left out, the stricter rule holds.")
@click.option("--area", help="Where on the body.")
@click.option("--day", required=True, type=int, help="Day of the plan; the treatment is day 0.")
@click.option("--answers", required=True, help='JSON, such as {"pain": 7, "fever": true}.')
@click.option("--none-of-these", is_flag=True, help="An explicit no to every danger sign not answered.")
@click.option("--risks", default="", help="Risk ids with commas, such as immunocompromised,diabetes.")
@click.option(
    "--history",
    type=click.Path(path_type=Path),
    help='A JSON file with earlier check-ins: [{"day": 3, "answers": {...}}].',
)
@json_option
def triage(
    procedure: str,
    variant: str | None,
    area: str | None,
    day: int,
    answers: str,
    none_of_these: bool,
    risks: str,
    history: Path | None,
    as_json: bool,
) -> None:
    """Judge one check-in by the rules of a procedure. It says how soon to call, never what it is."""
    content = find_protocol(procedure)
    rule_set = rule_set_of(content.protocol, read_variant(variant, content), read_area(area, content))
    said = read_answers(_json("--answers", answers))
    if none_of_these:
        said = with_none_of(safety_set(rule_set, _day(day)), said)
    past = () if history is None else _past(history, day)
    result = judge(rule_set, _day(day), said, past, _risks(risks))
    if as_json:
        print_json(_shown(result))
    else:
        click.echo(_sentence(result))


def _day(day: int) -> int:
    if not EARLIEST_DAY <= day <= LATEST_DAY:
        raise BadInput(f"A day is a number from {EARLIEST_DAY} to {LATEST_DAY}. The treatment is on day 0.")
    return day


def _risks(text: str) -> frozenset[Risk]:
    given = [name.strip() for name in text.split(",") if name.strip()]
    unknown = [name for name in given if name not in list(Risk)]
    if unknown:
        raise BadInput(f"There is no risk '{unknown[0]}'. Choose from: {', '.join(Risk)}.")
    return frozenset(Risk(name) for name in given)


def _past(file: Path, today: int) -> tuple[Past, ...]:
    try:
        entries = _json("--history", file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError):
        raise BadInput(f"The history '{file.name}' cannot be read. Give a JSON file.") from None
    if not isinstance(entries, list):
        raise BadInput('The history is a list: [{"day": 3, "answers": {...}}].')
    return tuple(_entry(entry, today) for entry in entries)


def _entry(entry: object, today: int) -> Past:
    if not isinstance(entry, dict) or set(entry) != {"day", "answers"} or type(entry["day"]) is not int:
        raise BadInput('Each check-in of the history is {"day": 3, "answers": {...}}.')
    if _day(entry["day"]) > today:
        raise BadInput(f"The history has day {entry['day']}, which is after day {today}.")
    return Past((today - entry["day"]) * HOURS_A_DAY, read_answers(entry["answers"]))


def _json(option: str, text: str) -> Any:
    try:
        return json.loads(text, object_pairs_hook=_each_once)
    except (ValueError, RecursionError):  # not JSON, or a number of thousands of digits
        raise BadInput(f"What {option} gives is not JSON.") from None


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = [name for name, _ in pairs]
    if len(set(names)) < len(names):
        raise BadInput("One name is given twice. Give each answer once.")
    return dict(pairs)


def _shown(result: TriageResult) -> dict[str, Any]:
    return {
        "level": result.level,
        "complete": result.complete,
        "reasons": list(result.reasons),
        "advice": result.advice,
        "above_expected": list(result.above_expected),
    }


def _sentence(result: TriageResult) -> str:
    why = f" because of {', '.join(result.reasons)}" if result.reasons else ""
    rest = "" if result.complete else "; the danger signs of the day are not all answered"
    return f"{result.level}{why}{rest}"
