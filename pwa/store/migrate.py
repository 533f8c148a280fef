"""Bring a database to the newest schema, and compare it with the models."""

from __future__ import annotations

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config as AlembicConfig
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, func, select

from pwa.paths import migrations_dir
from pwa.store.database import Database
from pwa.store.tables import Base

UPGRADE_LOCK = 0x41667465726265  # "Afterbe": any number that nothing else in the database locks


def _alembic(connection: Connection | None = None) -> AlembicConfig:
    config = AlembicConfig()
    config.set_main_option("script_location", str(migrations_dir()))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def upgrade(url: str) -> None:
    """Migrate the database at `url` to the newest revision, in one transaction."""
    database = Database(url)
    try:
        immediate = database.engine.execution_options(afterbeam_begin="IMMEDIATE")
        with immediate.begin() as connection:
            _wait_for_turn(connection)
            command.upgrade(_alembic(connection), "head")
    finally:
        database.close()


def _wait_for_turn(connection: Connection) -> None:
    """Two that start together upgrade one after the other; SQLite's BEGIN has seen to it already."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(UPGRADE_LOCK)))


def head() -> str:
    """The newest revision as Alembic reads it from the migrations themselves."""
    newest = ScriptDirectory.from_config(_alembic()).get_current_head()
    assert newest is not None
    return newest


def differences(database: Database) -> list[str]:
    """How the tables in the database differ from the models; nothing when they agree."""
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return [str(difference) for difference in compare_metadata(context, Base.metadata)]
