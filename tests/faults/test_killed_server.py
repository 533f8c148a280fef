"""kill -9 of the real web server while phones sync: what it acknowledged is there, and once."""

from __future__ import annotations

import json
import random
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select

from pwa.clock import Moment
from pwa.services import joining
from pwa.services.house import House
from pwa.store import tables
from pwa.store.database import Database
from pwa.store.scope import in_clinic
from tests.support.events import check_in
from tests.support.houses import enrol_patient, make_clinic, open_test_house
from tests.support.processes import AFTERBEAM, RunningProcess, free_port, settings

PHONES = 3
MOST_EVENTS = 6  # in one sync
LATEST_KILL = 1.0  # seconds after the server answers
PATIENCE_SECONDS = 60.0


def test_a_killed_server_loses_nothing_it_acknowledged(database_url: str, tmp_path: Path) -> None:
    kill_again_and_again(database_url, tmp_path, random.Random(3), syncs=45, kills=3)


@pytest.mark.soak
def test_a_server_killed_through_500_syncs_loses_nothing(database_url: str, tmp_path: Path) -> None:
    seed = random.SystemRandom().randrange(2**32)
    print(f"seed {seed}")
    kill_again_and_again(database_url, tmp_path, random.Random(seed), syncs=500, kills=60)


def kill_again_and_again(url: str, folder: Path, chance: random.Random, syncs: int, kills: int) -> None:
    now = datetime.now(UTC)
    with open_test_house(url, folder) as house:
        phones = [_joined(house, f"Patient {number}", now, chance) for number in range(PHONES)]
        server = _Server(url, folder)
        for phone in phones:
            phone.start(server.url, syncs // PHONES)
        try:
            for _ in range(kills):
                server.start()
                time.sleep(chance.uniform(0, LATEST_KILL))
                server.kill()
                _check_acknowledged(house.database, phones)
                if all(phone.is_done for phone in phones):
                    break
            server.start()
            for phone in phones:
                phone.wait()
        finally:
            server.kill()
        _check_everything(house.database, phones)


@dataclass(slots=True)
class _Server:
    url_of_database: str
    folder: Path
    port: int = field(default_factory=free_port)
    process: RunningProcess | None = None

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    def start(self) -> None:
        environment = settings(self.folder, self.port) | {"AFTERBEAM_DATABASE_URL": self.url_of_database}
        command = [str(AFTERBEAM), "serve"]
        log = self.folder / "serve.log"
        self.process = RunningProcess.start("afterbeam serve", command, log, environment)
        self.process.wait_for_answer(f"{self.url}/healthz/live")

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()


@dataclass(slots=True)
class _Phone:
    """Sends what it made until each piece is acknowledged, as the app does."""

    patient_id: UUID
    plan_id: UUID
    token: str
    chance: random.Random
    made: set[UUID] = field(default_factory=set)
    acknowledged: set[UUID] = field(default_factory=set)
    failures: int = 0
    error: BaseException | None = None
    thread: threading.Thread | None = None

    def start(self, url: str, syncs: int) -> None:
        work = partial(self._guarded, partial(self._sync, url, syncs))
        self.thread = threading.Thread(target=work, daemon=True)
        self.thread.start()

    @property
    def is_done(self) -> bool:
        return self.thread is not None and not self.thread.is_alive()

    def wait(self) -> None:
        assert self.thread is not None
        self.thread.join(PATIENCE_SECONDS)
        if self.error is not None:
            raise self.error
        assert self.is_done, "the phone never got everything through"

    def _guarded(self, act: Callable[[], None]) -> None:
        try:
            act()
        except BaseException as error:  # told to the test's own thread
            self.error = error

    def _sync(self, url: str, syncs: int) -> None:
        for _ in range(syncs):
            waiting = [self._event() for _ in range(self.chance.randint(1, MOST_EVENTS))]
            self.made |= {UUID(one["id"]) for one in waiting}
            while waiting:
                answered = self._send(url, waiting)
                self.acknowledged |= answered
                waiting = [one for one in waiting if UUID(one["id"]) not in answered]

    def _event(self) -> dict[str, Any]:
        answers = {"overall": "same", "pain": self.chance.randint(0, 10), "fever": self.chance.random() < 0.2}
        return check_in(str(self.plan_id), answers, day=0, at=datetime.now(UTC))

    def _send(self, url: str, events: list[dict[str, Any]]) -> set[UUID]:
        """The ids that the server answered for; none when it was not there, or died on the way."""
        request = urllib.request.Request(
            f"{url}/api/v1/sync",
            json.dumps({"zone": "Europe/London", "events": events}).encode(),
            {
                "Authorization": f"Bearer {self.token}",
                "Content-Type": "application/json",
                "Sec-Fetch-Site": "same-origin",
            },
        )
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                results = json.load(answer)["results"]
        except urllib.error.HTTPError as error:
            if error.code != 503:
                raise
            return set()
        except (OSError, ValueError):
            self.failures += 1
            time.sleep(0.05)
            return set()
        assert {one["result"] for one in results} <= {"stored", "duplicate"}, results
        return {UUID(one["id"]) for one in results}


def _joined(house: House, name: str, now: datetime, chance: random.Random) -> _Phone:
    moment = Moment(now, now)
    clinic = make_clinic(house, f"Clinic of {name}")
    treated = (now - timedelta(hours=2)).astimezone(clinic.zone).strftime("%Y-%m-%dT%H:%M")
    enrolled = enrol_patient(house, clinic, name, treated_at=treated, at=now)
    with house.database.write() as session:
        joined = joining.join_by_token(session, house.keys, enrolled.invitation.token, "a phone", moment)
        joining.confirm(in_clinic(session, joined.device.clinic_id), joined.device, moment)
    return _Phone(enrolled.patient_id, enrolled.care_plan_id, joined.token, random.Random(chance.random()))


def _stored(database: Database, phone: _Phone) -> list[UUID]:
    with database.read() as session:
        events = select(tables.PatientEvent.event_id).where(
            tables.PatientEvent.patient_id == phone.patient_id
        )
        return list(session.scalars(events))


def _check_acknowledged(database: Database, phones: list[_Phone]) -> None:
    for phone in phones:
        before = set(phone.acknowledged)
        assert before <= set(_stored(database, phone)), "an acknowledged event is gone"


def _check_everything(database: Database, phones: list[_Phone]) -> None:
    assert sum(phone.failures for phone in phones) > 0, "no kill was ever in the way"
    for phone in phones:
        assert phone.acknowledged == phone.made == set(_stored(database, phone))
        assert len(_stored(database, phone)) == len(phone.made)
        with database.read() as session:
            judged = session.scalar(select(func.count()).where(tables.CheckIn.patient_id == phone.patient_id))
            open_alerts = session.scalar(
                select(func.count()).where(tables.Alert.patient_id == phone.patient_id)
            )
        assert judged == len(phone.made)
        assert open_alerts == 1
