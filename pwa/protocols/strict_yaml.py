"""YAML read strictly: no duplicate keys, aliases, tags or guesses, and every value knows its line.

Plain scalars follow the YAML 1.2 core schema, so `10:00`, `on` and `2026-01-01` stay text, where
YAML 1.1 makes them 600, true and a date.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import NoReturn

import yaml

from pwa.protocols.errors import Problem, ProtocolError

Path = tuple[str | int, ...]
Value = object

MOST_CHARACTERS = 1_000_000
MOST_DEPTH = 20
_CORE_TAGS = frozenset(
    f"tag:yaml.org,2002:{name}" for name in ("str", "int", "float", "bool", "null", "seq", "map", "timestamp")
)
_INTEGER = re.compile(r"[-+]?[0-9]+")
_DECIMAL = re.compile(r"[-+]?[0-9]+\.[0-9]+")
_WORDS: dict[str, object] = {"": None, "~": None, "null": None, "true": True, "false": False}
_QUOTED = frozenset("'\"|>")  # always text
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml is ten times as fast


@dataclass(frozen=True, slots=True)
class YamlDocument:
    """What a file said (`value`), and the line each path stands on, from 1."""

    file: str
    value: Value
    lines: dict[Path, int] = field(default_factory=dict)

    def line_of(self, path: Path) -> int | None:
        """The line of `path`, or of the nearest thing around it."""
        for length in range(len(path), -1, -1):
            if path[:length] in self.lines:
                return self.lines[path[:length]]
        return None

    def line_of_words(self, words: str) -> int | None:
        """The line of a path written by `path_words`."""
        return next((line for path, line in self.lines.items() if path_words(path) == words), None)


def path_words(path: Path) -> str:
    """A path as people write it: ("steps", 3, "days") is "steps[3].days"."""
    words = ""
    for part in path:
        words += f"[{part}]" if isinstance(part, int) else f".{part}" if words else part
    return words


def read_yaml(text: str, file: str) -> YamlDocument:
    """Raise `ProtocolError` with file, line and reason for anything not plain YAML."""
    if len(text) > MOST_CHARACTERS:
        raise ProtocolError(file, [Problem("", f"is longer than {MOST_CHARACTERS} characters")])
    try:
        root = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        reason = f"is not YAML: {error.problem or error.context}"
        raise ProtocolError(file, [Problem("", reason, mark.line + 1 if mark else None)]) from error
    except yaml.YAMLError as error:
        reason = " ".join(str(error).split())
        raise ProtocolError(file, [Problem("", f"is not YAML: {reason}")]) from error
    if root is None:
        raise ProtocolError(file, [Problem("", "is empty")])
    reader = _Reader(file)
    return YamlDocument(file, reader.value(root, ()), reader.lines)


class _Reader:
    """Turns composed nodes into plain values."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.lines: dict[Path, int] = {}
        self._seen: set[int] = set()

    def value(self, node: yaml.Node, path: Path) -> Value:
        line = node.start_mark.line + 1
        self.lines[path] = line
        if id(node) in self._seen:
            self._refuse(path, line, "an alias (*name) is not allowed; write the value again")
        self._seen.add(id(node))
        if node.tag not in _CORE_TAGS:
            self._refuse(path, line, f"the tag {node.tag.rsplit(':', 1)[-1]} is not allowed")
        if len(path) > MOST_DEPTH:
            self._refuse(path, line, "is nested too deeply")
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, (*path, number)) for number, item in enumerate(node.value)]
        if not isinstance(node, yaml.ScalarNode):
            self._refuse(path, line, "is neither text, a list nor a group of fields")
        return _scalar(node)

    def _mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, Value]:
        found: dict[str, Value] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode):
                self._refuse(path, line, "a key must be one word")
            key = str(key_node.value)
            if key in found:
                self._refuse((*path, key), line, "this key is here twice")
            found[key] = self.value(value_node, (*path, key))
        return found

    def _refuse(self, path: Path, line: int, reason: str) -> NoReturn:
        raise ProtocolError(self.file, [Problem(path_words(path), reason, line)])


def _scalar(node: yaml.ScalarNode) -> Value:
    text = str(node.value)
    if node.style in _QUOTED:
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    return float(text) if _DECIMAL.fullmatch(text) else text
