"""A world per test: on SQLite, or on each kind of database for the tests that are about databases."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pwa.domain.clinic import Clinic
from tests.support.databases import KINDS, Databases
from tests.support.furnished import Furnished
from tests.support.web import World, opened_world, prepare


@pytest.fixture(scope="session")
def prepared(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Furnished[Clinic]:
    """Databases that have Lakeside in them, to be copied."""
    return Furnished(databases, tmp_path_factory.mktemp("prepared"), prepare)


@pytest.fixture
def world(prepared: Furnished[Clinic], tmp_path: Path) -> Iterator[World]:
    """The application on SQLite, with a clinic."""
    with prepared.copy("sqlite", tmp_path) as (url, clinic), opened_world(url, tmp_path, clinic) as made:
        yield made


@pytest.fixture(params=[pytest.param(kind, marks=getattr(pytest.mark, kind)) for kind in KINDS])
def either_world(
    request: pytest.FixtureRequest, prepared: Furnished[Clinic], tmp_path: Path
) -> Iterator[World]:
    """The application once on SQLite and once on PostgreSQL."""
    with prepared.copy(request.param, tmp_path) as (url, clinic), opened_world(url, tmp_path, clinic) as made:
        yield made
