"""What a mail server's answer means. Pure; the caller brings time and chance."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from pwa.channels.port import Failure, LetterResult
from pwa.domain.retrying import next_try

FIRST_PAUSE: Final = timedelta(seconds=20)  # then 40 s, 80 s, 160 s, 5 min
LONGEST_PAUSE: Final = timedelta(minutes=5)  # an alert waits: no longer after an outage than this
SHORTEST_PAUSE: Final = timedelta(seconds=5)


class Ruling(StrEnum):
    ACCEPTED = "accepted"  # not yet read
    RETRY = "retry"
    REFUSED = "refused"  # this address takes no letter; this delivery ends
    OUR_BUG = "our_bug"  # this delivery ends, loudly
    EXPIRED = "expired"  # a retry would come too late to be useful


@dataclass(frozen=True, slots=True)
class Verdict:
    """`retry_at` (wall time) is set for RETRY only, and lies before useful_until."""

    ruling: Ruling
    retry_at: datetime | None = None


def decide(
    result: LetterResult[object], *, attempt: int, now: datetime, useful_until: datetime, jitter: float
) -> Verdict:
    """`attempt` is 1 for the first; `now` and `useful_until` are on the same clock; `jitter` is in [0, 1)."""
    ruling = _ruling(result)
    if ruling is not Ruling.RETRY:
        return Verdict(ruling)
    pause = _pause(attempt)
    at = next_try(now, soonest=SHORTEST_PAUSE, pause=pause, useful_until=useful_until, jitter=jitter)
    return Verdict(Ruling.EXPIRED) if at is None else Verdict(ruling, at)


def _ruling(result: LetterResult[object]) -> Ruling:
    """By the first digit of the code (RFC 5321, section 4.2.1)."""
    if result.status is None:
        return _of_failure(result.failure)
    if 200 <= result.status < 300:
        return Ruling.ACCEPTED
    return Ruling.REFUSED if 500 <= result.status < 600 else Ruling.RETRY


def _of_failure(failure: Failure | None) -> Ruling:
    if failure is Failure.ADDRESS:
        return Ruling.REFUSED
    if failure is Failure.MESSAGE or failure is None:
        return Ruling.OUR_BUG
    return Ruling.RETRY  # settings too: whoever mends them in time still gets the letters out


def _pause(attempt: int) -> timedelta:
    growth: int = 2 ** min(max(attempt - 1, 0), 8)
    return min(FIRST_PAUSE * growth, LONGEST_PAUSE)
