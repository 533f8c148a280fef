from __future__ import annotations

from datetime import timedelta

import pytest

from pwa.channels.policy import LONGEST_PAUSE, SHORTEST_PAUSE, Ruling, Verdict, decide
from pwa.channels.port import Failure, LetterResult
from tests.support.times import NOW

LONG = NOW + timedelta(hours=12)


def ruled(result: LetterResult[str], attempt: int = 1, jitter: float = 0.5) -> Verdict:
    return decide(result, attempt=attempt, now=NOW, useful_until=LONG, jitter=jitter)


@pytest.mark.parametrize(
    ("status", "ruling"),
    [
        (250, Ruling.ACCEPTED),
        (421, Ruling.RETRY),
        (450, Ruling.RETRY),
        (452, Ruling.RETRY),
        (550, Ruling.REFUSED),
        (554, Ruling.REFUSED),
    ],
)
def test_the_first_digit_says_whether_to_try_again(status: int, ruling: Ruling) -> None:
    assert ruled(LetterResult("a", status=status)).ruling is ruling


def test_every_failure_is_tried_again_but_for_what_no_time_mends() -> None:
    final = {Failure.ADDRESS: Ruling.REFUSED, Failure.MESSAGE: Ruling.OUR_BUG}
    for failure in Failure:
        assert ruled(LetterResult("a", failure=failure)).ruling is final.get(failure, Ruling.RETRY)


def test_pauses_grow_to_five_minutes_and_no_further() -> None:
    down = LetterResult("a", failure=Failure.CONNECTION)
    pauses = []
    for attempt in range(1, 30):
        retry_at = ruled(down, attempt, jitter=1.0).retry_at
        assert retry_at is not None
        pauses.append(retry_at - NOW - SHORTEST_PAUSE)
    assert pauses == sorted(pauses)
    assert pauses[0] == timedelta(seconds=20)
    assert pauses[-1] == LONGEST_PAUSE == timedelta(minutes=5)


def test_a_retry_that_would_come_too_late_is_not_made() -> None:
    down = LetterResult("a", failure=Failure.TIMEOUT)
    late = decide(down, attempt=1, now=NOW, useful_until=NOW + SHORTEST_PAUSE, jitter=0.0)
    assert late == Verdict(Ruling.EXPIRED)
    in_time = decide(down, attempt=9, now=NOW, useful_until=NOW + timedelta(seconds=9), jitter=0.999)
    assert in_time.retry_at is not None
    assert in_time.retry_at < NOW + timedelta(seconds=9)
