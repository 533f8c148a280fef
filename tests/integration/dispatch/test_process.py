"""The real program, `afterbeam dispatch`: sends, stops when told to, and leaves no lease behind."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.dispatchers import dispatch_once, started_dispatcher, wait_until
from tests.support.houses import Patient, Ward, open_ward
from tests.support.push_service import PushService, Script

STOPS_WITHIN = 10.0


@pytest.fixture
def ward(database_url: str, tmp_path: Path, service: PushService) -> Iterator[Ward]:
    with open_ward(database_url, tmp_path, service) as opened:
        opened.live_now()
        yield opened


def leased(ward: Ward) -> int:
    return len(ward.rows("SELECT id FROM deliveries WHERE state = 'leased'"))


def admitted(ward: Ward, count: int) -> list[Patient]:
    return [ward.admit(f"Patient {number}") for number in range(count)]


def test_one_pass_of_the_program_sends_what_is_due_and_says_how_many(ward: Ward, tmp_path: Path) -> None:
    people = admitted(ward, 3)
    for person in people:
        ward.plan_test(person)

    assert dispatch_once(ward, tmp_path) == {"accepted": 3}
    assert dispatch_once(ward, tmp_path) == {"accepted": 0}
    assert [ward.pushes_to(person.phone) for person in people] == [[201]] * 3


def test_sigterm_ends_it_in_order_with_no_lease_left(ward: Ward, tmp_path: Path) -> None:
    people = admitted(ward, 4)
    for person in people:
        ward.service.script(person.phone.endpoint, Script(201, hang=0.05))
        for _ in range(40):
            ward.plan_test(person)

    with started_dispatcher(ward, tmp_path) as process:
        wait_until(lambda: len(ward.service.posts) > 5, "the first pushes")
        began = time.monotonic()
        assert process.stop(signal.SIGTERM) == 0
        assert time.monotonic() - began < STOPS_WITHIN
    assert leased(ward) == 0

    dispatch_once(ward, tmp_path)
    assert [len(ward.pushes_to(person.phone)) for person in people] == [40] * 4  # each once, none twice


def test_sigterm_ends_it_in_time_while_a_push_service_hangs(ward: Ward, tmp_path: Path) -> None:
    (alice,) = admitted(ward, 1)
    ward.service.script(alice.phone.endpoint, Script(201, hang=30.0))
    ward.plan_test(alice)

    with started_dispatcher(ward, tmp_path) as process:
        wait_until(lambda: len(ward.service.posts) > 0, "the push that hangs")
        began = time.monotonic()
        assert process.stop(signal.SIGTERM) == 0
        assert time.monotonic() - began < STOPS_WITHIN

    assert leased(ward) == 0
    assert [row["state"] for row in ward.rows("SELECT state FROM deliveries")] == ["pending"]


def test_two_programs_on_one_postgresql_send_each_notice_once(
    postgresql_url: str, tmp_path: Path, service: PushService
) -> None:
    with open_ward(postgresql_url, tmp_path, service) as ward:
        ward.live_now()
        people = admitted(ward, 10)
        with (
            started_dispatcher(ward, tmp_path, "one") as one,
            started_dispatcher(ward, tmp_path, "other") as other,
        ):
            wait_until(lambda: ward.last_beat() is not None, "a heartbeat")
            for person in people:
                for _ in range(20):
                    ward.plan_test(person)
            wait_until(
                lambda: not ward.rows("SELECT id FROM notices WHERE state IN ('planned', 'sending')"),
                "the end",
            )
            assert (one.stop(), other.stop()) == (0, 0)

        assert [len(ward.pushes_to(person.phone)) for person in people] == [20] * 10
        assert leased(ward) == 0
