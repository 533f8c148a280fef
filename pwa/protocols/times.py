"""Times of day and lengths of time as protocols write them: "wake+4h", "bed-30m", "10:00", "3h"."""

from __future__ import annotations

import re
from datetime import timedelta

from pwa.domain.protocol import Anchor, TimeOfDay

_CLOCK = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")
_ANCHORED = re.compile(r"(wake|bed|treated|check_in|noon)(?:([+-])(\w+))?")
_LENGTH = re.compile(r"(?:([0-9]{1,3})d)?(?:([0-9]{1,2})h)?(?:([0-9]{1,3})m)?")
_DAY = timedelta(days=1)


def parse_length(text: str) -> timedelta:
    """Read "90m", "3h", "1h30m" or "2d"; ValueError says what is wrong."""
    found = _LENGTH.fullmatch(text)
    if not text or not found:
        raise ValueError(f'"{text}" is not a length of time such as "10m", "3h" or "1h30m"')
    days, hours, minutes = (int(part or 0) for part in found.groups())
    return timedelta(days=days, hours=hours, minutes=minutes)


def format_length(length: timedelta) -> str:
    """The shortest text that `parse_length` reads back to the same length."""
    hours, minutes = divmod(int(length.total_seconds()) // 60, 60)
    return f"{hours}h{minutes}m" if hours and minutes else f"{hours}h" if hours else f"{minutes}m"


def parse_time(text: str) -> TimeOfDay:
    """Read a clock time or an anchor with a signed offset under a day; ValueError says what is wrong."""
    clock = _CLOCK.fullmatch(text)
    if clock:
        hours, minutes = (int(part) for part in clock.groups())
        return TimeOfDay(Anchor.MIDNIGHT, timedelta(hours=hours, minutes=minutes))
    found = _ANCHORED.fullmatch(text)
    if not found:
        raise ValueError(f'"{text}" is not a time such as "10:00", "wake+4h" or "bed-30m"')
    anchor, sign, length = found.groups()
    offset = parse_length(length) if length else timedelta(0)
    if offset >= _DAY:
        raise ValueError(f'"{text}" is a day or more away from its anchor')
    return TimeOfDay(Anchor(anchor), -offset if sign == "-" else offset)


def format_time(time: TimeOfDay) -> str:
    """The text that `parse_time` reads back to the same time."""
    if time.anchor is Anchor.MIDNIGHT:
        hours, minutes = divmod(int(time.offset.total_seconds()) // 60, 60)
        return f"{hours:02d}:{minutes:02d}"
    if not time.offset:
        return time.anchor.value
    sign = "-" if time.offset < timedelta(0) else "+"
    return f"{time.anchor.value}{sign}{format_length(abs(time.offset))}"
