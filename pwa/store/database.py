"""Engines and units of work, for SQLite and PostgreSQL alike."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session, sessionmaker

BUSY_TIMEOUT_S = 10
# Before it, two processes on one WAL database can very rarely corrupt it (sqlite.org, March 2026).
SQLITE_WITHOUT_WAL_FAULT = (3, 51, 3)
POSTGRESQL_LIMITS = ("statement_timeout=30s", "lock_timeout=10s", "idle_in_transaction_session_timeout=60s")


class Database:
    """One database and the only way to write to it: `write()` and `read()` units of work.

    A SQLite file takes one writer at a time. Waiting for it in the process (a lock) costs far
    less than waiting in SQLite (busy polling), and a unit that begins IMMEDIATE can never fail
    half-way with SQLITE_BUSY_SNAPSHOT.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.is_sqlite = make_url(url).get_backend_name() == "sqlite"
        self.engine = create_engine(engine_url(url), **engine_options(url))
        prepare(self.engine)
        self._sessions = sessionmaker(self.engine, expire_on_commit=False)
        self._write_lock = threading.Lock() if self.is_sqlite else nullcontext()

    @property
    def is_made(self) -> bool:
        """Whether there is a database to ask: SQLite would make an empty one of every name."""
        return not self.is_sqlite or Path(str(self.engine.url.database)).is_file()

    @property
    def has_wal_fault(self) -> bool:
        """Whether this is a SQLite database, by a SQLite that can very rarely corrupt it."""
        return self.is_sqlite and sqlite3.sqlite_version_info < SQLITE_WITHOUT_WAL_FAULT

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session that only reads; nothing of it is kept."""
        with self._sessions() as session:
            yield session
            session.rollback()

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A session whose work is committed whole, or not at all when anything raises."""
        with self._write_lock, self._sessions() as session:
            begin_writing(session)
            yield session
            session.commit()

    def close(self) -> None:
        """Close every pooled connection."""
        self.engine.dispose()


def begin_writing(session: Session) -> None:
    """Take SQLite's write lock at the start of a unit of work; PostgreSQL needs nothing."""
    session.connection(execution_options={"afterbeam_begin": "IMMEDIATE"})


def engine_url(url: str) -> URL:
    """The address with the driver we use: psycopg 3 for PostgreSQL."""
    target = make_url(url)
    return (
        target.set(drivername="postgresql+psycopg") if target.get_backend_name() == "postgresql" else target
    )


def engine_options(url: str) -> dict[str, Any]:
    """How connections of this kind of database are made. Errors never quote what was stored."""
    if make_url(url).get_backend_name() == "sqlite":
        connecting: dict[str, Any] = {"timeout": BUSY_TIMEOUT_S, "check_same_thread": False}
        return {"hide_parameters": True, "connect_args": connecting}
    connecting = {"options": " ".join(f"-c {limit}" for limit in POSTGRESQL_LIMITS)}
    return {"hide_parameters": True, "pool_pre_ping": True, "pool_size": 8, "connect_args": connecting}


def prepare(engine: Engine) -> None:
    """Make SQLite durable and its transactions explicit."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "begin", _begin_sqlite)


def _set_up_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # the driver must not begin transactions of its own
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        f"busy_timeout={BUSY_TIMEOUT_S * 1000}",
    ):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin_sqlite(connection: Any) -> None:
    how = connection.get_execution_options().get("afterbeam_begin", "DEFERRED")
    connection.exec_driver_sql(f"BEGIN {how}")
