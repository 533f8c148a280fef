"""Databases for tests: migrated once to a template, then copied for each test, on SQLite and PostgreSQL."""

from __future__ import annotations

import itertools
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Dialect, Engine, event

from tests.support.postgresql import Cluster, start_cluster

KINDS = ("sqlite", "postgresql")
_TEMPLATE = "migrated"


class Databases:
    """Makes databases of either kind; starts PostgreSQL and migrates a template when first asked."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = itertools.count(1)
        self._cluster: Cluster | None = None
        self._sqlite_template: Path | None = None
        self._postgresql_is_migrated = False

    @contextmanager
    def empty(self, kind: str, folder: Path) -> Iterator[str]:
        """The URL of a database without tables."""
        if kind == "sqlite":
            yield f"sqlite:///{folder / self._next_name()}.db"
            return
        with self._postgresql_copy("template0") as url:
            yield url

    @contextmanager
    def migrated(self, kind: str, folder: Path) -> Iterator[str]:
        """The URL of a database at the newest revision, without rows."""
        if kind == "sqlite":
            copy = folder / f"{self._next_name()}.db"
            _copy_sqlite(self._migrated_sqlite(), copy)
            yield f"sqlite:///{copy}"
            return
        self._migrate_postgresql()
        with self._postgresql_copy(_TEMPLATE) as url:
            yield url

    def close(self) -> None:
        """Stop the server, if one was started."""
        if self._cluster is not None:
            self._cluster.stop()

    @property
    def cluster(self) -> Cluster:
        if self._cluster is None:
            self._cluster = start_cluster()
        return self._cluster

    def _next_name(self) -> str:
        return f"test_{next(self._numbers)}"

    def _migrated_sqlite(self) -> Path:
        if self._sqlite_template is None:
            template = self._folder / f"{_TEMPLATE}.db"
            _upgrade(f"sqlite:///{template}")
            self._sqlite_template = template
        return self._sqlite_template

    def _migrate_postgresql(self) -> None:
        if not self._postgresql_is_migrated:
            _upgrade(self.cluster.create_database(_TEMPLATE))
            self._postgresql_is_migrated = True

    @contextmanager
    def _postgresql_copy(self, template: str) -> Iterator[str]:
        name = self._next_name()
        url = self.cluster.create_database(name, template)
        try:
            yield url
        finally:
            self.cluster.drop_database(name)


def _upgrade(url: str) -> None:
    from pwa.store.migrate import upgrade  # here, so that tests without a database load none of the store

    upgrade(url)


def _copy_sqlite(source: Path, target: Path) -> None:
    # Not a copy of the file: what was committed last may still be in the -wal file beside it.
    with closing(sqlite3.connect(source)) as before, closing(sqlite3.connect(target)) as after:
        before.backup(after)


_dialects: dict[str, Dialect] = {}
_compiled: dict[Any, Any] = {}


def be_quick(engine: Engine) -> None:
    """A test's data may be lost in a power cut, and what one engine has compiled serves the next."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", lambda each, _: each.execute("PRAGMA synchronous=OFF").close())
    _share_what_is_compiled(engine)


def _share_what_is_compiled(engine: Engine) -> None:
    """Compiling SQL anew for each test's engine took a fifth of all integration tests."""
    if engine.dialect.name not in _dialects:
        engine.connect().close()  # a dialect knows its server from then on
        _dialects[engine.dialect.name] = engine.dialect
    engine.dialect = _dialects[engine.dialect.name]
    engine.update_execution_options(compiled_cache=_compiled)
