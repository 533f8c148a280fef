"""One fixed moment, so that no test depends on the day it runs."""

from __future__ import annotations

from datetime import UTC, datetime

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)


def utc(text: str) -> datetime:
    """Read "2026-11-20T10:00" as an instant in UTC; an offset in the text is converted."""
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
