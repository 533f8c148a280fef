"""A ward on each kind of database, with a real push service beside it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pwa.domain.clinic import Clinic
from tests.support.databases import KINDS, Databases
from tests.support.furnished import Furnished
from tests.support.houses import Patient, Ward, make_clinic, open_test_house, open_ward
from tests.support.push_service import PushService


@pytest.fixture
def service() -> Iterator[PushService]:
    with PushService() as running:
        yield running


@pytest.fixture(scope="session")
def with_a_clinic(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Furnished[Clinic]:
    return Furnished(databases, tmp_path_factory.mktemp("with_a_clinic"), _make_clinic)


def _make_clinic(url: str, folder: Path) -> Clinic:
    with open_test_house(url, folder) as house:
        return make_clinic(house)


@pytest.fixture(params=[pytest.param(kind, marks=getattr(pytest.mark, kind)) for kind in KINDS])
def ward(
    request: pytest.FixtureRequest, with_a_clinic: Furnished[Clinic], tmp_path: Path, service: PushService
) -> Iterator[Ward]:
    with _ward_on(request.param, with_a_clinic, tmp_path, service) as opened:
        yield opened


@pytest.fixture
def small_ward(with_a_clinic: Furnished[Clinic], tmp_path: Path, service: PushService) -> Iterator[Ward]:
    """Where it does not matter which database it is, or only one writer at a time makes it hard."""
    with _ward_on("sqlite", with_a_clinic, tmp_path, service) as opened:
        yield opened


@pytest.fixture
def pg_ward(with_a_clinic: Furnished[Clinic], tmp_path: Path, service: PushService) -> Iterator[Ward]:
    """Where only PostgreSQL lets two writers work side by side."""
    with _ward_on("postgresql", with_a_clinic, tmp_path, service) as opened:
        yield opened


@contextmanager
def _ward_on(kind: str, furnished: Furnished[Clinic], folder: Path, service: PushService) -> Iterator[Ward]:
    with (
        furnished.copy(kind, folder) as (url, clinic),
        open_ward(url, furnished.folder, service, clinic) as opened,
    ):
        yield opened


@pytest.fixture
def alice(ward: Ward) -> Patient:
    return ward.admit("Alice")
