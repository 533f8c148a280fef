"""A tap too many, and an answer taken back: on a phone whose skin question is open."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from tests.browser import words
from tests.browser.screens import ZONE, open_today
from tests.support.chromium import Chromium
from tests.support.processes import Afterbeam, Enrolled, create_clinic, enrol

CLOSED = "Has your skin closed?"
OUTCOMES = "SELECT value FROM outcomes WHERE patient_id = ?"
FACTS = "SELECT value FROM facts WHERE care_plan_id IN (SELECT id FROM care_plans WHERE patient_id = ?)"


@pytest.fixture(scope="module")
def patient(afterbeam: Afterbeam) -> Enrolled:
    """Treated a week ago."""
    clinic = create_clinic(afterbeam, zone=str(ZONE))
    treated = datetime.now(ZONE).replace(tzinfo=None) - timedelta(days=7, hours=1)
    return enrol(afterbeam, clinic, procedure="co2_full", treated_at=treated.isoformat(timespec="minutes"))


def test_two_quick_taps_on_done_settle_one_thing(
    phone: Chromium, afterbeam: Afterbeam, patient: Enrolled
) -> None:
    open_today(phone, afterbeam)
    card = phone.page.locator(".next")
    first = card.get_by_role("heading").inner_text()
    card.get_by_role("button", name=words.DONE).dblclick(delay=60)
    phone.page.get_by_text(words.SAVED).first.wait_for()
    card.get_by_role("heading").filter(has_not_text=first).wait_for()
    phone.page.wait_for_timeout(600)
    afterbeam.wait_for_rows(OUTCOMES, patient.row_id)
    assert [row["value"] for row in afterbeam.rows(OUTCOMES, patient.row_id)] == ["done"]


def test_an_undone_yes_is_asked_again_and_one_that_was_kept_can_be_taken_back(
    phone: Chromium, afterbeam: Afterbeam, patient: Enrolled
) -> None:
    open_today(phone, afterbeam)
    page = phone.page
    yes = page.get_by_role("button", name="Yes", exact=True)
    back = page.get_by_role("button", name="Not closed after all")
    yes.click()
    page.get_by_role("button", name="Undo").click()
    yes.wait_for()
    page.wait_for_timeout(600)
    yes.click()
    yes.wait_for(state="detached")
    page.reload()
    page.get_by_text("Is this expected?").click()
    back.click()
    back.wait_for(state="detached")
    page.get_by_text("Not yet, said on").wait_for()
    afterbeam.wait_for_rows(f"{FACTS} LIMIT 1 OFFSET 3", patient.row_id)
    assert [bool(row["value"]) for row in afterbeam.rows(FACTS, patient.row_id)] == [True, False, True, False]
