"""The port through which letters leave: what goes in, what comes back for each. SmtpMailer is real."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Generic, Protocol, TypeVar

K = TypeVar("K")
K_co = TypeVar("K_co", covariant=True)


class Failure(StrEnum):
    """Why there is no answer about a letter."""

    TIMEOUT = "timeout"  # it may have been accepted all the same
    CONNECTION = "connection"
    NAME = "name"  # the server's name could not be resolved
    TLS = "tls"  # no encryption, or the certificate is not the server's
    SIGN_IN = "sign_in"  # user or password is not right
    SENDER = "sender"  # the server sends nothing in our name
    ADDRESS = "address"  # that is no address a letter can go to
    MESSAGE = "message"  # the letter could not be written


@dataclass(frozen=True, slots=True)
class Letter(Generic[K_co]):
    """One letter to one person. `key` comes back with its result; `id` names it wherever it arrives twice."""

    key: K_co
    to: str = field(repr=False)
    subject: str
    body: str
    id: str


@dataclass(frozen=True, slots=True)
class LetterResult(Generic[K_co]):
    """Exactly one of `status`, the server's code about this letter, and `failure` is set."""

    key: K_co
    status: int | None = None
    failure: Failure | None = None


class Channel(Protocol):
    """Accepted is not read: a result says what a server answered, nothing about the person."""

    def send(self, letters: Sequence[Letter[K]], now: datetime) -> list[LetterResult[K]]:
        """One result per letter, in their order, whatever goes wrong with any. `now` is wall time."""

    def check(self) -> Failure | None:
        """Whether the server lets us in, without sending anything; None when it does."""
