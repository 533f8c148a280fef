"""The whole corpus against the real server: it stays small, stays up, and says nothing in its logs."""

from __future__ import annotations

import http.client
import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pwa.services.instants import instant
from pwa.store.ids import new_id
from tests.support.pictures import GOOD, SECRET, TOO_LARGE, UNUSABLE
from tests.support.processes import Afterbeam, answers, children_of, create_clinic, enrol, running_afterbeam

MOST_MB = 300


@dataclass(slots=True)
class Browser:
    """A phone that talks to the running server."""

    afterbeam: Afterbeam
    cookie: str = ""

    def ask(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection("localhost", self.afterbeam.port, timeout=60)
        try:
            known = {"Sec-Fetch-Site": "same-origin", "Cookie": self.cookie}
            connection.request(method, path, body, {**known, **headers})
            answer = connection.getresponse()
            if held := answer.headers.get("Set-Cookie"):
                self.cookie = held.split(";")[0]
            return answer.status, answer.read()
        finally:
            connection.close()

    def post_json(self, path: str, body: object) -> int:
        return self.ask("POST", path, json.dumps(body).encode(), {"Content-Type": "application/json"})[0]

    def send(self, photo: bytes) -> int:
        now = datetime.now(UTC)
        about = {"id": str(new_id(now)), "check_in_id": str(new_id(now)), "slot": "spot"}
        header = json.dumps({**about, "taken_at": instant(now), "sent_at": instant(now)})
        kind = {"Content-Type": "image/jpeg", "Afterbeam-Photo": header}
        return self.ask("POST", "/api/v1/photos", photo, kind)[0]


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with running_afterbeam(tmp_path_factory.mktemp("photos")) as afterbeam:
        clinic = create_clinic(afterbeam, zone="UTC")
        treated_at = datetime.now(UTC).replace(tzinfo=None).isoformat(timespec="minutes")
        patient = enrol(afterbeam, clinic, procedure="co2_full", treated_at=treated_at)
        phone = Browser(afterbeam)
        assert phone.post_json("/api/v1/join", {"token": patient.join_url.partition("#t=")[2]}) == 200
        assert phone.post_json("/api/v1/join/answer", {"right": True}) == 204
        yield phone


def _workers(afterbeam: Afterbeam) -> list[int]:
    assert afterbeam.web is not None
    return [afterbeam.web.popen.pid, *children_of(afterbeam.web.popen.pid)]


def _most_memory_mb(pid: int) -> float:
    """The most a process ever held (VmHWM)."""
    found = re.search(r"^VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text(), re.MULTILINE)
    assert found
    return int(found[1]) / 1024


def test_the_server_takes_the_whole_corpus_and_stays_small(browser: Browser) -> None:
    before = _workers(browser.afterbeam)
    expected = {make: 201 for make in GOOD.values()}
    expected |= {make: 422 for make in UNUSABLE.values()} | {make: 413 for make in TOO_LARGE.values()}
    with ThreadPoolExecutor(2) as pool:
        statuses = list(pool.map(lambda make: browser.send(make()), expected))
    names = [*GOOD, *UNUSABLE, *TOO_LARGE]
    assert dict(zip(names, statuses, strict=True)) == dict(zip(names, expected.values(), strict=True))
    assert _workers(browser.afterbeam) == before, "a worker ended"
    for pid in before:
        assert _most_memory_mb(pid) < MOST_MB
    assert len(browser.afterbeam.rows("SELECT 1 FROM photos")) == len(GOOD)


def test_a_phone_that_sends_30_mb_is_told_and_the_server_answers_on(browser: Browser) -> None:
    """It hears why: a connection that only closed would make it send the photo again and again."""
    assert browser.send(b"\xff\xd8\xff" + bytes(30_000_000)) == 413
    assert answers(f"{browser.afterbeam.url}/healthz/live")
    for pid in _workers(browser.afterbeam):
        assert _most_memory_mb(pid) < MOST_MB


def test_more_at_once_than_can_be_decoded_are_put_off_and_others_are_still_answered(browser: Browser) -> None:
    large = GOOD["largest png"]()
    with ThreadPoolExecutor(12) as pool:
        sending = [pool.submit(browser.send, large) for _ in range(12)]
        alive = answers(f"{browser.afterbeam.url}/healthz/live")
        statuses = {each.result() for each in sending}
    assert alive
    assert statuses <= {201, 503}
    assert 201 in statuses


def test_no_log_tells_what_was_sent(browser: Browser) -> None:
    for file in browser.afterbeam.folder.glob("*.log"):
        said = file.read_bytes()
        for word in (SECRET.encode(), b"spot", b"JFIF", b"Exif"):
            assert word not in said, file.name
