"""The whole way of one reminder in a stock Firefox: subscribed, pushed, decrypted, shown, clicked, done."""

from __future__ import annotations

import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.browser import words
from tests.browser.moments import Chosen, late_morning_zone, treated_for_a_step_due_at
from tests.support.firefox import Firefox
from tests.support.notifications import (
    Shown,
    clear_notifications,
    click_notification,
    wait_for_notification,
)
from tests.support.processes import Afterbeam, Enrolled, create_clinic, enrol
from tests.support.push_service import PushService
from tests.support.tab import Tab

PROCEDURE = "co2_full"
DECRYPTED_AND_HANDLED = 100  # what Firefox acknowledges; 101 would be: not decrypted
# Time enough to join, allow reminders and see the test arrive before the step falls due.
LEAD = timedelta(seconds=25)


@pytest.fixture
def zone() -> ZoneInfo:
    return late_morning_zone(datetime.now(UTC))


@pytest.fixture
def firefox(push_service: PushService, zone: ZoneInfo) -> Iterator[Firefox]:
    with Firefox.launch(push_service=push_service.origin, environment={"TZ": str(zone)}) as browser:
        yield browser


def test_a_patient_enrolled_today_is_reminded_and_done_reaches_the_clinic(
    afterbeam: Afterbeam, push_service: PushService, firefox: Firefox, zone: ZoneInfo
) -> None:
    clinic = create_clinic(afterbeam, zone=str(zone))
    chosen = _step_due_in(afterbeam, zone, LEAD)
    patient = enrol(afterbeam, clinic, procedure=PROCEDURE, treated_at=chosen.treated_at)

    _join(afterbeam, firefox, patient)
    _leave_the_app(firefox)
    assert datetime.now(UTC) < chosen.due_at, (
        "the step was due before the phone was ready: this computer is too slow"
    )
    reminder = _wait_for_reminder(firefox, chosen)

    assert reminder.body == words.NEUTRAL_BODY
    assert not _clinical_words(reminder)
    assert set(push_service.acks.values()) == {DECRYPTED_AND_HANDLED}

    click_notification(firefox, reminder)
    page = _tab_of(firefox, afterbeam.url)
    page.wait_for("location.pathname === '/'", because="a click on the reminder opens Today")
    page.wait_for_text(words.FROM_REMINDER)
    page.click(words.DONE)

    [outcome] = afterbeam.wait_for_rows(_OUTCOMES, patient.row_id)
    assert outcome["value"] == "done"
    assert outcome["step_id"] in chosen.steps
    assert outcome["notice_state"] == "sent"
    receipts = afterbeam.wait_for_rows(_RECEIPTS, outcome["notice_id"], "opened")
    assert {row["kind"] for row in receipts} >= {"shown", "opened"}


def test_a_phone_that_unsubscribed_is_removed_when_its_endpoint_is_gone(
    afterbeam: Afterbeam, firefox: Firefox, zone: ZoneInfo
) -> None:
    clinic = create_clinic(afterbeam, zone=str(zone))
    treated_at = datetime.now(zone).replace(tzinfo=None).isoformat(timespec="minutes")
    patient = enrol(afterbeam, clinic, procedure=PROCEDURE, treated_at=treated_at)
    page = _join(afterbeam, firefox, patient)
    [target] = afterbeam.rows(_TARGETS, patient.row_id)
    assert target["state"] == "live"

    assert page.unsubscribe_push()
    assert _push_to(target["address"]) == 410

    page.evaluate(_ASK_FOR_A_TEST)
    [gone] = afterbeam.wait_for_rows(f"{_TARGETS} AND state = 'gone'", patient.row_id)
    assert gone["address"] == target["address"]


_OUTCOMES = """
    SELECT o.value, i.step_id, n.id AS notice_id, n.state AS notice_state
    FROM outcomes o JOIN notice_items i ON i.occurrence_id = o.occurrence_id AND i.patient_id = o.patient_id
    JOIN notices n ON n.id = i.notice_id
    WHERE o.patient_id = ? AND n.kind = 'reminder'"""
_RECEIPTS = """
    SELECT kind FROM receipts r WHERE notice_id = ?1
    AND EXISTS (SELECT 1 FROM receipts o WHERE o.notice_id = ?1 AND o.kind = ?2)"""
_TARGETS = "SELECT address, state FROM targets WHERE patient_id = ?"
_ASK_FOR_A_TEST = """fetch("/api/v1/test-notices", {
    method: "POST", headers: {"Content-Type": "application/json"}, body: "{}"}).then((r) => r.status)"""


def _join(afterbeam: Afterbeam, firefox: Firefox, patient: Enrolled) -> Tab:
    """Open the link, say that it is right, allow reminders, and see the test arrive."""
    firefox.set_permission(afterbeam.url, "notifications", "prompt")
    page = firefox.page
    page.set_viewport(390, 844)
    page.navigate(patient.join_url)
    page.wait_for_text("Is this right?")
    page.click(words.RIGHT)
    page.click(words.ALLOW)
    _say_yes_to_the_browser(firefox, page)
    page.wait_for_text(words.REACHED, seconds=20)
    clear_notifications(firefox)
    return page


def _say_yes_to_the_browser(firefox: Firefox, page: Tab) -> None:
    """Answer its questions, of which the one about notifications may not be the first."""
    end = time.monotonic() + 10
    while page.evaluate("Notification.permission") == "default":
        firefox.answer_permission_prompt()
        if time.monotonic() > end:
            raise page.failure("Firefox did not ask whether notifications are allowed")
        time.sleep(0.05)


def _leave_the_app(firefox: Firefox) -> None:
    """Close the app's tab: a reminder must come all the same."""
    app = firefox.page
    firefox.new_tab().activate()
    app.close()


def _step_due_in(afterbeam: Afterbeam, zone: ZoneInfo, lead: timedelta) -> Chosen:
    due_at = (datetime.now(UTC) + lead).replace(microsecond=0)
    return treated_for_a_step_due_at(afterbeam, PROCEDURE, zone, due_at)


def _wait_for_reminder(firefox: Firefox, chosen: Chosen) -> Shown:
    left = (chosen.due_at - datetime.now(UTC)).total_seconds()
    return wait_for_notification(firefox, seconds=left + 15)


def _tab_of(firefox: Firefox, origin: str) -> Tab:
    end = time.monotonic() + 10
    while time.monotonic() < end:
        for tab in firefox.tabs():
            if tab.url.startswith(origin):
                return tab
        time.sleep(0.05)
    raise firefox.page.failure(f"the click opened no page of {origin}")


def _clinical_words(reminder: Shown) -> list[str]:
    return [word for word in words.CLINICAL if word.lower() in reminder.words.lower()]


def _push_to(endpoint: str) -> int:
    """The status a push service gives a bare message to this endpoint."""
    request = urllib.request.Request(endpoint, data=b"", headers={"TTL": "0"}, method="POST")
    try:
        with urllib.request.urlopen(request, timeout=5) as response:
            return int(response.status)
    except urllib.error.HTTPError as refusal:
        return refusal.code
