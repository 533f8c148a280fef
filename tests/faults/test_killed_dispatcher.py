"""kill -9 of the real dispatcher at any moment: nothing is lost in its window, a chunk at most goes again."""

from __future__ import annotations

import random
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import update

from pwa.domain.notice import DeliveryState, NoticeKind
from pwa.services.dispatching import CHUNK
from pwa.store import tables
from tests.support.dispatchers import started_dispatcher, wait_until
from tests.support.houses import Patient, Ward, open_ward
from tests.support.push_service import PushService, Script

PATIENTS = 30
WINDOW = timedelta(minutes=30)
KILLS = 5  # on each database
SLOWEST_ANSWER = 0.4
LATEST_KILL = 0.8  # after the dispatcher says that it started: claiming, sending, settling, idling


def test_a_killed_dispatcher_loses_nothing_and_repeats_at_most_a_chunk(
    database_url: str, tmp_path: Path, service: PushService
) -> None:
    kill_again_and_again(database_url, tmp_path, service, random.Random(20), KILLS)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(5))
def test_a_killed_dispatcher_loses_nothing_in_many_kills(
    database_url: str, tmp_path: Path, service: PushService, seed: int
) -> None:
    kill_again_and_again(database_url, tmp_path, service, random.Random(seed), kills=50)


def kill_again_and_again(
    url: str, folder: Path, service: PushService, chance: random.Random, kills: int
) -> None:
    with open_ward(url, folder, service) as ward:
        ward.live_now()
        people = [ward.admit(f"Patient {number}") for number in range(PATIENTS)]
        for person in people:
            ward.service.script(person.phone.endpoint, Script(201, hang=chance.uniform(0, SLOWEST_ANSWER)))
        due: list[UUID] = []
        for _ in range(kills):
            due += _reminders_due(ward, people)
            _run_and_kill(ward, folder, chance)
            _let_leases_run_out(ward)
        _run_to_the_end(ward, folder)
        _check(ward, due, kills)


def _reminders_due(ward: Ward, people: list[Patient]) -> list[UUID]:
    ward.live_now()
    return [ward.plan_test(person, WINDOW, NoticeKind.REMINDER) for person in people]


def _run_and_kill(ward: Ward, folder: Path, chance: random.Random) -> None:
    with started_dispatcher(ward, folder, f"dispatch-{time.monotonic_ns()}") as process:
        wait_until(lambda: "dispatcher_started" in process.said, "the dispatcher")
        time.sleep(chance.uniform(0, LATEST_KILL))
        process.kill()


def _let_leases_run_out(ward: Ward) -> None:
    """As if a minute had passed."""
    with ward.database.write() as session:
        session.execute(
            update(tables.Delivery)
            .where(tables.Delivery.state == DeliveryState.LEASED)
            .values(next_try_at=ward.care - timedelta(minutes=1))
        )


def _run_to_the_end(ward: Ward, folder: Path) -> None:
    with started_dispatcher(ward, folder) as process:
        wait_until(
            lambda: (
                not ward.rows(
                    "SELECT id FROM notices WHERE kind = 'reminder' AND state IN ('planned', 'sending')"
                )
            ),
            "the last reminder",
        )
        assert process.stop() == 0


def _check(ward: Ward, due: list[UUID], kills: int) -> None:
    assert {ward.state_of(notice_id) for notice_id in due} == {"sent"}, "lost"
    copies = Counter(post.headers["topic"] for post in ward.service.posts)
    assert len(copies) == len(due), "a topic names one notice, whichever process sends it"
    assert sum(copies.values()) - len(due) <= kills * CHUNK
    assert max(copies.values()) <= 1 + kills
    assert ward.rows("SELECT id FROM deliveries WHERE state = 'leased'") == []
