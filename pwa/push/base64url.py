"""URL-safe base64 without padding, the spelling of every key and token in Web Push (RFC 4648 section 5)."""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode

_TEXT = re.compile(r"([A-Za-z0-9_-]*)={0,2}")


def encode(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def decode(text: str) -> bytes:
    """The bytes of `text`, padded or not. ValueError for any other character or an impossible length."""
    match = _TEXT.fullmatch(text)
    if match is None:
        raise ValueError("not URL-safe base64")
    letters = match[1]
    return urlsafe_b64decode(letters + "=" * (-len(letters) % 4))
