"""A world per test: on SQLite, or on each kind of database for the tests that are about databases."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from pwa.domain.clinic import Clinic
from tests.support.databases import Databases
from tests.support.web import World, opened_world, prepare

Prepared = tuple[Path, Clinic]


@pytest.fixture(scope="session")
def prepared(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prepared]:
    """An SQLite database that has Lakeside in it, to be copied: making a clinic takes longer than a test."""
    folder = tmp_path_factory.mktemp("prepared")
    with databases.migrated("sqlite", folder) as url:
        clinic = prepare(url, folder)
        yield Path(url.removeprefix("sqlite:///")), clinic


@pytest.fixture
def world(prepared: Prepared, tmp_path: Path) -> Iterator[World]:
    """The application on SQLite, with a clinic."""
    original, clinic = prepared
    copy = tmp_path / "world.db"
    with closing(sqlite3.connect(original)) as before, closing(sqlite3.connect(copy)) as after:
        after.execute("PRAGMA synchronous=OFF")
        before.backup(after)
    with opened_world(f"sqlite:///{copy}", tmp_path, clinic) as made:
        yield made


@pytest.fixture
def either_world(database_url: str, tmp_path: Path) -> Iterator[World]:
    """The application once on SQLite and once on PostgreSQL."""
    with opened_world(database_url, tmp_path) as made:
        yield made
