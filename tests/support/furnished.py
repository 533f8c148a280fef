"""Databases that are filled once and copied for each test: filling takes longer than most tests."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Generic, TypeVar
from uuid import uuid4

from sqlalchemy import make_url

from tests.support.databases import Databases

T = TypeVar("T")


@dataclass(slots=True)
class Furnished(Generic[T]):
    """Databases of both kinds with the same in them; `fill` gets the URL and says what it put there.

    `folder` keeps what belongs to them, such as keys: open a house there.
    """

    databases: Databases
    folder: Path
    fill: Callable[[str, Path], T]
    made: dict[str, tuple[str, T]] = field(default_factory=dict)

    @contextmanager
    def copy(self, kind: str, folder: Path) -> Iterator[tuple[str, T]]:
        """The URL of a database of its own, and what is in it."""
        if kind not in self.made:
            self.made[kind] = self._make(kind)
        source, filled = self.made[kind]
        if kind == "sqlite":
            target = folder / "furnished.db"
            shutil.copyfile(source, target)  # closed before: nothing of it is left in a -wal file
            yield f"sqlite:///{target}", filled
            return
        name = f"copy_{uuid4().hex}"
        yield self.databases.cluster.create_database(name, source), filled
        self.databases.cluster.drop_database(name)

    def _make(self, kind: str) -> tuple[str, T]:
        if kind == "sqlite":
            with self.databases.migrated(kind, self.folder) as url:
                filled = self.fill(url, self.folder)
            return url.removeprefix("sqlite:///"), filled
        name = f"furnished_{uuid4().hex}"
        with self.databases.migrated(kind, self.folder) as migrated:
            source = make_url(migrated).database
            assert source is not None
            url = self.databases.cluster.create_database(name, source)
        return name, self.fill(url, self.folder)
