"""AES-256-GCM in the one form that everything sealed has.

    version (1 byte, now 1) | nonce (12 random bytes) | ciphertext | tag (16 bytes)

Random nonces are safe for 2^32 seals under one key (NIST SP 800-38D, 8.3): a patient's key never comes
near it, and a master key only wraps data keys.
"""

from __future__ import annotations

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from pwa.vault.errors import VaultError

VERSION = b"\x01"
KEY_BYTES = 32
_NONCE_BYTES = 12
_TAG_BYTES = 16


def random_key() -> bytes:
    """A new 256-bit key from the operating system."""
    return os.urandom(KEY_BYTES)


def seal_bytes(cipher: AESGCM, plain: bytes, bound_to: bytes) -> bytes:
    """Encrypt `plain` so that it opens only with this key and these `bound_to` bytes."""
    nonce = os.urandom(_NONCE_BYTES)
    return VERSION + nonce + cipher.encrypt(nonce, plain, VERSION + bound_to)


def open_bytes(cipher: AESGCM, sealed: bytes, bound_to: bytes) -> bytes:
    """Decrypt what `seal_bytes` made; VaultError when key, bytes or binding differ in anything."""
    if sealed[:1] != VERSION:
        raise VaultError("This record was sealed by a newer version of Afterbeam, or is damaged.")
    if len(sealed) < len(VERSION) + _NONCE_BYTES + _TAG_BYTES:
        raise VaultError("This record is cut short.")
    nonce, body = sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
    try:
        return cipher.decrypt(nonce, body, VERSION + bound_to)
    except InvalidTag:
        raise VaultError from None
