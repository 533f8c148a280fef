from __future__ import annotations

import pytest

from pwa.protocols.errors import ProtocolError
from pwa.protocols.strict_yaml import path_words, read_yaml


def test_plain_words_are_not_guessed_into_other_types() -> None:
    text = "at: 10:00\non: yes\nday: 2026-01-01\nversion: '1'\n"
    text += "number: -7\nshare: 0.5\nnothing: null\nright: true\n"
    assert read_yaml(text, "a.yaml").value == {
        "at": "10:00",
        "on": "yes",
        "day": "2026-01-01",
        "version": "1",
        "number": -7,
        "share": 0.5,
        "nothing": None,
        "right": True,
    }


def test_every_value_knows_its_line() -> None:
    document = read_yaml("a:\n  - b: 1\n  - b: 2\n", "a.yaml")
    assert document.line_of(("a", 1, "b")) == 3
    assert document.line_of(("a", 1, "missing")) == 3
    assert document.line_of_words("a[0].b") == 2


def test_paths_are_written_as_people_write_them() -> None:
    assert path_words(("steps", 3, "days", "first")) == "steps[3].days.first"


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("a: 1\na: 2\n", 2, "twice"),
        ("a: {b: 1, b: 2}\n", 1, "twice"),
        ("a: [1\nb: 2\n", 2, "not YAML"),
        ("a: b: c\n", 1, "not YAML"),
        ("\ta: 1\n", 1, "not YAML"),
        ("a: &x [1]\nb: *x\n", 1, "alias"),
        ("a: !!python/object/apply:os.system ['true']\n", 1, "tag"),
        ("a: !thing 1\n", 1, "tag"),
        ("? [a, b]\n: 1\n", 1, "one word"),
        ("a: 1\n---\nb: 2\n", 2, "not YAML"),
        ("", None, "empty"),
        ("a: \x07\n", None, "not YAML"),
        ("a: " + "[" * 40 + "]" * 40, 1, "deeply"),
        ("a: " + "x" * 1_000_001, None, "longer"),
    ],
)
def test_what_is_not_plain_yaml_is_refused_with_its_line(text: str, line: int | None, reason: str) -> None:
    with pytest.raises(ProtocolError) as raised:
        read_yaml(text, "bad.yaml")
    (problem,) = raised.value.problems
    assert problem.line == line
    assert reason in problem.reason
    assert raised.value.message.startswith("bad.yaml")
