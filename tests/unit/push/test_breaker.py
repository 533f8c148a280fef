from __future__ import annotations

from datetime import UTC, datetime, timedelta

from pwa.push.breaker import FAILURES_TO_OPEN, Breaker, Circuit

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


def _after_failures(count: int, now: datetime = NOW) -> Breaker:
    breaker = Breaker()
    for _ in range(count):
        breaker = breaker.after_failure(now)
    return breaker


def test_it_opens_after_ten_failures_in_a_row() -> None:
    assert _after_failures(FAILURES_TO_OPEN - 1).circuit(NOW) is Circuit.CLOSED
    assert _after_failures(FAILURES_TO_OPEN).circuit(NOW) is Circuit.OPEN


def test_one_success_forgets_all_failures() -> None:
    nearly = _after_failures(FAILURES_TO_OPEN - 1).after_success()
    assert nearly == Breaker()
    assert nearly.after_failure(NOW).circuit(NOW) is Circuit.CLOSED


def test_after_its_rest_one_probe_decides() -> None:
    opened = _after_failures(FAILURES_TO_OPEN)
    rested = NOW + timedelta(seconds=30)
    assert opened.circuit(rested - timedelta(microseconds=1)) is Circuit.OPEN
    assert opened.circuit(rested) is Circuit.HALF_OPEN
    assert opened.after_success().circuit(rested) is Circuit.CLOSED
    assert opened.after_failure(rested).circuit(rested) is Circuit.OPEN


def test_rests_grow_to_eight_minutes() -> None:
    breaker, now, rests = _after_failures(FAILURES_TO_OPEN), NOW, []
    for _ in range(8):
        assert breaker.open_until is not None
        rests.append((breaker.open_until - now).total_seconds())
        now = breaker.open_until
        breaker = breaker.after_failure(now)
    assert rests == [30, 60, 120, 240, 480, 480, 480, 480]


def test_a_rest_is_as_long_as_was_asked_for_up_to_an_hour() -> None:
    nearly = _after_failures(FAILURES_TO_OPEN - 1)
    for asked, minutes in ((0, 0.5), (0.1, 0.5), (20, 20), (60 * 24, 60)):
        opened = nearly.after_failure(NOW, timedelta(minutes=asked))
        assert opened.open_until == NOW + timedelta(minutes=minutes)


def test_failures_of_pushes_already_under_way_do_not_lengthen_the_rest() -> None:
    opened = _after_failures(FAILURES_TO_OPEN)
    assert _after_failures(FAILURES_TO_OPEN + 50).open_until == opened.open_until
