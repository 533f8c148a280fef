"""A circuit breaker for one push service: after failures in a row it rests, then one push tries it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

FAILURES_TO_OPEN: Final = 10
FIRST_REST: Final = timedelta(seconds=30)
LONGEST_REST: Final = timedelta(minutes=8)
LONGEST_ASKED_REST: Final = timedelta(hours=1)


class Circuit(StrEnum):
    CLOSED = "closed"  # pushes flow
    OPEN = "open"  # nothing is sent
    HALF_OPEN = "half_open"  # one push may try


@dataclass(frozen=True, slots=True)
class Breaker:
    """`failures` in a row so far; `rests` in a row, each twice as long as the one before."""

    failures: int = 0
    rests: int = 0
    open_until: datetime | None = None

    def circuit(self, now: datetime) -> Circuit:
        if self.open_until is None:
            return Circuit.CLOSED
        return Circuit.OPEN if now < self.open_until else Circuit.HALF_OPEN

    def after_failure(self, now: datetime, asked: timedelta = timedelta(0)) -> Breaker:
        """One more timeout, broken connection, "too many" or 5xx. A failed probe opens it again at once.

        `asked` is its Retry-After: the rest is no shorter, up to an hour, since a service that asks for
        more than that may mean one phone only.
        """
        failures = self.failures + 1
        circuit = self.circuit(now)
        if circuit is Circuit.OPEN or (circuit is Circuit.CLOSED and failures < FAILURES_TO_OPEN):
            return Breaker(failures, self.rests, self.open_until)
        usual = min(FIRST_REST * 2**self.rests, LONGEST_REST)
        rest = max(usual, min(asked, LONGEST_ASKED_REST))
        return Breaker(failures, min(self.rests + 1, 8), now + rest)

    def after_success(self) -> Breaker:
        """Any other answer shows that the service is there and takes more, a refusal too."""
        return Breaker()
