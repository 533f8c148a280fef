"""Copies of an embedded database, made while it is in use; each is opened and checked before it counts."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from pwa.domain.errors import Refused
from pwa.store.database import Database
from pwa.store.operations import new_epoch
from pwa.store.revision import newest_revision

HOURLY_KEPT = 24
DAILY_KEPT = 7
_STAMP = "afterbeam-%Y%m%dT%H%M%SZ.db"


def back_up(database: Database, file: Path) -> None:
    """Copy the whole database to `file`, which must not exist yet. Raises Refused; leaves no half copy."""
    if not database.is_sqlite:
        raise Refused("PostgreSQL has its own backups. Use `pg_dump`.")
    if file.exists():
        raise Refused(f"{file} is already there. Give another name.")
    with _finished(file) as part, closing(sqlite3.connect(_file_of(database))) as source:
        _copy(source, part)


def restore(database: Database, file: Path, wall: datetime) -> Path | None:
    """Put a backup in the place of the database; returns where the one before was moved, if there was one.

    The epoch changes, so phones offer again what they kept since the backup. Raises Refused when a program
    of ours has the database open, or when `file` is no sound backup that this version can read.
    """
    target = _file_of(database)
    _require_backup(file)
    if _is_in_use(target):
        raise Refused("The database is in use. Stop `afterbeam serve` and `afterbeam dispatch` first.")
    fresh = target.with_name(f"{target.name}.restored")
    fresh.unlink(missing_ok=True)
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _finished(fresh) as part, closing(_open(file)) as source:
        _copy(source, part, new_epoch(wall))
    aside = _move_aside(target, wall)
    os.replace(fresh, target)
    return aside


def is_due(folder: Path, wall: datetime, every: timedelta) -> bool:
    """Whether the newest backup in the folder is that old, or there is none."""
    newest = newest_at(folder)
    return newest is None or wall - newest >= every


def newest_at(folder: Path) -> datetime | None:
    """When the newest backup in the folder was made."""
    return max((made_at for made_at, _ in _backups(folder)), default=None)


def name_at(wall: datetime) -> str:
    """What a backup made now is called."""
    return f"{wall:{_STAMP}}"


def forget_old(folder: Path) -> int:
    """Delete all but the newest 24 and the newest of each of the last 7 days; returns how many."""
    backups = sorted(_backups(folder), reverse=True)
    kept = {made_at for made_at, _ in backups[:HOURLY_KEPT]} | set(_newest_of_days(at for at, _ in backups))
    old = [file for made_at, file in backups if made_at not in kept]
    for file in old:
        file.unlink(missing_ok=True)
    return len(old)


def _newest_of_days(newest_first: Iterable[datetime]) -> Iterator[datetime]:
    days: set[date] = set()
    for made_at in newest_first:
        if made_at.date() not in days and len(days) < DAILY_KEPT:
            days.add(made_at.date())
            yield made_at


def _backups(folder: Path) -> Iterator[tuple[datetime, Path]]:
    for file in folder.glob("afterbeam-*.db"):
        with suppress(ValueError):  # somebody's own copy, under a name of their own
            yield datetime.strptime(file.name, _STAMP).replace(tzinfo=UTC), file


@contextmanager
def _finished(file: Path) -> Iterator[Path]:
    """A file that gets its name only once it is written, checked and on the disk."""
    part = file.with_name(f"{file.name}.part")
    part.unlink(missing_ok=True)
    try:
        yield part
        with part.open("rb") as written:
            os.fsync(written.fileno())
        os.replace(part, file)
    finally:
        part.unlink(missing_ok=True)


def _copy(source: sqlite3.Connection, part: Path, named: Mapping[str, str] | None = None) -> None:
    """Copy, put in these named values, and check.

    In one step: page by page it would begin anew at each write of another process.
    """
    with closing(sqlite3.connect(part)) as copy:
        os.chmod(part, 0o600)
        source.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")  # one file that can be carried away
        if named:
            copy.executemany("INSERT OR REPLACE INTO server_meta (name, value) VALUES (?, ?)", named.items())
            copy.commit()
        _require_sound(copy, "The copy")


def _require_backup(file: Path) -> None:
    if not file.is_file():
        raise Refused(f"There is no file {file}.")
    try:
        with closing(_open(file)) as backup:
            _require_sound(backup, f"{file}")
            revision = backup.execute("SELECT version_num FROM alembic_version").fetchone()[0]
    except sqlite3.DatabaseError:
        raise Refused(f"{file} is no backup of Afterbeam.") from None
    if revision > newest_revision():
        raise Refused(f"{file} was made by a newer version of Afterbeam. Install that one first.")


def _require_sound(connection: sqlite3.Connection, what: str) -> None:
    sound = connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    if not sound or connection.execute("PRAGMA foreign_key_check").fetchone() is not None:
        raise Refused(f"{what} is damaged: SQLite's own check found faults in it.")


def _is_in_use(target: Path) -> bool:
    """Whether any process has the database open: in WAL mode each holds a shared lock for as long."""
    if not target.is_file():
        return False
    with closing(sqlite3.connect(target, timeout=0, isolation_level=None)) as probe:
        try:
            probe.execute("PRAGMA locking_mode=EXCLUSIVE")
            probe.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            return error.sqlite_errorcode in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
        except sqlite3.DatabaseError:
            return False  # damaged: nobody can be working with it
        probe.execute("ROLLBACK")
    return False


def _move_aside(target: Path, wall: datetime) -> Path | None:
    if not target.is_file():
        return None
    aside = target.with_name(f"{target.name}.before-{wall:%Y%m%dT%H%M%SZ}")
    for suffix in ("-wal", "-shm", ""):  # the log may hold what the file lacks
        with suppress(FileNotFoundError):
            os.replace(f"{target}{suffix}", f"{aside}{suffix}")
    return aside


def _open(file: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)


def _file_of(database: Database) -> Path:
    if not database.is_sqlite:
        raise Refused("PostgreSQL is restored by `pg_restore`; run `afterbeam db new-epoch` after it.")
    return Path(str(database.engine.url.database))
