"""Random tokens, and the only form of them that is ever stored."""

from __future__ import annotations

import hashlib
import secrets

# Crockford's base 32 without the letters people mistake for digits, or for a rude word.
CODE_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 8
TOKEN_BYTES = 32
_MISREAD = str.maketrans({"O": "0", "I": "1", "L": "1"})


def new_token() -> str:
    """A new 256-bit token, safe in a URL fragment or a cookie."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def new_password() -> str:
    """A password made at random, for people who keep it in a password manager: 120 bits, 20 characters."""
    return secrets.token_urlsafe(15)


def hash_token(token: str) -> bytes:
    """What is stored of a token: its SHA-256. 256 random bits need no salt and no slow hash."""
    return hashlib.sha256(token.encode()).digest()


def new_code() -> str:
    """A new short code of 40 bits, shown as "7F3K-2QXN"."""
    letters = "".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_LENGTH))
    return f"{letters[:4]}-{letters[4:]}"


def tidy_code(typed: str) -> str:
    """A typed code as it is compared: upper case, no separators, O and I and L read as digits."""
    return "".join(letter for letter in typed.upper().translate(_MISREAD) if letter in CODE_ALPHABET)
