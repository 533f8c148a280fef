"""What the API takes in. Counterpart: static/shared/api.ts."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

Short = Annotated[str, Field(min_length=1, max_length=200)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class JoinIn(_Strict):
    token: Annotated[str, Field(min_length=20, max_length=100)] | None = None
    code: Annotated[str, Field(min_length=4, max_length=40)] | None = None
    key: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{43}$")] | None = None  # 256 bits

    @model_validator(mode="after")
    def _exactly_one(self) -> JoinIn:
        if (self.token is None) == (self.code is None):
            raise ValueError("give a token or a code")
        return self


class JoinAnswerIn(_Strict):
    right: bool


class EventIn(BaseModel):
    """The frame of an event; the rest is kept word for word, whatever version of the app made it."""

    model_config = ConfigDict(extra="allow", frozen=True)

    id: UUID
    seq: Annotated[int, Field(ge=1, le=2**31 - 1)]
    schema_: Annotated[int, Field(alias="schema", ge=1, le=1000)]
    tapped_at: AwareDatetime
    zone: Annotated[str, Field(max_length=64)] = ""
    kind: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,31}$")]


class SyncIn(BaseModel):
    """A batch of events. Nothing around them costs one: a newer app may say more than this server knows."""

    model_config = ConfigDict(extra="ignore")

    epoch: Any = None
    zone: Any = None
    sent_at: Any = None
    # Each event is read on its own, so that one that cannot be read does not hold the others up.
    events: list[Any]  # of more than 50 the first are taken, the others told to come later


class PhotoIn(_Strict):
    """What a photo is of, in the header `Afterbeam-Photo`; the photo itself is the body."""

    id: UUID
    check_in_id: UUID
    slot: Literal["front", "left", "right", "spot"]
    taken_at: AwareDatetime
    sent_at: Any = None  # as in SyncIn


class SubscriptionIn(_Strict):
    endpoint: Annotated[str, Field(min_length=8, max_length=2048)]
    p256dh: Annotated[str, Field(min_length=80, max_length=100)]
    auth: Annotated[str, Field(min_length=20, max_length=30)]
    key_id: Annotated[str, Field(min_length=1, max_length=64)]


class EndpointIn(_Strict):
    endpoint: Annotated[str, Field(min_length=8, max_length=2048)]


class ReceiptIn(_Strict):
    notice_id: UUID
    kind: Literal["shown", "opened", "dismissed"]


class SignInIn(_Strict):
    email: Annotated[str, Field(min_length=3, max_length=254)]
    password: Annotated[str, Field(min_length=1, max_length=1000)]


class EnrolIn(_Strict):
    procedure: Short
    first_name: Annotated[str, Field(min_length=1, max_length=80)]
    variant: Short | None = None
    area: Short | None = None
    language: Annotated[str, Field(min_length=2, max_length=16)] = "en"
    treated_at: datetime | None = None  # the clinic's wall clock; None: now
    prescribed: Annotated[list[Short], Field(max_length=5)] = []
    risks: Annotated[list[Short], Field(max_length=30)] | None = None  # ["none"]: asked; None: not asked
    request_id: UUID | None = None  # sent again, the same enrolment is found and not made twice


class CloseAlertIn(_Strict):
    outcome: Literal["called", "reassured", "booked", "sent_to_emergency_care", "other"]
    note: Annotated[str, Field(max_length=2000)] = ""


FIELD_NAMES = frozenset(name for shape in _Strict.__subclasses__() for name in shape.model_fields)
