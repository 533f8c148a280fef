"""Who is pushing: VAPID keys, and the Authorization header of RFC 8292, cached per key and push service."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from py_vapid.jwt import sign

from pwa.domain.errors import ConfigurationError, NotFound
from pwa.push import base64url
from pwa.push.subject import VapidSubject

TOKEN_LIFE: Final = timedelta(hours=12)  # RFC 8292 section 2 allows 24; half leaves room for a wrong clock
RENEW_BEFORE: Final = timedelta(hours=1)  # no token ends while its push is on the way
_KEY_ID_BYTES: Final = 9  # 12 characters: enough to tell the keys of one server apart
_MOST_TOKENS: Final = 1024  # wildcards of the allow-list let a patient name any number of origins


class VapidKeyRefused(ConfigurationError):
    """AFTERBEAM_VAPID_PRIVATE_KEY_FILE must name a readable file with an unencrypted P-256 private key in PEM
    form. Make one with "afterbeam keys create"."""

    code = "vapid_key"


class UnknownVapidKey(NotFound):
    """This subscription was made with a push key that is gone. The phone renews it when it opens the app."""

    code = "unknown_vapid_key"


@dataclass(frozen=True, slots=True)
class VapidKey:
    """A P-256 signing key; `public_key` is base64url of the 65-byte point, `id` a short hash of it."""

    private_key: ec.EllipticCurvePrivateKey = field(repr=False, compare=False)
    public_key: str = field(init=False)
    id: str = field(init=False)

    def __post_init__(self) -> None:
        point = self.private_key.public_key().public_bytes(
            serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
        )
        object.__setattr__(self, "public_key", base64url.encode(point))
        object.__setattr__(self, "id", base64url.encode(hashlib.sha256(point).digest()[:_KEY_ID_BYTES]))

    @classmethod
    def generate(cls) -> VapidKey:
        return cls(ec.generate_private_key(ec.SECP256R1()))

    @classmethod
    def from_pem(cls, pem: bytes) -> VapidKey:
        try:
            key = serialization.load_pem_private_key(pem, password=None)
        except (ValueError, TypeError, UnsupportedAlgorithm) as error:
            raise VapidKeyRefused from error
        if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
            raise VapidKeyRefused
        return cls(key)

    @classmethod
    def load(cls, path: Path) -> VapidKey:
        try:
            return cls.from_pem(path.read_bytes())
        except OSError as error:
            raise VapidKeyRefused from error

    def pem(self) -> bytes:
        return self.private_key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )

    def save(self, path: Path) -> None:
        """A new file that only its owner reads. FileExistsError rather than lose a key all phones hang on."""
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(self.pem())


@dataclass(frozen=True, slots=True)
class _Token:
    header: str
    issued_at: datetime

    def is_fresh(self, now: datetime) -> bool:
        # A clock that was set back makes the token look issued in the future, and its end too far away.
        return self.issued_at <= now < self.issued_at + TOKEN_LIFE - RENEW_BEFORE


class VapidSigner:
    """Signs for each push service once, then again only when the token nears its end.

    The first key is used for subscriptions that name none; the others serve phones that have not renewed yet.
    """

    def __init__(self, keys: Sequence[VapidKey], subject: VapidSubject) -> None:
        if not keys:
            raise VapidKeyRefused
        self.primary = keys[0]
        self._keys = {key.id: key for key in keys}
        self._subject = subject
        self._tokens: dict[tuple[str, str], _Token] = {}

    def header(self, origin: str, now: datetime, key_id: str | None = None) -> str:
        """The Authorization value for pushes to `origin` at wall time `now`, or UnknownVapidKey."""
        key = self._keys.get(key_id or self.primary.id)
        if key is None:
            raise UnknownVapidKey
        token = self._tokens.get((key.id, origin))
        if token is None or not token.is_fresh(now):
            token = self._issue(key, origin, now)
        return token.header

    def _issue(self, key: VapidKey, origin: str, now: datetime) -> _Token:
        # A new dict each time: a shared one signs Apple's token with Google's audience (pywebpush #130).
        claims = {"aud": origin, "exp": int((now + TOKEN_LIFE).timestamp()), "sub": str(self._subject)}
        token = _Token(f"vapid t={sign(claims, key.private_key)}, k={key.public_key}", now)
        if len(self._tokens) >= _MOST_TOKENS:
            self._tokens.clear()
        self._tokens[key.id, origin] = token
        return token
