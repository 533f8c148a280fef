"""The shape of red flags in a file: rules, what raises them, and the conditions they are made of.

`docs/triage.md` explains each. The values of the domain are made in `rules_compiler.py`.
"""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, StrictBool, StrictInt, StrictStr, model_validator

from pwa.domain.answers import CHOICES, MOST, SIGNS
from pwa.domain.protocol import Area
from pwa.domain.rules import Level, Risk
from pwa.protocols.parts import AnswerId, Day, Id, Part, SourceId, SpanPart, TextId

MOST_RULES = 100
RULE_LEVELS = (Level.EMERGENCY, Level.SAME_DAY, Level.TELL_CLINIC)

Hours = Annotated[StrictInt, Field(ge=1, le=24 * 14)]
Grade = Annotated[StrictInt, Field(ge=0, le=99)]


class HoursPart(Part):
    first: Hours
    last: Hours


class UnlessPart(Part):
    """A procedure's variant that is excepted where it is known to be that."""

    procedure: Id
    variant: Id


class ConditionPart(Part):
    """Exactly one kind of condition, with what belongs to it."""

    yes: tuple[AnswerId, ...] | None = None
    item: AnswerId | None = None
    rose: AnswerId | None = None
    returned: AnswerId | None = None
    lasted: AnswerId | None = None
    risk: Risk | None = None
    days: SpanPart | None = None
    all: tuple[ConditionPart, ...] | None = None
    any: tuple[ConditionPart, ...] | None = None
    procedures: tuple[Id, ...] | None = None
    unless: UnlessPart | None = None

    is_: Annotated[tuple[StrictBool | StrictStr, ...] | None, Field(alias="is")] = None
    at_least: Grade | None = None
    by: Grade | None = None
    to: Grade | None = None
    hours: HoursPart | Hours | None = None

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        given = self.model_fields_set - {"is_", "at_least", "by", "to", "hours"}
        if len(given) != 1:
            raise ValueError(
                f"needs one kind of condition, such as yes, item, all or any; it has {len(given)}"
            )
        kind = given.pop()
        found = self.model_fields_set - {kind}
        if found not in _BELONGS.get(kind, (set(),)):
            raise ValueError(
                f'has {", ".join(sorted(found)) or "nothing"} beside "{kind}", which does not fit'
            )
        return self

    @model_validator(mode="after")
    def _answers_fit(self) -> Self:
        for sign in self.yes or ():
            if sign not in SIGNS:
                raise ValueError(f'"{sign}" is no yes-or-no answer')
        for item in (self.rose, self.returned, self.lasted, self.item if self.at_least is not None else None):
            if item is not None and item not in MOST:
                raise ValueError(f'"{item}" is no number')
        if self.is_ is not None and not set(self.is_) <= set(CHOICES.get(self.item or "", ())):
            raise ValueError(f'"{self.item}" has no such value')
        return self


_BELONGS: dict[str, tuple[set[str], ...]] = {
    "item": ({"is_"}, {"at_least"}),
    "rose": ({"by", "to", "hours"},),
    "returned": ({"at_least"},),
    "lasted": ({"at_least", "hours"},),
}


class RaisePart(Part):
    risks: tuple[Risk, ...] = ()
    when: ConditionPart | None = None

    @model_validator(mode="after")
    def _says_when(self) -> Self:
        if not self.risks and self.when is None:
            raise ValueError("needs risks, or when, or both")
        return self


class RuleDaysPart(Part):
    """Days `first` to `last`; or from the protocol's flag day of delayed healing to a day."""

    first: Day | None = None
    last: Day | None = None
    from_flag_day_to: Day | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        whole = self.first is not None and self.last is not None and self.first <= self.last
        if whole == (self.from_flag_day_to is not None) or (self.first is None) != (self.last is None):
            raise ValueError("needs first and last, in that order, or from_flag_day_to")
        return self


class RulePart(Part):
    id: Annotated[str, Field(pattern=r"^[A-Z][0-9]{2}$")]
    level: Level
    days: RuleDaysPart | None = None
    days_of: Annotated[dict[Id, SpanPart], Field(min_length=1)] | None = None  # by procedure
    when: ConditionPart
    raised_by: tuple[RaisePart, ...] = ()
    advice: TextId
    sources: Annotated[tuple[SourceId, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.level not in RULE_LEVELS:
            raise ValueError(f"has the level {self.level}, which is what is left when no rule fires")
        if self.days is not None and self.days_of is not None:
            raise ValueError("needs days or days_of, not both")
        if self.level is Level.EMERGENCY and (self.days or self.days_of):
            raise ValueError("is an emergency, which holds on every day, so it has no days")
        return self


class ImpliedRiskPart(Part):
    """A risk that follows from what was treated."""

    risk: Risk
    procedures: tuple[Id, ...]
    areas: tuple[Area, ...]


class RedFlagsFile(Part):
    """The packaged red flags."""

    implied_risks: tuple[ImpliedRiskPart, ...] = ()
    rules: Annotated[tuple[RulePart, ...], Field(min_length=1, max_length=MOST_RULES)]
