"""`afterbeam db backup`, `restore`, `new-epoch`, and the dispatcher's hourly copy."""

from __future__ import annotations

import json
import shutil
import sqlite3
import stat
import threading
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pwa.clock import Moment, read_moment
from pwa.services.housekeeping import back_up
from pwa.store import backups, operations
from pwa.store.database import Database
from tests.integration.cli.conftest import create_clinic
from tests.support.command import Command, command_for
from tests.support.processes import AFTERBEAM, RunningProcess, free_port, settings

PAIRS = "SELECT count(*) FROM server_meta WHERE name GLOB '[0-9]*'"
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture
def installed(tmp_path: Path, keys_made: Path) -> Command:
    """An installation with one clinic."""
    folder = tmp_path / "var"
    shutil.copytree(keys_made, folder / "keys")
    command = command_for(folder)
    assert command("db", "upgrade").code == 0
    create_clinic(command)
    return command


def _folder(command: Command) -> Path:
    return Path(command.environment["AFTERBEAM_DATA_DIR"])


def _clinics(command: Command) -> int:
    return len(command("clinic", "list", "--json").json())


def _epoch(command: Command) -> str:
    with closing(sqlite3.connect(_folder(command) / "afterbeam.db")) as database:
        [(epoch,)] = database.execute("SELECT value FROM server_meta WHERE name = 'epoch'").fetchall()
    return str(epoch)


def _epoch_changed_at(command: Command) -> datetime | None:
    database = Database(f"sqlite:///{_folder(command) / 'afterbeam.db'}")
    try:
        with database.read() as session:
            return operations.epoch_changed_at(session)
    finally:
        database.close()


def test_a_backup_brings_back_what_was_there_and_changes_the_epoch(
    installed: Command, tmp_path: Path
) -> None:
    copy = tmp_path / "copy.db"
    assert installed("db", "backup", str(copy), "--json").json() == {"file": str(copy)}
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    create_clinic(installed)
    before = _epoch(installed)

    said = installed("db", "restore", str(copy))

    assert said.code == 0, said.err
    assert _clinics(installed) == 1
    assert _epoch(installed) != before
    [aside] = _folder(installed).glob("afterbeam.db.before-*")
    assert str(aside) in said.out
    with closing(sqlite3.connect(aside)) as database:
        assert database.execute("SELECT count(*) FROM clinics").fetchone() == (2,)
    assert copy.is_file()


def test_when_the_epoch_changed_is_known(installed: Command, tmp_path: Path) -> None:
    """Photos newer than the backup are kept for 30 days from then (tests/integration/photos)."""
    copy = tmp_path / "copy.db"
    installed("db", "backup", str(copy))
    assert _epoch_changed_at(installed) is None
    for words in (("restore", str(copy)), ("new-epoch",)):
        before = read_moment().wall
        assert installed("db", *words).code == 0
        changed_at = _epoch_changed_at(installed)
        assert changed_at is not None
        assert before <= changed_at <= read_moment().wall


def test_a_database_that_is_damaged_or_gone_is_replaced_too(installed: Command, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    installed("db", "backup", str(copy))
    for file in _folder(installed).glob("afterbeam.db*"):
        file.write_bytes(b"damaged " * 1000)
    assert installed("db", "restore", str(copy)).code == 0
    assert _clinics(installed) == 1
    for file in _folder(installed).glob("afterbeam.db*"):
        file.unlink()
    assert installed("db", "restore", str(copy)).code == 0
    assert _clinics(installed) == 1


def test_nothing_is_restored_under_a_running_program(installed: Command, tmp_path: Path) -> None:
    copy, port = tmp_path / "copy.db", free_port()
    installed("db", "backup", str(copy))
    environment = settings(_folder(installed), port)
    web = RunningProcess.start("serve", [str(AFTERBEAM), "serve"], tmp_path / "serve.log", environment)
    try:
        web.wait_for_answer(f"http://127.0.0.1:{port}/healthz/live")
        said = installed("db", "restore", str(copy))
        assert said.sentence == (
            "The database is in use. Stop `afterbeam serve` and `afterbeam dispatch` first."
        )
        web.stop()
        assert installed("db", "restore", str(copy)).code == 0
    finally:
        web.kill()


def _not_sqlite(file: Path) -> None:
    file.write_text("no database " * 100)


def _another_program(file: Path) -> None:
    with closing(sqlite3.connect(file)) as database:
        database.execute("CREATE TABLE songs (name)")


def _from_the_future(file: Path) -> None:
    with closing(sqlite3.connect(file)) as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
        database.commit()


def _halved(file: Path) -> None:
    with closing(sqlite3.connect(file)) as database:
        database.execute("DELETE FROM clinics")  # what belongs to the clinic stays behind
        database.commit()


def _torn(file: Path) -> None:
    content = bytearray(file.read_bytes())
    for at in range(4096, len(content), 4096):
        content[at : at + 64] = b"\xff" * 64
    file.write_bytes(content)


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (Path.unlink, "There is no file"),
        (_not_sqlite, "is no backup of Afterbeam."),
        (_from_the_future, "was made by a newer version of Afterbeam."),
        (_halved, "is damaged"),
        (_torn, ""),
    ],
)
def test_a_bad_backup_is_refused_and_the_database_stays(
    installed: Command, tmp_path: Path, spoil: object, sentence: str
) -> None:
    copy = tmp_path / "copy.db"
    installed("db", "backup", str(copy))
    assert callable(spoil)
    spoil(copy)
    said = installed("db", "restore", str(copy))
    assert said.code == 2
    assert sentence in said.sentence
    assert _clinics(installed) == 1
    assert not list(_folder(installed).glob("*before-*"))


