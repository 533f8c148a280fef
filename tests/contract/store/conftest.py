"""Two clinics on a real database: Alice and Bob are of one, Mallory is of the other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import pytest

from pwa.domain.clinic import Clinic
from pwa.domain.patient import Device
from pwa.services.enrolment import Enrolled
from pwa.services.house import House
from pwa.store.database import Database
from tests.support.databases import KINDS, Databases
from tests.support.furnished import Furnished
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


def _fill(url: str, folder: Path) -> People:
    with open_test_house(url, folder) as house:
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
def furnished_databases(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Furnished[People]:
    return Furnished(databases, tmp_path_factory.mktemp("furnished"), _fill)


@pytest.fixture(params=[pytest.param(kind, marks=getattr(pytest.mark, kind)) for kind in KINDS])
def furnished_copy(
    request: pytest.FixtureRequest, furnished_databases: Furnished[People], tmp_path: Path
) -> Iterator[tuple[str, People]]:
    with furnished_databases.copy(request.param, tmp_path) as copied:
        yield copied


@pytest.fixture
def people(furnished_copy: tuple[str, People]) -> People:
    return furnished_copy[1]


@pytest.fixture
def house(furnished_copy: tuple[str, People], furnished_databases: Furnished[People]) -> Iterator[House]:
    with open_test_house(furnished_copy[0], furnished_databases.folder) as opened:
        yield opened
