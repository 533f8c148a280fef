"""Two clinics on a real database: Alice and Bob are of one, Mallory is of the other."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import make_url

from pwa.domain.clinic import Clinic
from pwa.domain.patient import Device
from pwa.services.enrolment import Enrolled
from pwa.services.house import House
from pwa.store.database import Database
from tests.support.databases import KINDS, Databases
from tests.support.houses import enrol_patient, join_phone, make_clinic, open_test_house


@dataclass(frozen=True, slots=True)
class Person:
    """A patient of a clinic, with their phone."""

    clinic: Clinic
    enrolled: Enrolled
    device: Device

    @property
    def id(self) -> UUID:
        return self.enrolled.patient_id


@dataclass(frozen=True, slots=True)
class People:
    alice: Person
    bob: Person
    mallory: Person


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    made = Database(database_url)
    yield made
    made.close()


@dataclass(slots=True)
class Furnished:
    """Databases of both kinds with these people in them, made once and copied for each test."""

    databases: Databases
    folder: Path
    made: dict[str, tuple[str, People]] = field(default_factory=dict)

    @contextmanager
    def copy(self, kind: str, folder: Path) -> Iterator[tuple[str, People]]:
        """The URL of a database of its own, and who is in it."""
        if kind not in self.made:
            self.made[kind] = self._make(kind)
        source, people = self.made[kind]
        if kind == "sqlite":
            target = folder / "people.db"
            shutil.copyfile(source, target)  # closed before: nothing of it is left in a -wal file
            yield f"sqlite:///{target}", people
            return
        name = f"people_{uuid4().hex}"
        yield self.databases.cluster.create_database(name, source), people
        self.databases.cluster.drop_database(name)

    def _make(self, kind: str) -> tuple[str, People]:
        name = "furnished"
        if kind == "sqlite":
            with self.databases.migrated(kind, self.folder) as url:
                people = self._fill(url)
            return url.removeprefix("sqlite:///"), people
        with self.databases.migrated(kind, self.folder) as migrated:
            source = make_url(migrated).database
            assert source is not None
            url = self.databases.cluster.create_database(name, source)
        return name, self._fill(url)

    def _fill(self, url: str) -> People:
        with open_test_house(url, self.folder) as house:
            lakeside, hillside = make_clinic(house, "Lakeside"), make_clinic(house, "Hillside")
            return People(
                _admitted(house, lakeside, "Alice"),
                _admitted(house, lakeside, "Bob"),
                _admitted(house, hillside, "Mallory"),
            )


def _admitted(house: House, clinic: Clinic, name: str) -> Person:
    enrolled = enrol_patient(house, clinic, name)
    return Person(clinic, enrolled, join_phone(house, enrolled))


@pytest.fixture(scope="session")
def furnished_databases(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Furnished:
    return Furnished(databases, tmp_path_factory.mktemp("furnished"))


@pytest.fixture(params=[pytest.param(kind, marks=getattr(pytest.mark, kind)) for kind in KINDS])
def furnished_copy(
    request: pytest.FixtureRequest, furnished_databases: Furnished, tmp_path: Path
) -> Iterator[tuple[str, People]]:
    with furnished_databases.copy(request.param, tmp_path) as copied:
        yield copied


@pytest.fixture
def people(furnished_copy: tuple[str, People]) -> People:
    return furnished_copy[1]


@pytest.fixture
def house(furnished_copy: tuple[str, People], furnished_databases: Furnished) -> Iterator[House]:
    with open_test_house(furnished_copy[0], furnished_databases.folder) as opened:
        yield opened
