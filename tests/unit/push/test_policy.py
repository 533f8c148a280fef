from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pwa.push.endpoints import is_windows
from pwa.push.policy import (
    Ruling,
    Verdict,
    counts_against_service,
    decide,
    parse_retry_after,
)
from pwa.push.sender import Failure, SendResult

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
HOURS_LATER = NOW + timedelta(hours=6)
GOOGLE, WINDOWS = "https://fcm.googleapis.com", "https://wns2-par02p.notify.windows.com"


def answered(status: int, origin: str = GOOGLE, retry_after: str | None = None) -> SendResult[str]:
    return SendResult("alice", origin, status=status, retry_after=retry_after)


def failed(failure: Failure) -> SendResult[str]:
    return SendResult("alice", GOOGLE, failure=failure)


def verdict(
    result: SendResult[str], *, attempt: int = 1, useful_until: datetime = HOURS_LATER, jitter: float = 0.5
) -> Verdict:
    return decide(result, attempt=attempt, now=NOW, useful_until=useful_until, jitter=jitter)


@pytest.mark.parametrize(
    ("status", "ruling"),
    [
        (200, Ruling.ACCEPTED),
        (201, Ruling.ACCEPTED),
        (202, Ruling.ACCEPTED),
        (204, Ruling.ACCEPTED),
        (301, Ruling.REFUSED),
        (302, Ruling.REFUSED),
        (307, Ruling.REFUSED),
        (308, Ruling.REFUSED),
        (400, Ruling.SUSPECT),
        (401, Ruling.SUSPECT),
        (403, Ruling.SUSPECT),
        (404, Ruling.GONE),
        (405, Ruling.REFUSED),
        (406, Ruling.REFUSED),
        (408, Ruling.RETRY),
        (410, Ruling.GONE),
        (413, Ruling.OUR_BUG),
        (429, Ruling.RETRY),
        (500, Ruling.RETRY),
        (502, Ruling.RETRY),
        (503, Ruling.RETRY),
        (504, Ruling.RETRY),
    ],
)
def test_each_status_means_one_thing(status: int, ruling: Ruling) -> None:
    assert verdict(answered(status)).ruling is ruling


@pytest.mark.parametrize(
    ("failure", "ruling"),
    [
        (Failure.TIMEOUT, Ruling.RETRY),
        (Failure.CONNECTION, Ruling.RETRY),
        (Failure.TLS, Ruling.RETRY),
        (Failure.NAME, Ruling.RETRY),
        (Failure.ADDRESS, Ruling.RETRY),
        (Failure.CIRCUIT_OPEN, Ruling.RETRY),
        (Failure.ENDPOINT, Ruling.REFUSED),
        (Failure.KEY, Ruling.REFUSED),
        (Failure.MESSAGE, Ruling.OUR_BUG),
    ],
)
def test_each_failure_means_one_thing(failure: Failure, ruling: Ruling) -> None:
    assert verdict(failed(failure)).ruling is ruling
    assert {*Failure} == {
        *(Failure.TIMEOUT, Failure.CONNECTION, Failure.TLS, Failure.NAME, Failure.ADDRESS),
        *(Failure.CIRCUIT_OPEN, Failure.ENDPOINT, Failure.KEY, Failure.MESSAGE),
    }


@given(st.integers(200, 599), st.sampled_from([GOOGLE, WINDOWS, None]))
def test_only_404_and_410_ever_remove_a_subscription(status: int, origin: str | None) -> None:
    result = SendResult("alice", origin, status=status)
    assert (verdict(result).ruling is Ruling.GONE) == (status in (404, 410))


def test_406_is_too_many_requests_at_microsoft_only() -> None:
    assert verdict(answered(406, WINDOWS)).ruling is Ruling.RETRY
    assert verdict(answered(406, "https://notify.windows.com.evil.org")).ruling is Ruling.REFUSED
    assert is_windows(WINDOWS)
    assert not is_windows(GOOGLE)
    assert not is_windows("https://notnotify.windows.com")
    assert not is_windows(None)


@pytest.mark.parametrize(
    ("attempt", "longest"), [(1, 30), (2, 120), (3, 480), (4, 1920), (5, 1920), (99, 1920)]
)
def test_pauses_grow_fourfold_with_full_jitter(attempt: int, longest: int) -> None:
    least = verdict(answered(503), attempt=attempt, jitter=0.0).retry_at
    most = verdict(answered(503), attempt=attempt, jitter=0.999999).retry_at
    assert least == NOW + timedelta(seconds=1)
    assert most is not None
    assert timedelta(seconds=longest) < most - NOW + timedelta(seconds=1) <= timedelta(seconds=longest + 2)


