"""What an answer of a push service means. Pure; the caller brings time and chance.

Others lost users here: ntfy deletes a subscription on any error, sygnal on any 4xx; Mastodon was banned for
not heeding 429. Only 404 and 410 remove one (RFC 8030 section 7.3).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import Final

from pwa.domain.retrying import next_try
from pwa.push.endpoints import is_windows
from pwa.push.sender import Failure, SendResult

FIRST_PAUSE: Final = timedelta(seconds=30)  # then 2 min, 8 min, 32 min
LONGEST_PAUSE: Final = timedelta(minutes=32)
SHORTEST_PAUSE: Final = timedelta(seconds=1)
LONGEST_RETRY_AFTER: Final = timedelta(days=30)
SUSPICIONS_TO_RETIRE: Final = 5  # in a row, while its push service takes our key from others
_GROWTH: Final = 4


class Ruling(StrEnum):
    ACCEPTED = "accepted"  # not yet shown
    GONE = "gone"  # remove this endpoint
    RETRY = "retry"
    SUSPECT = "suspect"  # our key or clock first; keep the subscription, try again
    REFUSED = "refused"  # this delivery ends; the subscription stays
    OUR_BUG = "our_bug"  # this delivery ends, loudly
    EXPIRED = "expired"  # a retry would come too late to be useful


@dataclass(frozen=True, slots=True)
class Verdict:
    """`retry_at` (wall time) is set for RETRY and SUSPECT only, and lies before useful_until."""

    ruling: Ruling
    retry_at: datetime | None = None


def decide(
    result: SendResult[object], *, attempt: int, now: datetime, useful_until: datetime, jitter: float
) -> Verdict:
    """`attempt` is 1 for the first; `now` and `useful_until` are on the same clock; `jitter` is in [0, 1)."""
    ruling = _ruling(result)
    if ruling not in (Ruling.RETRY, Ruling.SUSPECT):
        return Verdict(ruling)
    soonest = max(parse_retry_after(result.retry_after, now) or SHORTEST_PAUSE, SHORTEST_PAUSE)
    pause = _pause(attempt)
    at = next_try(now, soonest=soonest, pause=pause, useful_until=useful_until, jitter=jitter)
    return Verdict(Ruling.EXPIRED) if at is None else Verdict(ruling, at)


def parse_retry_after(header: str | None, now: datetime) -> timedelta | None:
    """Seconds or an HTTP date (RFC 9110 section 10.2.3), from 0 to 30 days; None when absent or nonsense."""
    text = (header or "").strip()
    if text.isascii() and text.isdigit():
        seconds = int(text[:9])  # nine digits are 30 years already
        return min(timedelta(seconds=seconds), LONGEST_RETRY_AFTER)
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return min(max(moment - now, timedelta(0)), LONGEST_RETRY_AFTER)


def counts_against_service(result: SendResult[object]) -> bool:
    """Whether the circuit breaker of this push service should count it.

    "Too many" may be about one phone only: that stops nobody else, as any push it takes clears the count.
    """
    if result.status is not None:
        return result.status >= 500 or _is_too_many(result.status, result.origin)
    return result.failure in (Failure.TIMEOUT, Failure.CONNECTION, Failure.TLS)


def _ruling(result: SendResult[object]) -> Ruling:
    if result.status is None:
        return _of_failure(result.failure)
    return _of_status(result.status, result.origin)


def _of_status(status: int, origin: str | None) -> Ruling:
    if 200 <= status < 300:
        return Ruling.ACCEPTED
    if status in (404, 410):
        return Ruling.GONE
    if status == 408 or status >= 500 or _is_too_many(status, origin):
        return Ruling.RETRY
    if status in (400, 401, 403):
        return Ruling.SUSPECT  # Apple answers 400 VapidPkHashMismatch after a change of keys
    if status == 413:
        return Ruling.OUR_BUG
    return Ruling.REFUSED  # redirects among them: they are never followed


def _is_too_many(status: int, origin: str | None) -> bool:
    """WNS says 406 where others say 429."""
    return status == 429 or (status == 406 and is_windows(origin))


def _of_failure(failure: Failure | None) -> Ruling:
    if failure in (Failure.ENDPOINT, Failure.KEY):
        return Ruling.REFUSED
    if failure is Failure.MESSAGE or failure is None:
        return Ruling.OUR_BUG
    return Ruling.RETRY


def _pause(attempt: int) -> timedelta:
    growth: int = _GROWTH ** min(max(attempt - 1, 0), 8)
    return min(FIRST_PAUSE * growth, LONGEST_PAUSE)
