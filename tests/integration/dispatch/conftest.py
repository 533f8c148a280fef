"""A ward on each kind of database, with a real push service beside it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.houses import Patient, Ward, open_ward
from tests.support.push_service import PushService


@pytest.fixture
def service() -> Iterator[PushService]:
    with PushService() as running:
        yield running


@pytest.fixture
def ward(database_url: str, tmp_path: Path, service: PushService) -> Iterator[Ward]:
    with open_ward(database_url, tmp_path, service) as opened:
        yield opened


@pytest.fixture
def pg_ward(postgresql_url: str, tmp_path: Path, service: PushService) -> Iterator[Ward]:
    """Where only PostgreSQL lets two writers work side by side."""
    with open_ward(postgresql_url, tmp_path, service) as opened:
        yield opened


@pytest.fixture
def alice(ward: Ward) -> Patient:
    return ward.admit("Alice")
