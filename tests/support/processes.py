"""The real program, started as users start it: `afterbeam serve` and `afterbeam dispatch`.

with running_afterbeam(tmp_path) as afterbeam:
    clinic = create_clinic(afterbeam, zone="Europe/London")
    patient = enrol(afterbeam, clinic, procedure="co2_full", treated_at="2026-11-20T10:00")
"""

from __future__ import annotations

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.support.command import Command

START_SECONDS = 40.0
STOP_SECONDS = 20.0
POLL_SECONDS = 0.05
ALWAYS_OPEN = "Mon-Sun 00:10-23:50"
HERE = Path(__file__).parents[2]
AFTERBEAM = Path(sys.executable).with_name("afterbeam")


class ProcessFailure(AssertionError):
    """A program ended or answered otherwise than it should; the message holds what it said."""


def free_port() -> int:
    """A port on 127.0.0.1 that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def children_of(parent: int) -> dict[int, list[str]]:
    """The processes a process has started that still run, by id, with their command lines."""
    found = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            if int(status.read_text().rpartition(")")[2].split()[1]) == parent:
                command = status.with_name("cmdline").read_bytes().decode(errors="replace")
                found[int(status.parent.name)] = command.split("\0")
    return found


@dataclass(slots=True)
class RunningProcess:
    """One program of ours, its output kept in `log`."""

    name: str
    popen: subprocess.Popen[bytes]
    log: Path

    @classmethod
    def start(
        cls, name: str, command: Sequence[str], log: Path, environment: Mapping[str, str]
    ) -> RunningProcess:
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as output:
            popen = subprocess.Popen(
                list(command),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=dict(environment),
                cwd=HERE,
                # Its own group, so that what it starts goes with it and a Ctrl-C at pytest does not race us.
                start_new_session=True,
            )
        return cls(name, popen, log)

    @property
    def said(self) -> str:
        return self.log.read_text(errors="replace")

    def stop(self, by: signal.Signals = signal.SIGTERM) -> int:
        """Ask it to end, as a service manager (SIGTERM) or a person (SIGINT) does; returns its exit code."""
        if self.popen.poll() is None:
            self.popen.send_signal(by)
        try:
            return self.popen.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
            raise ProcessFailure(f"{self.name} did not stop on {by.name}:\n{self.said[-4000:]}") from None

    def kill(self) -> None:
        """End it at once, with everything it started."""
        if self.popen.poll() is None:
            os.killpg(self.popen.pid, signal.SIGKILL)
            self.popen.wait(STOP_SECONDS)

    def wait_for_answer(self, url: str) -> None:
        """Wait until `url` answers 200, or say why it never will."""
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end:
            if self.popen.poll() is not None:
                raise ProcessFailure(f"{self.name} ended with {self.popen.returncode}:\n{self.said[-4000:]}")
            if answers(url):
                return
            time.sleep(POLL_SECONDS)
        raise ProcessFailure(f"{url} did not answer in {START_SECONDS:g} s:\n{self.said[-4000:]}")


def answers(url: str) -> bool:
    """Whether `url` answers 200 now."""
    try:
        with urllib.request.urlopen(url, timeout=5) as response:
            return bool(response.status == 200)
    except (OSError, urllib.error.HTTPError):
        return False


@dataclass(slots=True)
class Afterbeam:
    """A whole installation on this computer: settings, database, web server, dispatcher."""

    folder: Path
    port: int
    environment: dict[str, str]
    web: RunningProcess | None = field(default=None)
    dispatcher: RunningProcess | None = field(default=None)

    @property
    def url(self) -> str:
        """Its origin, without a slash at the end."""
        return f"http://localhost:{self.port}"

    def run(self, *arguments: str) -> str:
        """What an `afterbeam` command prints; raises ProcessFailure when it exits otherwise than with 0.

        In this process: to load the program takes a second, and what a command does takes a tenth.
        """
        said = Command(self.environment)(*arguments)
        if said.code != 0:
            raise ProcessFailure(
                f"afterbeam {' '.join(arguments)} ended with {said.code}:\n{said.out}\n{said.err}"
            )
        return said.out

    def run_json(self, *arguments: str) -> Any:
        """What an `afterbeam ... --json` command prints, read."""
        return json.loads(self.run(*arguments, "--json"))

    def start_web(self) -> None:
        command = [str(AFTERBEAM), "serve"]
        self.web = RunningProcess.start(
            "afterbeam serve", command, self.folder / "serve.log", self.environment
        )
        self.web.wait_for_answer(f"{self.url}/healthz/live")

    def start_dispatcher(self) -> None:
        command = [str(AFTERBEAM), "dispatch"]
        log = self.folder / "dispatch.log"
        self.dispatcher = RunningProcess.start("afterbeam dispatch", command, log, self.environment)

    def stop_web(self, by: signal.Signals = signal.SIGTERM) -> int:
        web, self.web = self.web, None
        return web.stop(by) if web else 0

    def stop_dispatcher(self, by: signal.Signals = signal.SIGTERM) -> int:
        dispatcher, self.dispatcher = self.dispatcher, None
        return dispatcher.stop(by) if dispatcher else 0

    def kill(self) -> None:
        for process in (self.web, self.dispatcher):
            if process:
                process.kill()

    def rows(self, query: str, *values: object) -> list[dict[str, Any]]:
        """Rows of the database as it stands, read beside the running programs."""
        with closing(sqlite3.connect(f"file:{self.folder / 'afterbeam.db'}?mode=ro", uri=True)) as database:
            database.row_factory = sqlite3.Row
            return [dict(row) for row in database.execute(query, values)]

    def wait_for_rows(self, query: str, *values: object, seconds: float = 20.0) -> list[dict[str, Any]]:
        """The rows of `query`, once there are any."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if rows := self.rows(query, *values):
                return rows
            time.sleep(POLL_SECONDS)
        raise ProcessFailure(f"no row in {seconds:g} s: {query} {values}\n{self.logs()}")

    def logs(self) -> str:
        """The end of what every program said."""
        files = sorted(self.folder.glob("*.log"))
        return "\n".join(f"--- {file.name}\n{file.read_text(errors='replace')[-4000:]}" for file in files)


