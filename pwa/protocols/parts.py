"""Pieces that every file of protocols is made of, in pydantic: what may stand where, and nothing else."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StrictInt, model_validator

from pwa.domain.answers import ANSWER_IDS
from pwa.protocols.times import parse_length, parse_time

EARLIEST_DAY, LATEST_DAY = -90, 730


def _is_time(text: str) -> str:
    parse_time(text)
    return text


def _is_length(text: str) -> str:
    if parse_length(text) <= timedelta(0):
        raise ValueError("must be longer than nothing")
    return text


def _is_answer(text: str) -> str:
    if text not in ANSWER_IDS:
        raise ValueError(f'"{text}" is not an answer id')
    return text


Day = Annotated[StrictInt, Field(ge=EARLIEST_DAY, le=LATEST_DAY)]
Id = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=40)]
TextId = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*(\.[a-z0-9_]+)+$", max_length=60)]
Time = Annotated[str, AfterValidator(_is_time)]
Length = Annotated[str, AfterValidator(_is_length)]
AnswerId = Annotated[str, AfterValidator(_is_answer)]
Language = Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")]
Line = Annotated[str, Field(min_length=1, max_length=500)]
SourceId = Annotated[str, Field(min_length=1, max_length=200)]


class Part(BaseModel):
    """Unknown fields are refused, and nothing changes once it is read."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class SpanPart(Part):
    first: Day
    last: Day

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.last < self.first:
            raise ValueError(f"ends on day {self.last}, before it starts on day {self.first}")
        return self
