"""What is pushed, and to whom: values that cannot be built wrong."""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric import ec

from pwa.domain.errors import BadInput
from pwa.push import base64url

# RFC 8291 section 4: one record within a 4096-byte body, less the 86-byte header, the tag and the delimiter.
MAX_PLAINTEXT_BYTES: Final = 3993
MAX_ENDPOINT_CHARACTERS: Final = 2048
_POINT_BYTES: Final = 65
_AUTH_BYTES: Final = 16
_TOPIC_BYTES: Final = 24  # 32 base64url characters, the most that RFC 8030 section 5.4 allows
_TOPIC: Final = re.compile(r"[A-Za-z0-9_-]{1,32}")


class BadPushMessage(BadInput):
    """This message cannot be pushed."""

    code = "bad_push_message"


class BadPushTarget(BadInput):
    """This push subscription cannot be used. Turn reminders off and on again on the phone."""

    code = "bad_push_target"


class Urgency(StrEnum):
    """RFC 8030 section 5.3. iOS shows anything below HIGH when it likes."""

    VERY_LOW = "very-low"
    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"


@dataclass(frozen=True, slots=True)
class PushMessage:
    """A plaintext `body` of 1 to 3993 bytes; `ttl` in whole seconds; `topic` replaces what is undelivered."""

    body: bytes = field(repr=False)
    ttl: int
    urgency: Urgency = Urgency.NORMAL
    topic: str | None = None

    def __post_init__(self) -> None:
        if not 1 <= len(self.body) <= MAX_PLAINTEXT_BYTES:
            raise BadPushMessage(f"A push carries 1 to {MAX_PLAINTEXT_BYTES} bytes, not {len(self.body)}.")
        if self.ttl < 0:
            raise BadPushMessage(f"A push lives 0 seconds or longer, not {self.ttl}.")
        if self.topic is not None and not _TOPIC.fullmatch(self.topic):
            raise BadPushMessage("A push topic is 1 to 32 characters out of A-Z, a-z, 0-9, - and _.")


@dataclass(frozen=True, slots=True)
class PushTarget:
    """A browser's push subscription as `PushSubscription.toJSON()` gives it. Nothing of it is printed.

    `receiver_key` and `auth_secret` are `p256dh` and `auth`, parsed once.
    """

    endpoint: str = field(repr=False)
    p256dh: str = field(repr=False)
    auth: str = field(repr=False)
    receiver_key: ec.EllipticCurvePublicKey = field(init=False, repr=False, compare=False)
    auth_secret: bytes = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not 1 <= len(self.endpoint) <= MAX_ENDPOINT_CHARACTERS:
            raise BadPushTarget(f"A push endpoint is 1 to {MAX_ENDPOINT_CHARACTERS} characters long.")
        object.__setattr__(self, "receiver_key", _point(self.p256dh))
        object.__setattr__(self, "auth_secret", _auth_secret(self.auth))


def topic_of(notice_id: UUID, key: bytes) -> str:
    """A keyed hash of the notice: retries of one notice share it, the push service learns nothing from it."""
    digest = hmac.digest(key, notice_id.bytes, hashlib.sha256)
    return base64url.encode(digest[:_TOPIC_BYTES])


def _point(p256dh: str) -> ec.EllipticCurvePublicKey:
    """RFC 8291 section 5 asks the sender to verify the point; a compressed one is not what browsers send."""
    try:
        raw = base64url.decode(p256dh)
        if len(raw) != _POINT_BYTES:
            raise ValueError("not an uncompressed point")
        return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), raw)
    except ValueError as error:
        raise BadPushTarget("The p256dh key of this subscription is not a point on P-256.") from error


def _auth_secret(auth: str) -> bytes:
    try:
        secret = base64url.decode(auth)
    except ValueError as error:
        raise BadPushTarget("The auth secret of this subscription is not base64url.") from error
    if len(secret) != _AUTH_BYTES:
        raise BadPushTarget(f"The auth secret of this subscription is not {_AUTH_BYTES} bytes long.")
    return secret
