"""A prepared installation for the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.command import Command, command_for


@pytest.fixture(scope="session")
def keys_made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with keys, made once."""
    folder = tmp_path_factory.mktemp("keys")
    assert command_for(folder)("keys", "create").code == 0
    return folder / "keys"


def _with_keys(command: Command, keys: Path) -> Command:
    files = {
        "AFTERBEAM_MASTER_KEY_FILE": str(keys / "master-keys.json"),
        "AFTERBEAM_VAPID_PRIVATE_KEY_FILE": str(keys / "vapid.pem"),
    }
    return Command({**command.environment, **files})


@pytest.fixture
def afterbeam(sqlite_url: str, tmp_path: Path, keys_made: Path) -> Command:
    """The command on a migrated database of SQLite."""
    return _with_keys(command_for(tmp_path, sqlite_url), keys_made)


@pytest.fixture
def either_afterbeam(database_url: str, tmp_path: Path, keys_made: Path) -> Command:
    """The command on a migrated database of each kind."""
    return _with_keys(command_for(tmp_path, database_url), keys_made)


@pytest.fixture
def clinic_id(afterbeam: Command) -> str:
    """A trial clinic."""
    return create_clinic(afterbeam)


def create_clinic(afterbeam: Command, *more: str) -> str:
    made = afterbeam("clinic", "create", "Lakeside", *CLINIC, "--json", *more).json()
    return str(made["clinic_id"])


CLINIC = (
    *("--zone", "Europe/London", "--country", "GB"),
    *("--day-phone", "+44 20 7946 0018", "--night-phone", "+44 20 7946 0919"),
    *("--hours", "Mon-Fri 09:00-17:30"),
)
