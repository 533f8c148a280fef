"""Counts tries at secrets, in the database, so that more processes do not mean more tries."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from pwa.domain.errors import TooManyTries
from pwa.store import operations


def _bucket(what: str, who: str) -> bytes:
    return hashlib.sha256(f"{what}\0{who}".encode()).digest()


def count_try(session: Session, what: str, who: str, most: int, per: timedelta, wall: datetime) -> None:
    """Count one try by `who` at `what`. Raises TooManyTries past `most` in each `per`."""
    if operations.count_try(session, _bucket(what, who), wall, wall + per) > most:
        raise TooManyTries


def remember(session: Session, what: str, who: str, length: timedelta, wall: datetime) -> None:
    """Keep for `length` from now that `who` did this; without who it was, as for the tries."""
    bucket = _bucket(what, who)
    operations.forget_tries(session, bucket)
    operations.count_try(session, bucket, wall, wall + length)


def is_remembered(session: Session, what: str, who: str, wall: datetime) -> bool:
    """Whether `who` did this lately."""
    return operations.has_tries(session, _bucket(what, who), wall)


def forget_tries(session: Session, what: str, who: str) -> None:
    """A right answer clears the count."""
    operations.forget_tries(session, _bucket(what, who))
