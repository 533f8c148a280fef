"""Units of work: whole or not at all, and one writer after the other."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from pwa.store.database import Database

ADD = text("INSERT INTO server_meta (name, value) VALUES (:name, :value)")
SET = text("UPDATE server_meta SET value = :value WHERE name = :name")
GET = text("SELECT value FROM server_meta WHERE name = :name")
# Adds one to a number, `argv[2]` times, reading it first.
COUNT_UP = """
import sys
from sqlalchemy import text
from pwa.store.database import Database
database = Database(sys.argv[1])
for _ in range(int(sys.argv[2])):
    with database.write() as session:
        value = int(session.scalar(text("SELECT value FROM server_meta WHERE name = 'n'")))
        session.execute(text("UPDATE server_meta SET value = :v WHERE name = 'n'"), {"v": str(value + 1)})
database.close()
"""


class Halfway(Exception):
    """Something went wrong in the middle."""


def _fail_halfway(database: Database) -> None:
    with database.write() as session:
        session.execute(ADD, {"name": "one", "value": "1"})
        session.flush()
        raise Halfway


def value_of(database: Database, name: str) -> str | None:
    with database.read() as session:
        found: str | None = session.scalar(GET, {"name": name})
        return found


@pytest.fixture
def other(sqlite_url: str) -> Iterator[Database]:
    """The same SQLite file as another process has it: with no lock but the file's own."""
    made = Database(sqlite_url)
    yield made
    made.close()


@pytest.fixture
def sqlite(sqlite_url: str) -> Iterator[Database]:
    made = Database(sqlite_url)
    with made.write() as session:
        session.execute(ADD, {"name": "n", "value": "0"})
    yield made
    made.close()


def test_a_unit_is_committed_whole(database: Database) -> None:
    with database.write() as session:
        session.execute(ADD, {"name": "one", "value": "1"})
        session.execute(ADD, {"name": "two", "value": "2"})
    assert (value_of(database, "one"), value_of(database, "two")) == ("1", "2")


def test_a_unit_that_fails_leaves_nothing(database: Database) -> None:
    with pytest.raises(Halfway):
        _fail_halfway(database)
    assert value_of(database, "one") is None
    with database.write() as session:  # and the next unit can begin
        session.execute(ADD, {"name": "one", "value": "again"})
    assert value_of(database, "one") == "again"


def test_part_of_a_unit_can_fail_alone(database: Database) -> None:
    with database.write() as session:
        session.execute(ADD, {"name": "kept", "value": "1"})
        with suppress(Halfway), session.begin_nested():
            session.execute(ADD, {"name": "lost", "value": "1"})
            raise Halfway
    assert (value_of(database, "kept"), value_of(database, "lost")) == ("1", None)


def test_what_a_reading_unit_changes_is_not_kept(database: Database) -> None:
    with database.read() as session:
        session.execute(ADD, {"name": "one", "value": "1"})
    assert value_of(database, "one") is None


def test_a_committed_unit_is_durable_in_sqlite(sqlite: Database) -> None:
    with sqlite.read() as session:
        pragmas = {name: session.scalar(text(f"PRAGMA {name}")) for name in ("journal_mode", "synchronous")}
        assert pragmas == {"journal_mode": "wal", "synchronous": 2}  # FULL
        assert session.scalar(text("PRAGMA foreign_keys")) == 1


def test_a_second_sqlite_writer_waits_for_the_first(sqlite: Database, other: Database) -> None:
    inside, order = threading.Event(), []

    def second() -> None:
        inside.wait(5)
        with other.write() as session:
            order.append("second")
            session.execute(SET, {"name": "n", "value": "second"})

    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(second)
        with sqlite.write() as session:
            inside.set()
            time.sleep(0.3)
            order.append("first")
            session.execute(SET, {"name": "n", "value": "first"})
        waiting.result(20)

    assert order == ["first", "second"]
    assert value_of(sqlite, "n") == "second"


def test_a_sqlite_unit_that_reads_and_then_writes_survives_another_writer(
    sqlite: Database, other: Database
) -> None:
    """Begun DEFERRED it would fail here, at its first write, however long it waits."""
    started = threading.Event()

    def competitor() -> None:
        started.wait(5)
        with other.write() as session:
            session.execute(ADD, {"name": "other", "value": "1"})

    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(competitor)
        with sqlite.write() as session:
            assert session.scalar(GET, {"name": "n"}) == "0"
            started.set()
            time.sleep(0.2)
            session.execute(SET, {"name": "n", "value": "1"})
        running.result(20)
    assert (value_of(sqlite, "n"), value_of(sqlite, "other")) == ("1", "1")


def test_the_danger_that_beginning_immediate_averts_is_real(sqlite: Database, other: Database) -> None:
    with Session(sqlite.engine) as deferred:  # not through write(): begins DEFERRED
        deferred.scalar(GET, {"name": "n"})
        with other.write() as session:
            session.execute(SET, {"name": "n", "value": "1"})
        with pytest.raises(OperationalError, match="locked"):
            deferred.execute(SET, {"name": "n", "value": "2"})


def test_no_count_is_lost_between_two_sqlite_processes(sqlite: Database) -> None:
    run = [sys.executable, "-c", COUNT_UP, sqlite.url, "50"]
    started = [subprocess.Popen(run, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    ended = [process.communicate(timeout=60)[1] for process in started]

    assert [process.returncode for process in started] == [0, 0], ended
    assert value_of(sqlite, "n") == "100"


def test_readers_do_not_wait_for_a_sqlite_writer(sqlite: Database, other: Database) -> None:
    with sqlite.write() as session:
        session.execute(SET, {"name": "n", "value": "1"})
        assert value_of(other, "n") == "0"  # the last committed state, at once
