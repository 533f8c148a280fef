"""Migrations make exactly the tables of the models, on both databases, and bear being run twice."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from alembic import command
from alembic.config import Config as AlembicConfig
from sqlalchemy import Connection, inspect, text

from pwa.paths import migrations_dir
from pwa.store import migrate
from pwa.store.database import Database
from pwa.store.revision import current_revision, newest_revision
from pwa.store.tables import Base
from tests.support.databases import Databases

UPGRADE = "import sys; from pwa.store.migrate import upgrade; upgrade(sys.argv[1])"
VERSIONS = "alembic_version"


@contextmanager
def opened(url: str) -> Iterator[Database]:
    database = Database(url)
    try:
        yield database
    finally:
        database.close()


def shape_of(connection: Connection) -> dict[str, Any]:
    """All that a database says of its tables: columns, keys, checks, indexes and their conditions."""
    seen = inspect(connection)
    shape: dict[str, Any] = {}
    for table in sorted(set(seen.get_table_names()) - {VERSIONS}):
        shape[table] = {
            "columns": [
                (column["name"], str(column["type"]), column["nullable"], column["default"])
                for column in sorted(seen.get_columns(table), key=lambda column: column["name"])
            ],
            "key": seen.get_pk_constraint(table)["constrained_columns"],
            "foreign": sorted(_described(each) for each in seen.get_foreign_keys(table)),
            "unique": sorted(_described(each) for each in seen.get_unique_constraints(table)),
            "checks": sorted(_described(each) for each in seen.get_check_constraints(table)),
            "indexes": sorted(_described(each) for each in seen.get_indexes(table)),
        }
    return shape


def _described(thing: Any) -> str:
    if isinstance(thing, dict):
        return str(sorted((key, _described(value)) for key, value in thing.items()))
    return str(thing)  # a condition too: as the database wrote it


def downgrade_to_base(url: str) -> None:
    config = AlembicConfig()
    config.set_main_option("script_location", str(migrations_dir()))
    config.set_main_option("path_separator", "os")
    with opened(url) as database, database.engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "base")


def test_migrations_from_empty_make_the_tables_of_the_models(empty_database_url: str) -> None:
    migrate.upgrade(empty_database_url)

    with opened(empty_database_url) as database, database.engine.connect() as connection:
        tables = set(inspect(connection).get_table_names()) - {VERSIONS}
        assert tables == set(Base.metadata.tables)
        assert migrate.differences(database) == []
        assert current_revision(database) == newest_revision()


def test_a_migrated_database_is_the_one_the_models_would_make(
    database_url: str, databases: Databases, tmp_path: Any
) -> None:
    """Alembic compares neither CHECKs nor the conditions of partial indexes; this does."""
    kind = "sqlite" if database_url.startswith("sqlite") else "postgresql"
    with (
        databases.empty(kind, tmp_path) as empty_url,
        opened(empty_url) as made,
        opened(database_url) as migrated,
    ):
        Base.metadata.create_all(made.engine)
        with made.engine.connect() as one, migrated.engine.connect() as other:
            assert shape_of(other) == shape_of(one)


@pytest.mark.parametrize(
    "change",
    [
        "ALTER TABLE patients ADD COLUMN surprise INTEGER",
        "DROP INDEX ix_deliveries_open",
        "CREATE TABLE surprise (id INTEGER)",
    ],
)
def test_differences_says_when_models_and_tables_do_not_agree(database_url: str, change: str) -> None:
    with opened(database_url) as database:
        with database.engine.begin() as connection:
            connection.execute(text(change))
        assert len(migrate.differences(database)) == 1


def test_downgrading_to_nothing_and_up_again_works(database_url: str) -> None:
    downgrade_to_base(database_url)
    with opened(database_url) as database, database.engine.connect() as connection:
        assert set(inspect(connection).get_table_names()) == {VERSIONS}
        assert current_revision(database) is None

    migrate.upgrade(database_url)
    with opened(database_url) as database:
        assert migrate.differences(database) == []


def test_a_second_upgrade_changes_nothing(database_url: str) -> None:
    with opened(database_url) as database, database.engine.begin() as connection:
        before = shape_of(connection)
        connection.execute(text("INSERT INTO server_meta (name, value) VALUES ('kept', 'yes')"))

    migrate.upgrade(database_url)

    with opened(database_url) as database, database.engine.connect() as connection:
        assert shape_of(connection) == before
        assert connection.execute(text("SELECT value FROM server_meta")).scalar_one() == "yes"


def test_processes_that_upgrade_at_the_same_time_do_no_harm(empty_database_url: str) -> None:
    started = [
        subprocess.Popen(
            [sys.executable, "-c", UPGRADE, empty_database_url], stderr=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    ended = [(process.communicate(timeout=60)[1], process.returncode) for process in started]

    assert [code for _, code in ended] == [0, 0], ended
    with opened(empty_database_url) as database:
        assert migrate.differences(database) == []
        assert current_revision(database) == newest_revision()


def test_the_newest_revision_by_file_name_is_alembic_s_own() -> None:
    assert newest_revision() == migrate.head()
