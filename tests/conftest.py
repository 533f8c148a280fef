"""What every test has: a clean environment, and real databases of both kinds when it asks for one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import is_hypothesis_test, settings

from tests.support.databases import KINDS, Databases
from tests.support.logs import plain_logs

# The same examples on every run, so that a change and not luck turns a test red; `make soak` looks further.
# Both say whether they are seeded: left unsaid, Hypothesis would seed them where it sees a build server.
settings.register_profile("test", derandomize=True, deadline=None, max_examples=60)
settings.register_profile("soak", derandomize=False, deadline=None, max_examples=2000, print_blob=True)
settings.load_profile("test")

_BOTH_KINDS = [pytest.param(kind, marks=getattr(pytest.mark, kind)) for kind in KINDS]


def pytest_configure(config: pytest.Config) -> None:
    plain_logs()
    config.addinivalue_line("markers", "sqlite: runs on SQLite")
    config.addinivalue_line("markers", "postgresql: runs on PostgreSQL, which must be installed")
    config.addinivalue_line("markers", "slow: takes seconds, such as building a wheel; part of `make test`")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if {"postgresql_url", "pg_ward"} & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.postgresql)
        if _looks_further() and is_hypothesis_test(getattr(item, "obj", None)):
            item.add_marker(pytest.mark.soak)


def _looks_further() -> bool:
    """Whether properties are part of this campaign; in `make test` they are tests like any other."""
    return settings.get_current_profile_name() == "soak"


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test may depend on the settings of the person who runs it."""
    for name in [name for name in os.environ if name.startswith("AFTERBEAM_")]:
        monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Databases]:
    """Makes databases; one PostgreSQL server per test process, started by the first test that needs it."""
    made = Databases(tmp_path_factory.mktemp("databases"))
    yield made
    made.close()


@pytest.fixture(params=_BOTH_KINDS)
def database_url(request: pytest.FixtureRequest, databases: Databases, tmp_path: Path) -> Iterator[str]:
    """A migrated database without rows; the test runs once on SQLite and once on PostgreSQL."""
    with databases.migrated(request.param, tmp_path) as url:
        yield url


@pytest.fixture(params=_BOTH_KINDS)
def empty_database_url(request: pytest.FixtureRequest, databases: Databases, tmp_path: Path) -> Iterator[str]:
    """A database without tables, of both kinds: for migrations."""
    with databases.empty(request.param, tmp_path) as url:
        yield url


@pytest.fixture
def sqlite_url(databases: Databases, tmp_path: Path) -> Iterator[str]:
    """A migrated SQLite database, for tests that are about SQLite or not about databases."""
    with databases.migrated("sqlite", tmp_path) as url:
        yield url


@pytest.fixture
def postgresql_url(databases: Databases, tmp_path: Path) -> Iterator[str]:
    """A migrated PostgreSQL database, for tests that are about PostgreSQL."""
    with databases.migrated("postgresql", tmp_path) as url:
        yield url
