"""Keyed hashes: equal values can be found without being readable, or guessed from the database alone.

HMAC-SHA256 under a key of its own for each purpose, derived from the master key. After a change of master
key older values still carry the older hash: look up by all `..._indexes`, store the first, the current one.
"""

from __future__ import annotations

import base64
import hmac
from enum import StrEnum
from uuid import UUID

from pwa.vault.binding import bind
from pwa.vault.keyring import MasterKeys

_TOPIC_BYTES = 24  # 32 characters of base64url: the longest Topic of RFC 8030, 5.4


class Purpose(StrEnum):
    """What a keyed hash is for; two purposes never give the same hash."""

    BLIND_INDEX = "blind_index"
    JOIN_CODE = "join_code"
    SIGN_IN = "sign_in"
    PUSH_TOPIC = "push_topic"
    LETTER = "letter"


def keyed_hashes(keys: MasterKeys, purpose: Purpose, *parts: str | bytes | UUID) -> tuple[bytes, ...]:
    """32 bytes for each master key, the current one first."""
    bound = bind(*parts)
    return tuple(_keyed_hash(keys, key_id, purpose, bound) for key_id in keys.ids)


def external_id_indexes(keys: MasterKeys, clinic_id: UUID, system: str, value: str) -> tuple[bytes, ...]:
    """What finds another system's identifier in one clinic; elsewhere the same value hashes otherwise."""
    return keyed_hashes(keys, Purpose.BLIND_INDEX, "external id", clinic_id, system, value)


def join_code_indexes(keys: MasterKeys, code: str) -> tuple[bytes, ...]:
    """What finds a join by its short code, as typed after the caller tidied it."""
    return keyed_hashes(keys, Purpose.JOIN_CODE, code)


def sign_in_index(keys: MasterKeys, email: str, address: str) -> str:
    """An account and the address it is signed in to from, in 64 characters that tell neither."""
    return keyed_hashes(keys, Purpose.SIGN_IN, email.lower(), address)[0].hex()


def push_topic(keys: MasterKeys, notice_id: UUID) -> str:
    """The Topic header of a notice: 32 characters that tell a push service nothing."""
    digest = _keyed_hash(keys, keys.current_id, Purpose.PUSH_TOPIC, bind(notice_id))
    return base64.urlsafe_b64encode(digest[:_TOPIC_BYTES]).decode("ascii")


def letter_id(keys: MasterKeys, notice_id: UUID) -> str:
    """What an e-mail about a notice is called: 32 hexadecimal digits that tell a mail server nothing."""
    return _keyed_hash(keys, keys.current_id, Purpose.LETTER, bind(notice_id))[:16].hex()


def _keyed_hash(keys: MasterKeys, key_id: str, purpose: Purpose, bound: bytes) -> bytes:
    return hmac.digest(keys.derive(key_id, purpose), bound, "sha256")