def settings(folder: Path, port: int) -> dict[str, str]:
    """The environment of an installation in `folder`, without the settings of whoever runs the tests."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("AFTERBEAM_")}
    return inherited | {
        "AFTERBEAM_DATA_DIR": str(folder),
        "AFTERBEAM_HOST": "127.0.0.1",
        "AFTERBEAM_PORT": str(port),
        "AFTERBEAM_PUBLIC_URL": f"http://localhost:{port}",
        "AFTERBEAM_PUSH_ALLOW_LOOPBACK": "1",
        "AFTERBEAM_PUSH_HOSTS": "127.0.0.1",
        "PYTHONUNBUFFERED": "1",
    }


@contextmanager
def running_afterbeam(folder: Path) -> Iterator[Afterbeam]:
    """A fresh installation with its web server and dispatcher running."""
    port = free_port()
    afterbeam = Afterbeam(folder, port, settings(folder, port))
    afterbeam.run("db", "upgrade")
    afterbeam.run("keys", "create")
    try:
        afterbeam.start_web()
        afterbeam.start_dispatcher()
        yield afterbeam
        codes = {"serve": afterbeam.stop_web(), "dispatch": afterbeam.stop_dispatcher()}
        if any(codes.values()):
            raise ProcessFailure(f"did not stop cleanly: {codes}\n{afterbeam.logs()}")
    finally:
        afterbeam.kill()


def create_clinic(afterbeam: Afterbeam, *, zone: str, name: str = "Lakeside Skin Clinic") -> str:
    """A clinic that is open all day, every day; returns its id."""
    answer = afterbeam.run_json(
        *("clinic", "create", name, "--zone", zone, "--country", "GB"),
        *("--day-phone", "+44 20 7946 0018", "--night-phone", "+44 20 7946 0919"),
        *("--hours", ALWAYS_OPEN),
    )
    return str(answer["clinic_id"])


@dataclass(frozen=True, slots=True)
class Enrolled:
    """What the command line says of a new patient."""

    patient_id: str
    care_plan_id: str
    join_url: str
    join_code: str

    @property
    def row_id(self) -> str:
        """How SQLite keeps the patient's id."""
        return self.patient_id.replace("-", "")


def enrol(
    afterbeam: Afterbeam,
    clinic_id: str,
    *,
    procedure: str,
    treated_at: str,
    first_name: str = "Ana",
    options: Sequence[str] = (),
) -> Enrolled:
    """Enrol one patient; `treated_at` is the clinic's wall clock, "2026-11-20T10:00"."""
    answer = afterbeam.run_json(
        *("enrol", "--clinic", clinic_id, "--procedure", procedure),
        *("--treated-at", treated_at, "--first-name", first_name, *options),
    )
    return Enrolled(**{name: str(answer[name]) for name in Enrolled.__slots__})
