"""The app without a network, as an installed app, and for everybody: in Debian's Chromium."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Playwright

from tests.browser import words
from tests.browser.lighthouse import run_lighthouse
from tests.browser.screens import (
    enrol_today,
    every_screen,
    fresh_phone,
    iphone_screens,
    open_today,
    screens_without_push,
)
from tests.browser.views import View, in_views, look_for_faults
from tests.support.chromium import Chromium
from tests.support.processes import Afterbeam, Enrolled

FULL_MARKS = {"accessibility": 100, "best-practices": 100}


@pytest.fixture
def online_again(phone: Chromium) -> Iterator[None]:
    yield
    phone.go_online()


def test_the_app_can_be_installed(phone: Chromium, afterbeam: Afterbeam) -> None:
    open_today(phone, afterbeam)

    assert phone.manifest_errors() == []
    assert phone.installability_errors() == []
    assert phone.app_id() == f"{afterbeam.url}/"


def test_the_worker_answers_for_exactly_what_the_manifest_claims(
    phone: Chromium, afterbeam: Afterbeam
) -> None:
    open_today(phone, afterbeam)

    assert phone.manifest_scope() == f"{afterbeam.url}/"
    assert phone.worker_scopes() == [f"{afterbeam.url}/"]


@pytest.mark.usefixtures("online_again")
@pytest.mark.parametrize("path", ["/", "/plan", "/settings", "/help", "/check-in"])
def test_a_screen_opens_without_a_network(phone: Chromium, afterbeam: Afterbeam, path: str) -> None:
    phone.page.goto(afterbeam.url + path)
    heading = phone.page.get_by_role("heading", level=1)
    online = heading.inner_text()

    phone.go_offline()
    phone.page.reload()

    heading.wait_for()
    assert heading.inner_text() == online


@pytest.mark.usefixtures("online_again")
def test_done_tapped_offline_arrives_exactly_once(
    phone: Chromium, afterbeam: Afterbeam, patient: Enrolled
) -> None:
    open_today(phone, afterbeam)
    phone.go_offline()
    phone.page.reload()
    phone.page.get_by_role("button", name=words.DONE).first.click()
    phone.page.get_by_text(words.SAVED).first.wait_for()
    assert _outcomes(afterbeam, patient) == []

    # Another page start while still offline must neither lose the tap nor make a second one.
    phone.page.reload()
    phone.go_online()

    afterbeam.wait_for_rows(_OUTCOMES, patient.row_id)
    phone.page.reload()
    phone.page.wait_for_load_state("networkidle")
    outcomes = _outcomes(afterbeam, patient)
    assert {row["value"] for row in outcomes} == {"done"}
    assert len({row["event_id"] for row in outcomes}) == 1
    assert len(outcomes) == len({row["occurrence_id"] for row in outcomes})


@in_views
def test_no_screen_has_a_fault(
    playwright: Playwright, afterbeam: Afterbeam, tmp_path: Path, views: tuple[View, ...]
) -> None:
    """Nothing for axe, no sideways scroll, no broken policy, no uncaught error."""
    with fresh_phone(playwright, tmp_path) as phone:
        names = look_for_faults(phone, every_screen(phone, afterbeam, enrol_today(afterbeam)), views)
    assert names >= {"join", "push denied", "today", "plan", "settings", "settings refused", "today offline"}


@in_views
def test_no_screen_of_a_browser_without_push_has_a_fault(
    playwright: Playwright, afterbeam: Afterbeam, tmp_path: Path, views: tuple[View, ...]
) -> None:
    with fresh_phone(playwright, tmp_path) as phone:
        assert look_for_faults(phone, screens_without_push(phone, enrol_today(afterbeam)), views)


@in_views
def test_no_screen_of_an_iphone_has_a_fault(
    playwright: Playwright, afterbeam: Afterbeam, tmp_path: Path, views: tuple[View, ...]
) -> None:
    with fresh_phone(playwright, tmp_path) as phone:
        assert look_for_faults(phone, iphone_screens(phone, enrol_today(afterbeam)), views)


def test_today_has_full_marks_from_lighthouse(phone: Chromium, afterbeam: Afterbeam) -> None:
    open_today(phone, afterbeam)
    report = run_lighthouse(f"{afterbeam.url}/", phone.debugging_port, categories=tuple(FULL_MARKS))

    assert report.final_url == f"{afterbeam.url}/"
    assert report.failing == []
    assert report.scores == FULL_MARKS


def test_the_join_page_has_full_marks_from_lighthouse(
    playwright: Playwright, afterbeam: Afterbeam, tmp_path: Path
) -> None:
    patient = enrol_today(afterbeam)
    with fresh_phone(playwright, tmp_path) as phone:
        report = run_lighthouse(patient.join_url, phone.debugging_port, categories=tuple(FULL_MARKS))

    assert report.failing == []
    assert report.scores == FULL_MARKS


_OUTCOMES = "SELECT event_id, occurrence_id, value FROM outcomes WHERE patient_id = ?"


def _outcomes(afterbeam: Afterbeam, patient: Enrolled) -> list[dict[str, object]]:
    return afterbeam.rows(_OUTCOMES, patient.row_id)
