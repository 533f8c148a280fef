"""INSERT that minds what is there already, for both databases, and what a statement changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import CursorResult, Result, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from pwa.store.tables import Base

# SQLite takes 32,766 values in one statement, PostgreSQL 65,535.
MOST_VALUES = 30_000


def table_of(mapped: type[Base]) -> Table:
    """The table behind a mapped class."""
    table = mapped.__table__
    assert isinstance(table, Table)
    return table


def rows_changed(result: Result[Any]) -> int:
    """How many rows an UPDATE or a DELETE touched."""
    assert isinstance(result, CursorResult)
    return int(result.rowcount)


def dialect_insert(session: Session, mapped: type[Base]) -> Any:
    """An INSERT of the session's own dialect, which knows ON CONFLICT."""
    table = table_of(mapped)
    on_postgresql = session.get_bind().dialect.name == "postgresql"
    return postgresql.insert(table) if on_postgresql else sqlite.insert(table)


def insert_ignoring(session: Session, mapped: type[Base], rows: Sequence[dict[str, object]]) -> int:
    """INSERT ... ON CONFLICT DO NOTHING; returns how many rows were new."""
    if not rows:
        return 0
    key = next(iter(table_of(mapped).primary_key.columns))
    most = MOST_VALUES // len(rows[0])
    new = 0
    for start in range(0, len(rows), most):
        some = list(rows[start : start + most])
        statement = dialect_insert(session, mapped).values(some).on_conflict_do_nothing().returning(key)
        new += len(session.execute(statement).all())
    return new
