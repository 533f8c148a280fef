"""Reads the interfaces of static/shared/api.ts, so that server and phone cannot drift apart unseen.

A shape is "string", "number", "boolean", "null", ("list", shape), ("map", shape), ("either", {shapes}) or
("object", {field: (shape, whether it may be left out)}).
"""

from __future__ import annotations

import re
import types
from collections.abc import Iterator
from typing import Any, Literal, NotRequired, Union, get_args, get_origin, get_type_hints, is_typeddict

Shape = Any

_COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)
_TOKEN = re.compile(r"\s*(\"[^\"]*\"|[A-Za-z_]\w*|\d+|[{}\[\]<>|;:,?()&=])")
_NAMED = re.compile(r"export (?:interface (\w+) (?=\{)|type (\w+) =)")
OPAQUE = "RuleSet"  # it holds itself; that both sides read it alike is shown by judging with it
_PRIMITIVES = {"string": "string", "number": "number", "boolean": "boolean", "null": "null"}


class Interfaces:
    """Every exported shape of one file, by name."""

    def __init__(self, *sources: str) -> None:
        text = _COMMENT.sub("", "\n".join(sources))
        self._texts = {found[1] or found[2]: text[found.end() :] for found in _NAMED.finditer(text)}

    def shape(self, name: str) -> Shape:
        if name == OPAQUE:
            return ("map", "any")
        return self._union(_tokens(self._texts[name]))

    def _union(self, tokens: _Tokens) -> Shape:
        tokens.take("|")  # TypeScript allows a leading one
        shapes = [self._postfix(tokens)]
        while tokens.take("|"):
            shapes.append(self._postfix(tokens))
        return either(shapes)

    def _postfix(self, tokens: _Tokens) -> Shape:
        shape = self._single(tokens)
        while tokens.peek() == "[" and tokens.peek(1) == "]":
            tokens.take("["), tokens.take("]")
            shape = ("list", shape)
        return shape

    def _single(self, tokens: _Tokens) -> Shape:
        token = tokens.next()
        if token == "{":
            return self._object(tokens)
        if token == "[":
            return self._tuple(tokens)
        if token == "Record":
            tokens.expect("<", "string", ",")
            shape = self._union(tokens)
            tokens.expect(">")
            return ("map", shape)
        if token.startswith('"'):
            return "string"
        if token.isdigit():
            return "number"
        return _PRIMITIVES.get(token) or self.shape(token)

    def _object(self, tokens: _Tokens) -> Shape:
        fields: dict[str, tuple[Shape, bool]] = {}
        while not tokens.take("}"):
            name = tokens.next()
            optional = tokens.take("?")
            tokens.expect(":")
            fields[name] = (self._union(tokens), optional)
            tokens.take(";")
        return ("object", fields)

    def _tuple(self, tokens: _Tokens) -> Shape:
        shapes = [self._union(tokens)]
        while tokens.take(","):
            shapes.append(self._union(tokens))
        tokens.expect("]")
        return ("list", either(shapes))


class _Tokens:
    def __init__(self, found: list[str]) -> None:
        self._found, self._at = found, 0

    def peek(self, ahead: int = 0) -> str:
        return self._found[self._at + ahead]

    def next(self) -> str:
        self._at += 1
        return self._found[self._at - 1]

    def take(self, token: str) -> bool:
        if self.peek() != token:
            return False
        self._at += 1
        return True

    def expect(self, *tokens: str) -> None:
        for token in tokens:
            assert self.take(token), f"expected {token!r}, found {self._found[self._at :][:6]}"


def _tokens(text: str) -> _Tokens:
    return _Tokens(_TOKEN.findall(text))


def either(shapes: list[Shape]) -> Shape:
    """One of several shapes; of equal ones only one is kept."""
    different: list[Shape] = []
    for shape in shapes:
        if shape not in different:
            different.append(shape)
    if len(different) == 1:
        return different[0]
    return ("either", sorted(different, key=repr))


_PYTHON = {Any: "any", str: "string", int: "number", float: "number", bool: "boolean", type(None): "null"}


def shape_of(hint: Any) -> Shape:
    """The shape of a Python type, as JSON has it."""
    origin, arguments = get_origin(hint), get_args(hint)
    if is_typeddict(hint):
        hints = get_type_hints(hint, include_extras=True)
        return ("object", {name: _field(part) for name, part in hints.items()})
    if origin is Literal:
        return either([_PYTHON[type(value)] for value in arguments])
    if origin is list:
        return ("list", shape_of(arguments[0]))
    if origin is dict:
        return ("map", shape_of(arguments[1]))
    if origin in (Union, types.UnionType):
        return either([shape_of(one) for one in arguments])
    return _PYTHON[hint]


def _field(hint: Any) -> tuple[Shape, bool]:
    optional = get_origin(hint) is NotRequired
    return (shape_of(get_args(hint)[0] if optional else hint), optional)


def misfits(value: Any, shape: Shape, where: str = "$") -> Iterator[str]:
    """Where a JSON value is not of a shape."""
    if isinstance(shape, str):
        if shape != "any" and _PYTHON.get(type(value)) != shape:
            yield f"{where} is {type(value).__name__}, not {shape}"
        return
    kind, inner = shape
    if kind == "either":
        if not any(not list(misfits(value, one, where)) for one in inner):
            yield f"{where} is {type(value).__name__}, none of {inner}"
    elif kind == "list" and isinstance(value, list):
        for number, one in enumerate(value):
            yield from misfits(one, inner, f"{where}[{number}]")
    elif kind == "map" and isinstance(value, dict):
        for name, one in value.items():
            yield from misfits(one, inner, f"{where}.{name}")
    elif kind == "object" and isinstance(value, dict):
        yield from _object_misfits(value, inner, where)
    else:
        yield f"{where} is {type(value).__name__}, not {kind}"


def _object_misfits(
    value: dict[str, Any], fields: dict[str, tuple[Shape, bool]], where: str
) -> Iterator[str]:
    for name in value.keys() - fields.keys():
        yield f"{where}.{name} is not in the contract"
    for name, (shape, optional) in fields.items():
        if name in value:
            yield from misfits(value[name], shape, f"{where}.{name}")
        elif not optional:
            yield f"{where}.{name} is missing"
