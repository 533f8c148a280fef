"""Instants as the API writes and reads them."""

from __future__ import annotations

from datetime import UTC, datetime, time


def instant(at: datetime) -> str:
    """ISO 8601 in UTC to the millisecond, as a browser's `toISOString` has it: 2026-11-20T10:00:00.000Z."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def read_instant(given: object) -> datetime | None:
    """An instant as somebody sent it; None for what is none, or does not say its zone."""
    try:
        at = datetime.fromisoformat(str(given))
    except ValueError:
        return None
    return None if at.tzinfo is None else at


def clock_time(at: time) -> str:
    """HH:MM."""
    return at.strftime("%H:%M")
