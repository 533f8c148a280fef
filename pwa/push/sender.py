"""The port through which pushes leave: what goes in, what comes back for each. CurlSender is the real one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Generic, Protocol, TypeVar

from pwa.push.message import PushMessage, PushTarget

K = TypeVar("K")
K_co = TypeVar("K_co", covariant=True)


class Failure(StrEnum):
    """Why there is no HTTP status: nothing, or nothing in time, came back."""

    TIMEOUT = "timeout"  # it may have been accepted all the same; the topic keeps a second copy from showing
    CONNECTION = "connection"
    TLS = "tls"  # the certificate is not theirs, or our list of authorities is wrong
    NAME = "name"  # the host name could not be resolved
    ADDRESS = "address"  # the name leads outside the public network
    CIRCUIT_OPEN = "circuit_open"  # not tried: this push service has just failed many times in a row
    ENDPOINT = "endpoint"  # the rules do not admit this address
    KEY = "key"  # made with a VAPID key this server no longer has
    MESSAGE = "message"  # it could not be encrypted or put into a request


@dataclass(frozen=True, slots=True)
class Outgoing(Generic[K_co]):
    """One push to make. `key` comes back with its result; `vapid_key_id` is the one subscribed with."""

    key: K_co
    target: PushTarget
    message: PushMessage
    vapid_key_id: str | None = None


@dataclass(frozen=True, slots=True)
class SendResult(Generic[K_co]):
    """Exactly one of `status` and `failure` is set. `retry_after` is the raw header, `ttl_granted` seconds.

    `origin` is the push service, None when the endpoint was refused before it had one.
    """

    key: K_co
    origin: str | None
    status: int | None = None
    failure: Failure | None = None
    retry_after: str | None = None
    ttl_granted: int | None = None


class PushSender(Protocol):
    """Accepted is not shown: a result says what the push service answered, nothing about the phone."""

    def send(self, batch: Sequence[Outgoing[K]], now: datetime) -> list[SendResult[K]]:
        """One result per push, in the order of `batch`, whatever goes wrong with any. `now` is wall time."""

    def close(self) -> None:
        """Closes every connection."""
