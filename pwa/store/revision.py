"""Which revision a database is at, and which one is needed. Asked at every start, so without Alembic."""

from __future__ import annotations

from sqlalchemy import inspect, text

from pwa.domain.errors import ConfigurationError
from pwa.paths import migrations_dir
from pwa.store.database import Database


def newest_revision() -> str:
    """The revision that this version needs: the file names of migrations begin with theirs, in order."""
    return max(file.name.partition("_")[0] for file in (migrations_dir() / "versions").glob("[0-9]*_*.py"))


def current_revision(database: Database) -> str | None:
    """The revision a database is at; None when it is empty."""
    with database.engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def require_newest_schema(database: Database) -> None:
    """Refuse to work on a database that is not migrated. Raises ConfigurationError."""
    if current_revision(database) != newest_revision():
        raise ConfigurationError("The database is not up to date. Run `afterbeam db upgrade` first.")