@pytest.mark.parametrize("header", ["120", "Fri, 20 Nov 2026 09:02:00 GMT"])
def test_retry_after_is_heeded_in_both_forms_and_spread_out(header: str) -> None:
    early = verdict(answered(429, retry_after=header), jitter=0.0).retry_at
    late = verdict(answered(429, retry_after=header), jitter=0.9).retry_at
    assert early == NOW + timedelta(minutes=2)
    assert late == NOW + timedelta(minutes=2, seconds=27)


def test_a_retry_that_would_come_too_late_is_never_made() -> None:
    soon = NOW + timedelta(minutes=2)
    assert verdict(answered(429, retry_after="120"), useful_until=soon) == Verdict(Ruling.EXPIRED)
    assert verdict(answered(429, retry_after="119"), useful_until=soon).ruling is Ruling.RETRY
    assert (
        verdict(answered(429, retry_after="999999999999"), useful_until=HOURS_LATER).ruling is Ruling.EXPIRED
    )
    assert verdict(failed(Failure.TIMEOUT), useful_until=NOW) == Verdict(Ruling.EXPIRED)
    assert verdict(answered(403), useful_until=NOW) == Verdict(Ruling.EXPIRED)


@given(
    st.sampled_from([429, 500, 503, 400, 403]),
    st.integers(1, 50),
    st.integers(0, 7200),
    st.floats(0, 1, exclude_max=True),
    st.none() | st.integers(0, 10_000).map(str),
)
def test_a_retry_comes_after_now_after_what_was_asked_and_while_it_is_useful(
    status: int, attempt: int, seconds_left: int, jitter: float, header: str | None
) -> None:
    useful_until = NOW + timedelta(seconds=seconds_left)
    result = verdict(
        answered(status, retry_after=header), attempt=attempt, useful_until=useful_until, jitter=jitter
    )
    if result.ruling is Ruling.EXPIRED:
        assert result.retry_at is None
        assert seconds_left <= max(int(header or 0), 1)
    else:
        assert result.retry_at is not None
        assert NOW + timedelta(seconds=max(int(header or 0), 1)) <= result.retry_at < useful_until


def test_what_is_settled_has_no_retry() -> None:
    for status in (201, 404, 410, 413, 302):
        assert verdict(answered(status, retry_after="60")).retry_at is None


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("0", 0),
        (" 17 ", 17),
        ("999999999999999999999999", 30 * 86400),
        ("9" * 5000, 30 * 86400),
        ("Fri, 20 Nov 2026 09:00:30 GMT", 30),
        ("Friday, 20-Nov-26 09:00:30 GMT", 30),
        ("Fri Nov 20 09:00:30 2026", 30),
        ("Fri, 20 Nov 2026 08:00:00 GMT", 0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 30 * 86400),
    ],
)
def test_retry_after_is_read_in_every_form_of_the_standard(header: str, seconds: int) -> None:
    assert parse_retry_after(header, NOW) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "header", [None, "", "soon", "-5", "1.5", "12 parsecs", "²", "Fri, 99 Nov 2026 09:00:30 GMT"]
)
def test_nonsense_in_retry_after_is_no_wish(header: str | None) -> None:
    assert parse_retry_after(header, NOW) is None


@given(st.text(max_size=60))
def test_no_retry_after_header_breaks_the_dispatcher(header: str) -> None:
    parsed = parse_retry_after(header, NOW)
    assert parsed is None or timedelta(0) <= parsed <= timedelta(days=30)


def test_only_a_service_in_trouble_counts_against_it() -> None:
    trouble = [
        answered(500),
        answered(503),
        answered(429),
        answered(406, WINDOWS),
        failed(Failure.TIMEOUT),
        failed(Failure.CONNECTION),
        failed(Failure.TLS),
    ]
    fine = [
        answered(201),
        answered(410),
        answered(406),
        failed(Failure.MESSAGE),
        failed(Failure.CIRCUIT_OPEN),
    ]
    assert all(counts_against_service(result) for result in trouble)
    assert not any(counts_against_service(result) for result in fine)
