"""Reads JSON so that one value nobody can hold does not cost what stands beside it.

A number of thousands of digits, one beyond every double, and lists in lists in lists are JSON, and yet more
than Python or a browser reads. Each becomes `Unreadable`; what is no JSON at all raises ValueError as ever.
"""

from __future__ import annotations

import json
import math
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from flask import Flask
from flask.json.provider import DefaultJSONProvider

DEEPEST = 64  # lists and groups in each other; far below where Python gives up, and what we send has 5

# A text is one piece, so that brackets in it do not count; one that never ends goes on to the end.
_PIECES = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[\[{]|[\]}]', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Part of a body that is no value here: its text, as it was sent."""

    text: str = field(repr=False)


def set_up(app: Flask) -> None:
    """Read every body like this. No shape of ours takes an `Unreadable`, except the events of a phone."""
    app.json = _Provider(app)


class _Provider(DefaultJSONProvider):
    sort_keys = False

    def loads(self, s: str | bytes, **_: Any) -> Any:
        return read_json(s if isinstance(s, str) else s.decode(json.detect_encoding(s), "surrogatepass"))


def read_json(text: str) -> Any:
    """What a text in JSON says. Raises ValueError when it is none."""
    cut: dict[str, str] = {}
    whole = _without_the_deepest(text, cut)

    def decimal(literal: str) -> float | Unreadable:
        if literal in cut:
            return Unreadable(cut[literal])
        number = float(literal)
        return number if math.isfinite(number) else Unreadable(literal)

    return json.loads(whole, parse_int=_whole_number, parse_float=decimal, parse_constant=Unreadable)


def _whole_number(literal: str) -> int | Unreadable:
    try:
        return int(literal)
    except ValueError:  # Python refuses more than 4,300 digits
        return Unreadable(literal)


def _without_the_deepest(text: str, cut: dict[str, str]) -> str:
    """The text with a number of our own for each part that lies too deep, which `cut` then has."""
    kept, at = [], 0
    for first, after in _too_deep(text):
        literal = f"0e{secrets.randbelow(10**18)}"  # nobody can know which, and send it
        cut[literal] = text[first:after]
        kept += [text[at:first], literal]
        at = after
    return "".join([*kept, text[at:]])


def _too_deep(text: str) -> Iterator[tuple[int, int]]:
    """Where lists and groups begin and end that lie deeper than DEEPEST."""
    depth = first = 0
    for piece in _PIECES.finditer(text):
        if piece[0] in "[{":
            depth += 1
            first = piece.start() if depth == DEEPEST + 1 else first
        elif piece[0] in "]}":
            depth -= 1
            if depth == DEEPEST:
                yield first, piece.end()
    if depth > DEEPEST:  # no JSON, and it must not be read to find that out
        yield first, len(text)


def with_texts(value: Any) -> Any:
    """The value with the text itself for each part that is `Unreadable`: it equals what it was if none is."""
    match value:
        case Unreadable(text):
            return text
        case list():
            return [with_texts(one) for one in value]
        case dict():
            return {name: with_texts(one) for name, one in value.items()}
    return value
