"""kill -9 of the real dispatcher while it talks to a mail server: a second copy at most, never none."""

from __future__ import annotations

import signal
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import update

from pwa.domain.notice import DeliveryState
from pwa.services.relaying import CHUNK
from pwa.store import tables
from tests.support.desk import Desk, Person
from tests.support.dispatchers import dispatch_once, started_dispatcher, wait_until
from tests.support.houses import Ward, open_ward
from tests.support.push_service import PushService
from tests.support.smtp import SmtpServer

STOPS_WITHIN = 10.0
KILLS = 3


def test_a_dispatcher_killed_after_letters_were_accepted_sends_them_again_and_loses_none(
    database_url: str, tmp_path: Path, service: PushService
) -> None:
    with open_ward(database_url, tmp_path, service) as ward, SmtpServer() as server:
        ward.live_now()
        desk = Desk(ward, server)
        people = [desk.employ(f"Nurse{number}") for number in range(CHUNK)]
        desk.tell(desk.alert())
        server.take(0.1)
        for number in range(KILLS):
            _run_until_letters_are_accepted_and_kill(desk, tmp_path, number)
            assert {state for state, _ in desk.deliveries("email")} == {"leased"}, "accepted, not settled"
            _let_leases_run_out(ward)
        server.take(0.0)
        dispatch_once(ward, tmp_path, **desk.settings)

        assert set(desk.notice_states()) == {"sent"}
        assert {state for state, _ in desk.deliveries("email")} == {"accepted"}
        _check_copies(desk, people)


def _run_until_letters_are_accepted_and_kill(desk: Desk, folder: Path, number: int) -> None:
    before = len(desk.server.letters)
    with started_dispatcher(desk.ward, folder, f"dispatch-{number}", **desk.settings) as process:
        wait_until(lambda: len(desk.server.letters) >= before + 2, "two letters")
        process.kill()


def _let_leases_run_out(ward: Ward) -> None:
    """As if a minute had passed."""
    with ward.database.write() as session:
        session.execute(
            update(tables.Delivery)
            .where(tables.Delivery.state == DeliveryState.LEASED)
            .values(next_try_at=datetime.now(UTC) - timedelta(minutes=1))
        )


def _check_copies(desk: Desk, people: list[Person]) -> None:
    for person in people:
        copies = Counter(letter.message["Message-ID"] for letter in desk.letters_to(person))
        assert len(copies) == 1, "lost, or another letter"
        assert 1 <= copies.total() <= 1 + KILLS
    assert len(desk.server.letters) > len(people), "nothing was accepted before a kill"


def test_sigterm_ends_it_in_time_while_a_mail_server_hangs(
    sqlite_url: str, tmp_path: Path, service: PushService
) -> None:
    with open_ward(sqlite_url, tmp_path, service) as ward, SmtpServer() as server:
        ward.live_now()
        desk = Desk(ward, server)
        olga = desk.employ("Olga")
        server.take(60.0)
        desk.tell(desk.alert())
        with started_dispatcher(ward, tmp_path, **desk.settings) as process:
            wait_until(lambda: ("leased", 1) in desk.deliveries("email"), "the letter that hangs")
            wait_until(lambda: ward.pushes_to(olga.browser) == [201], "the push beside it")
            began = time.monotonic()
            assert process.stop(signal.SIGTERM) == 0
            assert time.monotonic() - began < STOPS_WITHIN
        assert desk.deliveries("email") == [("pending", 1)]


def test_the_real_program_tells_staff_by_both_ways_once(
    postgresql_url: str, tmp_path: Path, service: PushService
) -> None:
    with open_ward(postgresql_url, tmp_path, service) as ward, SmtpServer() as server:
        ward.live_now()
        desk = Desk(ward, server)
        people = [desk.employ(f"Nurse{number}") for number in range(12)]
        with (
            started_dispatcher(ward, tmp_path, "one", **desk.settings) as one,
            started_dispatcher(ward, tmp_path, "other", **desk.settings) as other,
        ):
            wait_until(lambda: ward.last_beat() is not None, "a heartbeat")
            desk.tell(desk.alert())
            wait_until(lambda: set(desk.notice_states()) == {"sent"}, "the end")
            assert (one.stop(), other.stop()) == (0, 0)
        assert desk.told(people) == [(1, 1)] * 12
