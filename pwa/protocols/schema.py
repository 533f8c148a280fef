"""The shape of a protocol file, in pydantic: what may stand where, nothing else, and never changed again.

`docs/protocol-format.md` explains each field. The values of the domain are made in `compiler.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal, Self, TypeVar

from pydantic import BaseModel, Field, StrictBool, StrictInt, ValidationError, model_validator
from pydantic_core import ErrorDetails

from pwa.domain.protocol import Area, FactName, Gate, Phase, QuietPolicy, StepKind
from pwa.protocols.errors import Problem, ProtocolError
from pwa.protocols.parts import (
    AnswerId,
    Day,
    Id,
    Language,
    Length,
    Line,
    Part,
    SourceId,
    SpanPart,
    TextId,
    Time,
)
from pwa.protocols.rules_schema import MOST_RULES, ImpliedRiskPart, RulePart
from pwa.protocols.strict_yaml import Path, YamlDocument, path_words

MOST_SAFETY_SIGNS = 8  # what one screen of pictures holds


class DaysPart(Part):
    """Days `first` to `last`, every `every` days; or `on_days`; less the days of other steps."""

    first: Day | None = None
    last: Day | None = None
    every: Annotated[StrictInt, Field(ge=1, le=90)] = 1
    on_days: Annotated[tuple[Day, ...], Field(max_length=60)] = ()
    not_with: tuple[Id, ...] = ()

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if self.on_days:
            if self.first is not None or self.last is not None or self.every != 1 or self.not_with:
                raise ValueError("needs either on_days or first and last, not both")
            if list(self.on_days) != sorted(set(self.on_days)):
                raise ValueError("on_days must rise, each day once")
            return self
        if self.first is None or self.last is None:
            raise ValueError("needs first and last, or on_days")
        if self.last < self.first:
            raise ValueError(f"ends on day {self.last}, before it starts on day {self.first}")
        return self


class PhasePart(SpanPart):
    phase: Phase
    check_in_items: tuple[AnswerId, ...]
    safety_set: Annotated[tuple[AnswerId, ...], Field(min_length=1, max_length=MOST_SAFETY_SIGNS)]


class StepPart(Part):
    id: Id
    kind: StepKind
    text: TextId
    days: DaysPart
    times: Annotated[tuple[Time, ...], Field(min_length=1, max_length=8)]
    window: Length
    quiet: QuietPolicy = QuietPolicy.SHIFT
    gate: Gate = Gate.ALWAYS
    fact: FactName | None = None
    only_if_prescribed: Id | None = None
    areas: tuple[Area, ...] | None = None
    variants: tuple[Id, ...] | None = None
    timer: Length | None = None
    timer_most: Length | None = None
    strict: StrictBool = False

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.gate is Gate.ALWAYS) != (self.fact is None):
            raise ValueError("a gate and its fact belong together")
        return self


class RestrictionPart(Part):
    id: Id
    text: TextId
    since_day: Day
    until_day: Day | None = None
    fact: FactName | None = None
    never_again: StrictBool = False
    areas: tuple[Area, ...] | None = None
    variants: tuple[Id, ...] | None = None


class CardPart(SpanPart):
    text: TextId
    variants: tuple[Id, ...] | None = None
    areas: tuple[Area, ...] | None = None
    also_unknown: StrictBool = False

    @model_validator(mode="after")
    def _stands_in(self) -> Self:
        if self.also_unknown and not self.variants and not self.areas:
            raise ValueError("also_unknown is for a card of some variants or areas only")
        return self


class BoundPart(SpanPart):
    at_most: Annotated[StrictInt, Field(ge=0, le=10)]


class CoursePart(Part):
    symptom: AnswerId
    visible: SpanPart | None
    bounds: tuple[BoundPart, ...] = ()
    variants: tuple[Id, ...] | None = None
    areas: tuple[Area, ...] | None = None


class FactPart(Part):
    name: FactName
    ask_from: Day | None
    variants: tuple[Id, ...] | None = None


class HealPart(Part):
    min: Day
    typical: Day
    max: Day

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not 0 <= self.min <= self.typical <= self.max:
            raise ValueError("must rise from min over typical to max")
        return self


class WordsPart(Part):
    title: Line
    body: Line
    why: Annotated[str, Field(max_length=500)] = ""


class TextPart(Part):
    sources: tuple[SourceId, ...] = ()
    words: dict[Language, WordsPart]

    @model_validator(mode="after")
    def _has_english(self) -> Self:
        if "en" not in self.words:
            raise ValueError("has no English words (en)")
        return self


class ProtocolPart(Part):
    """A whole protocol. In a stored document `texts` holds every text that it needs."""

    format: Literal[1]
    procedure: Id
    version: Annotated[str, Field(pattern=r"^[0-9]+(\.[0-9]+)*$", max_length=20)]
    languages: Annotated[tuple[Language, ...], Field(min_length=1)] = ("en",)
    name: TextId
    variants: tuple[Id, ...] = ()
    areas: Annotated[tuple[Area, ...], Field(min_length=1)]
    heal_days: HealPart
    delayed_healing_flag_day: Day
    last_day: Day
    phases: Annotated[tuple[PhasePart, ...], Field(min_length=1)]
    steps: Annotated[tuple[StepPart, ...], Field(min_length=1, max_length=100)]
    restrictions: tuple[RestrictionPart, ...] = ()
    cards: tuple[CardPart, ...] = ()
    courses: tuple[CoursePart, ...] = ()
    facts: tuple[FactPart, ...] = ()
    rules: Annotated[
        tuple[RulePart, ...], Field(max_length=MOST_RULES)
    ] = ()  # a file without: the packaged ones
    implied_risks: tuple[ImpliedRiskPart, ...] = ()
    closing: TextId
    texts: dict[TextId, TextPart] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _each_id_once(self) -> Self:
        for name, ids in (
            ("steps", [step.id for step in self.steps]),
            ("restrictions", [restriction.id for restriction in self.restrictions]),
            ("rules", [rule.id for rule in self.rules]),
        ):
            twice = sorted({one for one in ids if ids.count(one) > 1})
            if twice:
                raise ValueError(f'{name} has the id "{twice[0]}" twice')
        return self


class ProtocolFile(ProtocolPart):
    """A file as people write it; the approval of a version is a fact about it, not part of it."""

    status: Literal["needs clinical approval"]


Model = TypeVar("Model", bound=BaseModel)


def read_part(kind: type[Model], document: YamlDocument) -> Model:
    """Check `document` against `kind`; raise `ProtocolError` with every problem and its place."""
    try:
        return kind.model_validate(document.value)
    except ValidationError as error:
        found = [each for each in error.errors() if not _follows_from_others(each)]
        raise ProtocolError(document.file, [_problem(each, document) for each in found]) from error


def _follows_from_others(found: ErrorDetails) -> bool:
    """A list counted as too short only because its items were refused, which is said already."""
    return found["type"] == "too_short" and len(found["input"]) > 0


_REASONS: Mapping[str, str] = {
    "missing": "is missing",
    "extra_forbidden": "is not a known field",
    "int_type": "must be a whole number",
    "bool_type": "must be true or false",
    "string_type": "must be text",
    "tuple_type": "must be a list",
    "dict_type": "must be a group of fields",
    "model_type": "must be a group of fields",
}


def _problem(found: ErrorDetails, document: YamlDocument) -> Problem:
    path: Path = tuple(part for part in found["loc"] if part != "[key]")
    reason = _REASONS.get(found["type"])
    if reason is None:
        reason = found["msg"].removeprefix("Value error, ").removeprefix("Input ").replace("Input", "it")
    if found["type"] in {"enum", "literal_error", "string_pattern_mismatch"}:
        reason = f'"{found["input"]}" will not do: it {reason}'
    return Problem(path_words(path), reason, document.line_of(path))
