"""Words of a patient go through the whole real program, and are nowhere to be read afterwards."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from pwa.protocols.lint_words import HEALTH_WORDS
from tests.support.events import event, outcome
from tests.support.processes import Afterbeam, create_clinic, enrol, running_afterbeam
from tests.support.push_service import Post, PushService, Subscriber

NAME = "Canaria"
EXTERNAL = "chart-canary-4711"
NOTE = "canary-oozing-since-monday"
PHONE = "+44 7700 900123 canary"
CANARIES = (NAME, EXTERNAL, NOTE, PHONE, "900123")


@dataclass(slots=True)
class Client:
    """A phone that talks to the running server."""

    url: str
    secrets: list[str]
    cookie: str = ""

    def ask(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        headers = {"Sec-Fetch-Site": "same-origin", "Cookie": self.cookie, "User-Agent": f"phone {NOTE}"}
        data = None
        if body is not None:
            headers["Content-Type"], data = "application/json", json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}{path}", data=data, headers=headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                content = answer.read()
                if held := answer.headers.get("Set-Cookie"):
                    self.cookie = held.split(";")[0]
                    self.secrets.append(self.cookie.partition("=")[2])
                return answer.status, json.loads(content) if content else None
        except urllib.error.HTTPError as refusal:
            with refusal:
                return refusal.code, json.loads(refusal.read())


@dataclass(frozen=True, slots=True)
class Trace:
    """What a whole life of a patient left behind."""

    afterbeam: Afterbeam
    posts: list[Post]
    browser: Subscriber
    secrets: list[str]
    notice_id: str


@pytest.fixture(scope="module")
def trace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trace]:
    """Enrol, join, read, send, subscribe and be pushed to, on the real programs with all their logs."""
    folder = tmp_path_factory.mktemp("canary")
    with PushService() as service, running_afterbeam(folder) as afterbeam:
        _log_everything(afterbeam)
        clinic = create_clinic(afterbeam, zone="Europe/London")
        treated_at = datetime.now(UTC).astimezone(ZoneInfo("Europe/London")).replace(tzinfo=None)
        patient = enrol(
            afterbeam,
            clinic,
            procedure="co2_full",
            treated_at=treated_at.isoformat(timespec="minutes"),
            first_name=NAME,
            options=("--external-id", f"hospital={EXTERNAL}"),
        )
        phone = Client(afterbeam.url, [patient.join_code, patient.join_code.replace("-", "")])
        token = patient.join_url.partition("#t=")[2]
        status, joined = phone.ask("POST", "/api/v1/join", {"token": token})
        assert (status, joined["first_name"]) == (200, NAME)
        phone.secrets += [token, joined["device_token"]]
        browser, notice_id = _live(afterbeam, phone, service)
        _misbehave(phone)
        yield Trace(afterbeam, service.posts_to(browser.endpoint), browser, phone.secrets, notice_id)


def _log_everything(afterbeam: Afterbeam) -> None:
    """Web in JSON and dispatcher in text, both with every line they have."""
    afterbeam.stop_web()
    afterbeam.stop_dispatcher()
    afterbeam.environment |= {"AFTERBEAM_LOG_LEVEL": "debug", "AFTERBEAM_LOG_FORMAT": "json"}
    afterbeam.start_web()
    afterbeam.environment |= {"AFTERBEAM_LOG_FORMAT": "text"}
    afterbeam.start_dispatcher()


def _live(afterbeam: Afterbeam, phone: Client, service: PushService) -> tuple[Subscriber, str]:
    """What a phone does on its first day; returns its push endpoint and the test it got."""
    now = datetime.now(UTC)
    assert phone.ask("POST", "/api/v1/join/answer", {"right": True})[0] == 204
    _, bundle = phone.ask("GET", "/api/v1/bundle")
    browser = service.make_subscriber(bundle["push"]["public_key"])
    keys = {"p256dh": browser.p256dh, "auth": browser.auth, "key_id": bundle["push"]["key_id"]}
    status, _ = phone.ask("PUT", "/api/v1/push-subscription", {"endpoint": browser.endpoint, **keys})
    assert status == 204
    item = next(item for day in bundle["agenda"] for item in day["items"])
    events = [
        outcome(item["occurrence_ids"], "done", now),
        {**event("outcome", now, note=NOTE, phone=PHONE), "occurrence_ids": [NOTE], "value": NOTE},
        event("note", now, text=NOTE, name=NAME, phone=PHONE),
        {**event("note", now), "kind": f"{NOTE} {NAME}"},
        event("settings", now, settings={"zone": NOTE, "wake": PHONE}),
        event("fact", now, plan_id=NOTE, name=NAME, value=PHONE),
        NOTE,
    ]
    status, answer = phone.ask("POST", "/api/v1/sync", {"epoch": NOTE, "zone": NOTE, "events": events})
    assert status == 200
    assert [one["result"] for one in answer["results"]] == ["stored", *["rejected"] * 6]
    _, made = phone.ask("POST", "/api/v1/test-notices")
    _wait(lambda: phone.ask("GET", f"/api/v1/test-notices/{made['id']}")[1]["state"] == "sent", afterbeam)
    phone.ask("POST", "/api/v1/receipts", {"notice_id": made["id"], "kind": "shown"})
    return browser, made["id"]


def _wait(happened: Any, afterbeam: Afterbeam) -> None:
    end = time.monotonic() + 20
    while not happened():
        assert time.monotonic() < end, afterbeam.logs()
        time.sleep(0.1)


def _misbehave(phone: Client) -> None:
    """Requests that fail, for an error is what most often ends up in a log."""
    for method, path, body in (
        ("GET", f"/api/v1/{NOTE}?name={NAME}", None),
        ("GET", f"/{NOTE}", None),
        ("POST", "/api/v1/sync", {"events": NOTE}),
        ("POST", "/api/v1/sync", [NOTE]),
        ("POST", "/api/v1/join", {"token": NOTE * 2}),
        ("POST", "/api/v1/join", {"code": NOTE}),
        ("PUT", "/api/v1/push-subscription", {"endpoint": f"https://{NOTE}.example/{NAME}"}),
        ("POST", "/api/v1/clinic/session", {"email": f"{NOTE}@x", "password": PHONE}),
        ("DELETE", f"/api/v1/bundle?{NOTE}", None),
    ):
        status, _ = phone.ask(method, path, body)
        assert 400 <= status < 500, (method, path, status)


def _assert_free_of(content: bytes, words: list[str], where: str) -> None:
    for word in words:
        for form in (word, word.lower(), word.upper(), json.dumps(word)[1:-1]):
            assert form.encode() not in content, f"{form!r} is in {where}"
            assert form.encode("utf-16-le") not in content, f"{form!r} is in {where}"


def _files(trace: Trace, *patterns: str) -> list[Path]:
    found = [file for pattern in patterns for file in trace.afterbeam.folder.rglob(pattern) if file.is_file()]
    assert found
    return found


def test_nothing_of_the_patient_can_be_read_in_the_database_files(trace: Trace) -> None:
    for file in _files(trace, "afterbeam.db*"):
        _assert_free_of(file.read_bytes(), [*CANARIES, *trace.secrets], file.name)


def test_nothing_of_the_patient_is_in_any_log(trace: Trace) -> None:
    for file in _files(trace, "*.log"):
        _assert_free_of(file.read_bytes(), [*CANARIES, *trace.secrets], file.name)
        _assert_free_of(file.read_bytes(), [trace.browser.endpoint, trace.browser.auth], file.name)


def test_the_logs_were_really_written(trace: Trace) -> None:
    assert any("dispatcher_started" in file.read_text() for file in _files(trace, "dispatch.log"))


def test_a_push_carries_an_id_and_neutral_words(trace: Trace) -> None:
    assert trace.posts
    for post in trace.posts:
        plain = trace.browser.decrypt(post.body)
        headers = json.dumps(dict(post.headers)).encode()
        for content, where in ((post.body, "the body"), (headers, "the headers"), (plain, "the message")):
            _assert_free_of(content, [*CANARIES, *trace.secrets], where)
        told = json.loads(plain)
        assert set(told) <= {"web_push", "mutable", "app_badge", "notification"}
        said = f"{told['notification']['title']} {told['notification']['body']}".lower().split()
        assert not set(said) & HEALTH_WORDS
    ids = {json.loads(trace.browser.decrypt(post.body))["notification"]["data"]["id"] for post in trace.posts}
    assert trace.notice_id in ids
    assert len({post.headers["topic"] for post in trace.posts}) == len(ids)
    assert trace.notice_id not in {post.headers["topic"] for post in trace.posts}
