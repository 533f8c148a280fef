"""Turns parts into bytes that no other parts give, so that a key or a field is bound to one place."""

from __future__ import annotations

from uuid import UUID

_LENGTH_BYTES = 4


def bind(*parts: str | bytes | UUID) -> bytes:
    """Join parts with their lengths before them: ("ab", "c") must not give the bytes of ("a", "bc")."""
    encoded = [_encode(part) for part in parts]
    return b"".join(len(part).to_bytes(_LENGTH_BYTES) + part for part in encoded)


def _encode(part: str | bytes | UUID) -> bytes:
    # Half a surrogate pair can come from JSON; it must hash to something, not stop the request.
    return part if isinstance(part, bytes) else str(part).encode("utf-8", "surrogatepass")
