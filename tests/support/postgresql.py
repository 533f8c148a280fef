"""A PostgreSQL server for one test run: in a temporary folder, reached by a socket, gone at the end."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

ROLE = "afterbeam"  # owns its databases and is no superuser, as in a real installation
START_TIMEOUT_S = 60
MEMORY = Path("/dev/shm")
ENOUGH = 2 * 2**30  # a few times what a test run writes
_SETTINGS = {
    "listen_addresses": "",
    # A test's data may be lost in a power cut.
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "32MB",
    "max_connections": "60",
    "max_wal_size": "128MB",
}


class Cluster:
    """A running server and the databases in it. `start_cluster` makes one; `stop` ends it."""

    def __init__(self, folder: Path, process: subprocess.Popen[bytes]) -> None:
        self._folder = folder
        self._process = process
        self._admin: psycopg.Connection[tuple[object, ...]] | None = None

    def url(self, name: str) -> str:
        return f"postgresql+psycopg://{ROLE}@/{name}?host={self._folder}"

    def create_database(self, name: str, template: str = "template0") -> str:
        """Make a database, a copy of `template`, and give its URL."""
        statement = sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {}")
        names = (sql.Identifier(part) for part in (name, ROLE, template))
        self._run(statement.format(*names))
        return self.url(name)

    def drop_database(self, name: str) -> None:
        """Remove a database, and whoever is still connected to it."""
        self._run(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    def stop(self) -> None:
        """End the server at once and remove its folder."""
        if self._admin is not None:
            self._admin.close()
        self._process.send_signal(signal.SIGQUIT)
        self._process.wait(timeout=30)
        shutil.rmtree(self._folder, ignore_errors=True)

    def wait_until_ready(self) -> None:
        deadline = time.monotonic() + START_TIMEOUT_S
        while self._admin is None:
            try:
                self._admin = psycopg.connect(
                    host=str(self._folder), user="postgres", dbname="postgres", autocommit=True
                )
            except psycopg.OperationalError:
                if self._process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError(f"PostgreSQL did not start:\n{_read_log(self._folder)}") from None
                time.sleep(0.05)
        self._run(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(ROLE)))

    def _run(self, statement: sql.Composed) -> None:
        assert self._admin is not None
        self._admin.execute(statement)


def start_cluster() -> Cluster:
    """Start a server; the test fails, saying what to install, when there is none to start."""
    programs = _programs()
    # Not pytest's temporary folder: that one is closed to the user the server runs as,
    # and the path of a socket has at most 107 characters.
    folder = Path(tempfile.mkdtemp(prefix="afterbeam-pg-", dir=_in_memory()))
    user = _server_user()
    if user is not None:
        shutil.chown(folder, user, user)
    _initialise(programs, folder, user)
    settings = [f"--{name}={value}" for name, value in _SETTINGS.items()]
    command = [*_ends_with_us(), f"{programs}/postgres", "-D", f"{folder}/data", "-k", str(folder), *settings]
    cluster = Cluster(folder, _spawn(command, folder, user))
    try:
        cluster.wait_until_ready()
    except BaseException:
        cluster.stop()
        raise
    return cluster


def _in_memory() -> Path | None:
    """Where a folder costs no disk, or None: copying a database on a slow one takes longer than its test."""
    roomy = MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free >= ENOUGH
    return MEMORY if roomy else None


def _initialise(programs: Path, folder: Path, user: str | None) -> None:
    options = ["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"]
    if _spawn([f"{programs}/initdb", "-D", f"{folder}/data", *options], folder, user).wait() != 0:
        raise RuntimeError(f"PostgreSQL could not make a data folder:\n{_read_log(folder)}")


def _spawn(command: list[str], folder: Path, user: str | None) -> subprocess.Popen[bytes]:
    groups: list[str] | None = None if user is None else []
    with (folder / "log").open("ab") as log:
        return subprocess.Popen(
            command,
            stdout=log,
            stderr=log,
            cwd="/",
            user=user,
            group=user,
            extra_groups=groups,
            start_new_session=True,  # Ctrl-C is for pytest, which then stops the server in order
        )


def _read_log(folder: Path) -> str:
    return (folder / "log").read_text(errors="replace")


def _programs() -> Path:
    debian = Path("/usr/lib/postgresql").glob("*/bin/postgres")
    newest = sorted(debian, key=lambda program: int(program.parent.parent.name), reverse=True)
    found = newest[0] if newest else shutil.which("postgres")
    if found is None or not Path(found).with_name("initdb").is_file():
        # One sentence and no traceback: whoever reads it wants to know what to install.
        pytest.fail(
            "PostgreSQL is not installed: run `apt install postgresql`, "
            'or leave these tests out with `-m "not postgresql"`.',
            pytrace=False,
        )
    return Path(found).parent


def _server_user() -> str | None:
    """PostgreSQL refuses to run as root, so root hands it to the user that Debian made for it."""
    return "postgres" if os.geteuid() == 0 else None


def _ends_with_us() -> list[str]:
    """On Linux the kernel stops the server when a test run is killed before it can."""
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", "QUIT", "--"] if setpriv else []
