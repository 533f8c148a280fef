"""The web application on a real database: its clock in the test's hand, and the people who use it.

    with opened_world(sqlite_url, tmp_path) as world:
        alice = world.joined(world.enrol(world.lakeside, "Alice"))
        assert alice.get("/api/v1/bundle").status_code == 200

Alice and Bob are patients of Lakeside, Mallory of another clinic.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

from apiflask import APIFlask
from argon2 import PasswordHasher
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.engine import make_url
from werkzeug.test import TestResponse

from pwa.clock import DemoClock, Moment
from pwa.config import Config
from pwa.domain.clinic import Clinic, ClinicStage, StaffRole
from pwa.push.endpoints import EndpointRules
from pwa.push.subject import DEMO_SUBJECT
from pwa.push.vapid import VapidKey, VapidSigner
from pwa.services.clinics import NewClinic, create_clinic
from pwa.services.enrolment import Enrolled, enrol
from pwa.services.enrolment_form import Enrolment
from pwa.services.house import House, endpoint_rules
from pwa.services.staffing import sign_in
from pwa.store import operations, staff
from pwa.store.database import Database
from pwa.store.ids import new_id
from pwa.store.scope import in_clinic
from pwa.store.tables import Base
from pwa.vault.keyring import MasterKeys, new_master_keys
from pwa.web.app import create_app
from pwa.web.auth import DEVICE_COOKIE, STAFF_COOKIE
from pwa.web.units import db
from tests.support.databases import be_quick
from tests.support.protocols import seed

# A Wednesday in summer: the clinics are open and the sun in London is strong.
START = datetime(2026, 7, 15, 9, 0, tzinfo=UTC)
TREATED = START - timedelta(hours=1)
PASSWORD = "correct horse battery"
OWN_PAGES = {"Sec-Fetch-Site": "same-origin"}
ORIGIN = "http://localhost:8000"
OPEN_ALL_DAY = "Mon-Sun 00:10-23:50"

Row = dict[str, Any]


@dataclass(slots=True)
class HandClock:
    """A clock that the test sets."""

    wall: datetime = START

    def move(self, length: timedelta) -> None:
        self.wall += length


@dataclass(frozen=True, slots=True)
class HandHouse(House):
    """A house that reads the test's clock."""

    clock: HandClock = field(default_factory=HandClock)

    def now(self) -> Moment:
        wall = self.clock.wall
        return Moment(care=self.demo.care(wall) if self.demo else wall, wall=wall)


@dataclass(slots=True)
class Phone:
    """One browser: its cookies, its address, and requests as our own pages send them."""

    http: FlaskClient
    address: str = "198.51.100.7"
    token: str | None = None  # the bearer token that stands in for a lost cookie

    def ask(
        self, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None
    ) -> TestResponse:
        return self.http.open(
            path,
            method=method,
            data=None if body is None else json.dumps(body),
            content_type=None if body is None else "application/json",
            headers={**OWN_PAGES, **(headers or {})},
            environ_overrides={"REMOTE_ADDR": self.address},
            buffered=True,  # or a file that was sent stays open
        )

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> TestResponse:
        return self.ask("GET", path, headers=headers)

    def post(self, path: str, body: Any = None) -> TestResponse:
        return self.ask("POST", path, body)

    def bundle(self) -> dict[str, Any]:
        answer = self.get("/api/v1/bundle")
        assert answer.status_code == 200, answer.get_data(as_text=True)
        found: dict[str, Any] = answer.get_json()
        return found

    def sync(self, *events: Any, zone: str = "Europe/London", epoch: str | None = None) -> dict[str, Any]:
        answer = self.post("/api/v1/sync", {"epoch": epoch, "zone": zone, "events": list(events)})
        assert answer.status_code == 200, answer.get_data(as_text=True)
        found: dict[str, Any] = answer.get_json()
        return found

    def results(self, *events: Any) -> list[str]:
        """What became of each event, in order."""
        return [one["result"] for one in self.sync(*events)["results"]]

    def cookie(self, name: str = DEVICE_COOKIE) -> str | None:
        held = self.http.get_cookie(name)
        return held.value if held else None


