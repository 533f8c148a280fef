"""One real installation for all, and what its programs said beside every failure."""

from __future__ import annotations

from collections.abc import Generator, Iterator

import pytest
from playwright.sync_api import Playwright, sync_playwright

from tests.browser.screens import enrol_today, fresh_phone, join
from tests.support.chromium import Chromium
from tests.support.processes import Afterbeam, Enrolled, running_afterbeam
from tests.support.push_service import PushService


@pytest.fixture(scope="session")
def afterbeam(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Afterbeam]:
    """Web server and dispatcher on a fresh database; each test has patients of its own."""
    with running_afterbeam(tmp_path_factory.mktemp("afterbeam")) as running:
        yield running


@pytest.fixture(scope="module")
def push_service() -> Iterator[PushService]:
    """A push service on this computer, for a Firefox told to use it."""
    with PushService() as service:
        yield service


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    """Ended with each file: while it runs, no other test in the process can start an event loop."""
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="module")
def patient(afterbeam: Afterbeam) -> Enrolled:
    """Somebody of this file, treated today unless the file says otherwise."""
    return enrol_today(afterbeam)


@pytest.fixture(scope="module")
def phone(
    playwright: Playwright, afterbeam: Afterbeam, patient: Enrolled, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Chromium]:
    """Their phone, which has joined."""
    with fresh_phone(playwright, tmp_path_factory.mktemp("phone")) as chromium:
        join(chromium, afterbeam, patient)
        yield chromium


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.failed:
        used = getattr(item, "funcargs", {})
        report.sections.extend(_what_was_said(used.get("afterbeam"), used.get("push_service")))
    return report


def _what_was_said(afterbeam: object, push_service: object) -> Iterator[tuple[str, str]]:
    if isinstance(afterbeam, Afterbeam):
        yield "what Afterbeam's programs said", afterbeam.logs()
    if isinstance(push_service, PushService):
        posts = [f"{post.status} {post.reason}" for post in push_service.posts]
        yield "what the push service saw", f"pushes: {posts}\nacknowledged: {push_service.acks}"