def test_another_program_s_database_is_no_backup(installed: Command, tmp_path: Path) -> None:
    _another_program(tmp_path / "songs.db")
    said = installed("db", "restore", str(tmp_path / "songs.db"))
    assert said.sentence == f"{tmp_path / 'songs.db'} is no backup of Afterbeam."


def test_a_backup_never_overwrites_a_file(installed: Command, tmp_path: Path) -> None:
    (tmp_path / "mine.db").write_text("precious")
    assert "is already there" in installed("db", "backup", str(tmp_path / "mine.db")).sentence
    assert (tmp_path / "mine.db").read_text() == "precious"


def test_a_backup_is_whole_while_somebody_writes(installed: Command, tmp_path: Path) -> None:
    """Each write adds a pair of rows: a copy with half a pair would be torn."""
    database = Database(f"sqlite:///{_folder(installed) / 'afterbeam.db'}")
    stop = threading.Event()

    def write() -> None:
        with closing(sqlite3.connect(_folder(installed) / "afterbeam.db", timeout=10)) as writer:
            number = 0
            while not stop.is_set():
                number += 1
                for half in "ab":
                    writer.execute("INSERT INTO server_meta VALUES (?, ?)", (f"{number}{half}", "x" * 200))
                writer.commit()

    writing = threading.Thread(target=write)
    writing.start()
    try:
        counts = []
        for number in range(5):
            copy = tmp_path / f"copy-{number}.db"
            backups.back_up(database, copy)
            with closing(sqlite3.connect(copy)) as copied:
                counts += copied.execute(PAIRS).fetchone()
    finally:
        stop.set()
        writing.join()
        database.close()
    assert counts[-1] > counts[0]
    assert all(count % 2 == 0 for count in counts)


def test_the_dispatcher_copies_once_an_hour_and_forgets_old_copies(installed: Command) -> None:
    database = Database(f"sqlite:///{_folder(installed) / 'afterbeam.db'}")
    folder = _folder(installed) / "backups"
    (_folder(installed) / "backups").mkdir()
    (folder / "afterbeam-mine.db").write_text("somebody's own")
    try:
        made = [
            back_up(database, folder, Moment(now, now))
            for now in (NOON + timedelta(minutes=20 * third) for third in range(3 * 24 * 10))
        ]
    finally:
        database.close()
    assert sum(copy is not None for copy in made) == 24 * 10
    kept = sorted(folder.glob("afterbeam-2*.db"))
    # The newest of today and of yesterday are among the hourly ones.
    assert len(kept) == backups.HOURLY_KEPT + backups.DAILY_KEPT - 2
    assert kept[-1].name == "afterbeam-20261130T110000Z.db"
    assert kept[0].name == "afterbeam-20261124T230000Z.db"
    assert (folder / "afterbeam-mine.db").exists()


def test_the_doctor_warns_until_there_is_a_backup(installed: Command) -> None:
    def state() -> str:
        findings = json.loads(installed("doctor", "--json").out)
        return str({one["check"]: one["state"] for one in findings}["backup"])

    assert state() == "warning"
    installed("db", "backup")
    assert state() == "ok"


def test_postgresql_is_left_to_its_own_tools_and_gets_a_new_epoch(
    postgresql_url: str, tmp_path: Path, keys_made: Path
) -> None:
    shutil.copytree(keys_made, tmp_path / "keys")
    command = command_for(tmp_path, postgresql_url)
    assert "pg_dump" in command("db", "backup", str(tmp_path / "copy.db")).sentence
    assert "pg_restore" in command("db", "restore", str(tmp_path / "copy.db")).sentence
    assert command("db", "new-epoch").code == 0
    assert command("doctor", "--json").out.count("backup") == 0