@dataclass(slots=True)
class World:
    """The application, its database and two clinics."""

    house: HandHouse
    app: APIFlask
    lakeside: Clinic
    _elsewhere: Clinic | None = None

    @property
    def elsewhere(self) -> Clinic:
        """Mallory's clinic, made when a test first asks for it."""
        if self._elsewhere is None:
            self._elsewhere = new_clinic(self.house, "Another Clinic")
        return self._elsewhere

    @property
    def clock(self) -> HandClock:
        return self.house.clock

    def phone(self, address: str = "198.51.100.7") -> Phone:
        return Phone(self.app.test_client(), address)

    def enrol(
        self,
        clinic: Clinic,
        first_name: str,
        procedure: str = "co2_full",
        treated_at: datetime = TREATED,
        **more: Any,
    ) -> Enrolled:
        asked = Enrolment(procedure, treated_at.isoformat(), first_name, **more)
        with self.house.database.write() as session:
            return enrol(
                in_clinic(session, clinic.id),
                clinic,
                self.house.keys,
                self.house.now(),
                asked,
                ("operator", "t"),
            )

    def joined(self, enrolled: Enrolled) -> Phone:
        """The phone that used the invitation, and said that it is right."""
        phone = self.phone()
        answer = phone.post("/api/v1/join", {"token": enrolled.invitation.token})
        assert answer.status_code == 200, answer.get_data(as_text=True)
        phone.token = answer.get_json()["device_token"]
        assert phone.post("/api/v1/join/answer", {"right": True}).status_code == 204
        return phone

    def patient(self, first_name: str, clinic: Clinic | None = None, **more: Any) -> Phone:
        """A patient who has just joined."""
        return self.joined(self.enrol(clinic or self.lakeside, first_name, **more))

    def add_staff(self, clinic: Clinic, email: str, role: StaffRole = StaffRole.OWNER) -> UUID:
        """Somebody who works there, with PASSWORD."""
        name, now = email.partition("@")[0].title(), self.house.now()
        with self.house.database.write() as session:
            account = staff.StaffAccount(new_id(now.wall), email, name, password_hash())
            staff.add_staff(session, account, clinic.id, role, now.wall)
        return account.id

    def signed_in(self, email: str) -> Phone:
        """A browser with a live session, without the slow part of signing in."""
        browser = self.phone("203.0.113.5")
        with self.house.database.write() as session:
            account = staff.find_staff(session, email)
            assert account
            browser.http.set_cookie(STAFF_COOKIE, sign_in(session, account, self.house.now()))
        return browser

    def rows(self, table: str) -> list[Row]:
        """Every row of a table."""
        with self.house.database.read() as session:
            found = session.execute(select(Base.metadata.tables[table])).mappings()
            return [dict(row) for row in found]

    def dump(self, but: frozenset[str] = frozenset()) -> dict[str, list[str]]:
        """Every row of every table but those, to compare; without the protocols' long texts."""
        names = [name for name in Base.metadata.tables if name not in but | {"protocol_documents"}]
        return {name: sorted(map(repr, self.rows(name))) for name in names}

    def files(self) -> bytes:
        """All that SQLite has on the disk: the database, and what is not yet in it."""
        database = Path(str(make_url(self.house.database.url).database))
        return b"".join(
            file.read_bytes() for file in sorted(database.parent.glob(f"{database.name}*")) if file.is_file()
        )

    def close(self) -> None:
        with self.app.app_context():
            db.engine.dispose()
        self.house.close()


@cache
def master_keys() -> MasterKeys:
    return new_master_keys()


@cache
def password_hash() -> str:
    """Of PASSWORD; made once, since that takes as long as a test."""
    return PasswordHasher().hash(PASSWORD)


@cache
def vapid_key() -> VapidKey:
    return VapidKey.generate()


def open_hand_house(
    url: str,
    folder: Path,
    *,
    clock: HandClock | None = None,
    demo: DemoClock | None = None,
    settings: Mapping[str, str] | None = None,
    rules: EndpointRules | None = None,
) -> HandHouse:
    """A house with keys made for the tests; `settings` are AFTERBEAM_ names without the prefix."""
    given = {"DATABASE_URL": url, "DATA_DIR": str(folder), "PUBLIC_URL": ORIGIN, **(settings or {})}
    config = Config.from_env({f"AFTERBEAM_{name}": value for name, value in given.items()})
    house = HandHouse(
        config=config,
        database=Database(config.database_url),
        keys=master_keys(),
        signer=VapidSigner([vapid_key()], DEMO_SUBJECT),
        rules=rules or endpoint_rules(config),
        demo=demo,
        clock=clock or HandClock(),
    )
    be_quick(house.database.engine)
    with house.database.write() as session:
        operations.ensure_epoch(session)
        operations.put_vapid_key(session, house.vapid_key, house.now().wall)
    return house


def new_clinic(
    house: House, name: str, stage: ClinicStage = ClinicStage.TRIAL, zone: str = "Europe/London"
) -> Clinic:
    asked = NewClinic(
        name,
        zone,
        "GB",
        "+44 20 7946 0018",
        "+44 20 7946 0919",
        OPEN_ALL_DAY,
        stage,
    )
    with house.database.write() as session:
        return create_clinic(session, house.now(), asked, seed())


def prepare(url: str, folder: Path) -> Clinic:
    """Put Lakeside into a database; `opened_world` opens a copy of it with the same keys."""
    house = open_hand_house(url, folder)
    try:
        return new_clinic(house, "Lakeside Skin Clinic")
    finally:
        house.close()


@contextmanager
def opened_world(url: str, folder: Path, lakeside: Clinic | None = None, **house: Any) -> Iterator[World]:
    """An application with a clinic, closed again afterwards; `lakeside` is the one a prepared copy has."""
    opened = open_hand_house(url, folder, **house)
    app = create_app(opened)
    with app.app_context():
        be_quick(db.engine)
    world = World(opened, app, lakeside or new_clinic(opened, "Lakeside Skin Clinic"))
    try:
        yield world
    finally:
        world.close()
