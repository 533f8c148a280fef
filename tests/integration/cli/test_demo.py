"""`afterbeam demo` as a person runs it: real processes, a free port, a folder that is kept."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import sqlite3
import stat
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.support.processes import AFTERBEAM, POLL_SECONDS, RunningProcess, children_of, free_port

LOCAL_ONLY = "This link works on this computer only. Phones need https: see docs/try-on-a-phone."
UP_SECONDS = 40.0
FAR_AHEAD = "2999-01-01 00:00:00.000000"
HTTPS = {
    "AFTERBEAM_PUBLIC_URL": "https://care.lakeside-skin.org",
    "AFTERBEAM_VAPID_SUBJECT": "mailto:care@lakeside-skin.org",
}


@dataclass(slots=True)
class Demo:
    """A demo that is up."""

    process: RunningProcess
    port: int
    seconds: float

    @property
    def said(self) -> str:
        return self.process.said

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    @property
    def login(self) -> tuple[str, str]:
        found = re.search(r"^Login:\s+(\S+)\s+(\S+)$", self.said, re.MULTILINE)
        assert found, self.said
        return found[1], found[2]

    @property
    def link(self) -> str:
        found = re.search(r"^Patient:\s+(\S+)$", self.said, re.MULTILINE)
        assert found, self.said
        return found[1]

    def ask(self, method: str, path: str, body: Any = None, cookie: str = "") -> tuple[int, Any, str]:
        """(status, JSON, cookies) of a request as our own page sends it."""
        headers = {"Sec-Fetch-Site": "same-origin", "Cookie": cookie}
        if body is not None:
            headers["Content-Type"] = "application/json"
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}", data=data, headers=headers, method=method
        )
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                content = answer.read()
                set_cookie = answer.headers.get("Set-Cookie", "")
                return answer.status, json.loads(content) if content else None, set_cookie.split(";")[0]
        except urllib.error.HTTPError as refusal:
            with refusal:
                return refusal.code, json.loads(refusal.read()), ""


@contextmanager
def running_demo(folder: Path, *arguments: str, **more: str) -> Iterator[Demo]:
    """The demo on `folder`, stopped by Ctrl-C afterwards."""
    with started_demo(folder, *arguments, **more) as demo:
        yield demo
        stopping = time.monotonic()
        assert demo.process.stop(signal.SIGINT) == 0, demo.said
        assert time.monotonic() - stopping < 10
        _assert_is_gone(demo.port)
        assert "Traceback" not in demo.said


@contextmanager
def started_demo(folder: Path, *arguments: str, **more: str) -> Iterator[Demo]:
    """The demo on `folder`, up."""
    port = free_port()
    environment = {
        "PATH": "/usr/bin:/bin",
        "AFTERBEAM_DATA_DIR": str(folder),
        "AFTERBEAM_PORT": str(port),
        "AFTERBEAM_PUSH_ALLOW_LOOPBACK": "0",
        **more,
    }
    log = folder.with_name(f"{folder.name}-{port}.log")
    started = time.monotonic()
    process = RunningProcess.start("demo", [str(AFTERBEAM), "demo", *arguments], log, environment)
    try:
        while "Stop with Ctrl-C" not in process.said:
            assert process.popen.poll() is None, process.said
            assert time.monotonic() - started < UP_SECONDS, process.said
            time.sleep(POLL_SECONDS)
        yield Demo(process, port, time.monotonic() - started)
    finally:
        process.kill()


def _assert_is_gone(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", port))


def _rows(folder: Path, query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(folder / "afterbeam.db")) as database:
        return database.execute(query).fetchall()


def _join(demo: Demo) -> str:
    """The cookie of a phone that used the printed link."""
    token = demo.link.partition("#t=")[2]
    status, told, cookie = demo.ask("POST", "/api/v1/join", {"token": token})
    assert (status, told["first_name"]) == (200, "Ana")
    assert demo.ask("POST", "/api/v1/join/answer", {"right": True}, cookie)[0] == 204
    return cookie


def test_the_demo_starts_is_used_stopped_and_goes_on_where_it_was(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "var"
    with running_demo(folder) as demo:
        first = demo.seconds
        assert f"Afterbeam is running at {demo.url}" in demo.said
        assert LOCAL_ONLY in demo.said
        assert "\u2588" not in demo.said, "no QR code that no phone could use"
        assert demo.link.startswith(f"{demo.url}/join#t=")
        assert demo.ask("GET", "/healthz")[0] == 200

        email, password = demo.login
        status, _, cookie = demo.ask("POST", "/api/v1/clinic/session", {"email": email, "password": password})
        assert status == 204
        status, overview, _ = demo.ask("GET", "/api/v1/clinic/overview", cookie=cookie)
        assert status == 200
        assert overview["clinic"]["trial"] is True
        assert [one["first_name"] for one in overview["patients"]] == ["Ana"]
        phone = _join(demo)
        status, bundle, _ = demo.ask("GET", "/api/v1/bundle", cookie=phone)
        assert (status, bundle["clock"]["speed"]) == (200, 1)
        assert stat.S_IMODE((folder / "demo-login.json").stat().st_mode) == 0o600

    with running_demo(folder, **HTTPS) as again:
        second = again.seconds
        assert LOCAL_ONLY not in again.said
        assert "\u2588" in again.said, "phones can come: a QR code"
        assert again.link.startswith("https://care.lakeside-skin.org/join#t=")
        assert again.login == (email, password)
        assert again.ask("GET", "/api/v1/bundle", cookie=phone)[0] == 200
        assert again.ask("GET", "/api/v1/clinic/overview", cookie=cookie)[0] == 200
    assert _rows(folder, "SELECT count(*) FROM clinics") == [(1,)]
    assert _rows(folder, "SELECT count(*) FROM patients") == [(1,)]
    with capsys.disabled():
        print(f"\n[demo: first start {first:.1f} s, second start {second:.1f} s]")


def test_a_fast_demo_never_runs_back_whatever_its_speed(tmp_path: Path) -> None:
    folder = tmp_path / "var"

    def care_now(demo: Demo, phone: str) -> tuple[datetime, int]:
        clock = demo.ask("GET", "/api/v1/bundle", cookie=phone)[1]
        return datetime.fromisoformat(clock["generated_at"]), clock["clock"]["speed"]

    with running_demo(folder, "--speed", "1440") as demo:
        assert "Time runs 1440 times faster: a day passes in 60 seconds." in demo.said
        phone = _join(demo)
        earlier, speed = care_now(demo, phone)
        assert speed == 1440
        time.sleep(0.5)
        later, _ = care_now(demo, phone)
        assert later - earlier >= timedelta(minutes=10)

    with running_demo(folder, "--speed", "2") as slower:
        after, speed = care_now(slower, phone)
        assert speed == 2
        assert after >= later


def test_a_demo_starts_though_somebodys_reminders_cannot_be_planned(tmp_path: Path) -> None:
    folder = tmp_path / "var"
    with running_demo(folder):
        pass
    with closing(sqlite3.connect(folder / "afterbeam.db")) as database, database:
        database.execute("UPDATE patients SET compose_failed_at = ?", (FAR_AHEAD,))
    with running_demo(folder) as again:
        status, said, _ = again.ask("GET", "/healthz")
        assert (status, said["checks"]["plans"]) == (503, False)


def test_a_demo_of_which_one_half_dies_says_so_and_ends_the_other(tmp_path: Path) -> None:
    with started_demo(tmp_path / "var") as demo:
        os.kill(_dispatcher_of(demo), signal.SIGKILL)
        assert demo.process.popen.wait(15) == 2
        _assert_is_gone(demo.port)
        assert demo.said.endswith("One of the demo's programs ended by itself. What it said stands above.\n")


def test_a_demo_killed_at_once_leaves_nothing_running(tmp_path: Path) -> None:
    with started_demo(tmp_path / "var") as demo:
        dispatcher = Path(f"/proc/{_dispatcher_of(demo)}")
        demo.process.kill()
        until = time.monotonic() + 15
        while dispatcher.exists() or _answers(demo.port):
            assert time.monotonic() < until, "the demo's programs go on without it"
            time.sleep(POLL_SECONDS)


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _dispatcher_of(demo: Demo) -> int:
    """The process id of the demo's dispatcher."""
    return next(pid for pid, words in children_of(demo.process.popen.pid).items() if "dispatch" in words)


@pytest.mark.parametrize("seconds", [0.3, 0.9, 1.5])
def test_ctrl_c_while_the_demo_starts_is_no_error(tmp_path: Path, seconds: float) -> None:
    environment = {"PATH": "/usr/bin:/bin", "AFTERBEAM_DATA_DIR": str(tmp_path / "var")}
    environment["AFTERBEAM_PORT"] = str(free_port())
    process = RunningProcess.start("demo", [str(AFTERBEAM), "demo"], tmp_path / "demo.log", environment)
    try:
        time.sleep(seconds)
        process.stop(signal.SIGINT)
        assert "Traceback" not in process.said
        assert "port" not in process.said.partition("Afterbeam is running")[0]
    finally:
        process.kill()
