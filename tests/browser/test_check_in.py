"""A check-in on a real phone: two taps, a red flag without a network, undo, all danger signs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Playwright

from tests.browser import words
from tests.browser.screens import ZONE, check_in_screens, fresh_phone, join, open_check_in, open_today
from tests.browser.views import View, in_views, look_for_faults
from tests.support.chromium import Chromium
from tests.support.processes import Afterbeam, Enrolled, create_clinic, enrol

CHECK_INS = "SELECT * FROM check_ins WHERE patient_id = ?"
UNDONE = "SELECT * FROM check_in_ends WHERE patient_id = ? AND because = 'undone'"
OUTCOMES = "SELECT value FROM outcomes WHERE patient_id = ?"
# What the phone still holds, whether or not it was sent.
_KEPT = """() => new Promise((done) => {
  const asked = indexedDB.open("afterbeam");
  asked.onsuccess = () => {
    const reading = asked.result.transaction(["outbox", "shadow", "rejected"]);
    const found = ["outbox", "shadow", "rejected"].map((name) => reading.objectStore(name).getAll());
    reading.oncomplete = () => {
      const [outbox, shadow, rejected] = found.map((request) => request.result);
      const events = (answered) => answered.map(({event}) => event);
      done(JSON.stringify({outbox, shadow: events(shadow), rejected: events(rejected)}));
      asked.result.close();
    };
  };
})"""


@pytest.fixture(scope="module")
def clinic(afterbeam: Afterbeam) -> str:
    return create_clinic(afterbeam, zone=str(ZONE))


@pytest.fixture
def patient(afterbeam: Afterbeam, clinic: str) -> Enrolled:
    """Somebody new for each test, treated two days ago."""
    treated = datetime.now(ZONE).replace(tzinfo=None) - timedelta(days=2, hours=1)
    return enrol(afterbeam, clinic, procedure="co2_full", treated_at=treated.isoformat(timespec="minutes"))


@pytest.fixture
def phone(
    playwright: Playwright, afterbeam: Afterbeam, patient: Enrolled, tmp_path: Path
) -> Iterator[Chromium]:
    with fresh_phone(playwright, tmp_path) as chromium:
        join(chromium, afterbeam, patient)
        yield chromium


def test_two_taps_are_saved_and_sent(phone: Chromium, afterbeam: Afterbeam, patient: Enrolled) -> None:
    open_check_in(phone, afterbeam)
    assert phone.page.get_by_text(words.NOBODY).first.is_visible()
    _tap(phone, words.BETTER)
    _tap(phone, words.NONE)

    phone.page.get_by_text(words.SAVED).first.wait_for()
    phone.page.get_by_role("heading", name=words.EXPECTED).wait_for()
    phone.page.get_by_text(words.SENT).wait_for()
    [row] = afterbeam.wait_for_rows(CHECK_INS, patient.row_id)
    assert (row["level"], row["phone_level"]) == ("expected", "expected")
    answers = _events(phone, "shadow", "check_in")[0]["answers"]
    assert answers.pop("overall") == "better"
    assert set(answers.values()) == {False}, "each sign that was shown is an explicit no"


def test_a_check_in_settles_the_step_that_asked_for_it(
    phone: Chromium, afterbeam: Afterbeam, patient: Enrolled
) -> None:
    open_today(phone, afterbeam)
    phone.page.get_by_role("link", name=words.CHECK_IN).first.click()
    phone.page.get_by_role("heading", name=words.HOW).wait_for()
    _tap(phone, words.BETTER)
    _tap(phone, words.NONE)

    afterbeam.wait_for_rows(CHECK_INS, patient.row_id)
    asked = [one for one in _events(phone, "shadow", "outcome") if one["value"] == "done"]
    assert len(afterbeam.rows(OUTCOMES, patient.row_id)) == sum(len(one["occurrence_ids"]) for one in asked)


def test_a_fever_ticked_without_a_network_shows_whom_to_call_at_once_and_is_sent_later(
    phone: Chromium, afterbeam: Afterbeam, patient: Enrolled
) -> None:
    open_check_in(phone, afterbeam)
    phone.go_offline()
    _tap(phone, words.WORSE)
    phone.page.get_by_text(words.FEVER).click()
    _tap(phone, words.DONE)

    card = phone.page.get_by_role("alert").filter(has_text=words.CALL_TODAY)
    card.get_by_role("link", name=words.CALL_CLINIC).wait_for()
    assert words.FEVER in card.inner_text()
    assert "Saved on this phone." in card.inner_text()
    assert afterbeam.rows(CHECK_INS, patient.row_id) == []

    phone.page.reload()
    phone.page.get_by_role("heading", name=words.CALL_TODAY).wait_for()
    phone.go_online()
    [row] = afterbeam.wait_for_rows(CHECK_INS, patient.row_id)
    assert row["level"] == "same_day"
    phone.page.get_by_text(words.SENT).wait_for()
    open_today(phone, afterbeam)
    phone.page.get_by_role("heading", name=words.CALL_TODAY).wait_for()


def test_details_added_later_replace_the_entry_and_keep_its_signs(
    phone: Chromium, afterbeam: Afterbeam, patient: Enrolled
) -> None:
    open_check_in(phone, afterbeam)
    _tap(phone, words.BETTER)
    _tap(phone, words.NONE)
    _tap(phone, words.ADD_DETAILS)
    pain = phone.page.locator("fieldset", has_text="Pain right now")
    assert pain.get_by_role("radio", checked=True).count() == 0, "nothing is preselected"
    pain.get_by_role("radio", name="9").check()
    unrelieved = phone.page.locator("fieldset", has_text="Pain relief not helping")
    unrelieved.get_by_role("radio", name="Yes").check()
    _tap(phone, words.SAVE_DETAILS)

    phone.page.get_by_role("heading", name=words.CALL_TODAY).wait_for()
    afterbeam.wait_for_rows(f"{CHECK_INS} LIMIT 1 OFFSET 1", patient.row_id)
    phone.page.get_by_text(words.SENT).wait_for()
    first, second = _events(phone, "shadow", "check_in")
    assert second["supersedes"] == first["id"]
    assert second["answers"] == {**first["answers"], "pain": 9, "pain_unrelieved": True}


def test_an_undone_check_in_counts_for_nobody(
    phone: Chromium, afterbeam: Afterbeam, patient: Enrolled
) -> None:
    open_check_in(phone, afterbeam)
    _tap(phone, words.WORSE)
    _tap(phone, words.NONE)
    phone.page.get_by_role("button", name=words.UNDO).click()

    phone.page.get_by_role("heading", name=words.HOW).wait_for()
    afterbeam.wait_for_rows(UNDONE, patient.row_id)
    open_today(phone, afterbeam)
    phone.page.wait_for_load_state("networkidle")
    assert phone.page.locator(".care").count() == 0


def test_all_danger_signs_are_one_tap_away_on_every_screen(phone: Chromium, afterbeam: Afterbeam) -> None:
    for path in ("/", "/plan", "/settings", "/help", "/check-in"):
        phone.page.goto(afterbeam.url + path)
        phone.page.get_by_role("heading", level=1).first.wait_for()
        phone.page.get_by_role("link", name=words.WRONG).click()
        phone.page.get_by_role("heading", name=words.WRONG).wait_for()
        phone.page.get_by_text(words.SELF_HARM).wait_for()


def test_blisters_and_thick_fluid_are_among_all_danger_signs(
    phone: Chromium, afterbeam: Afterbeam, patient: Enrolled
) -> None:
    open_today(phone, afterbeam)
    phone.page.get_by_role("link", name=words.WRONG).click()
    phone.page.get_by_role("checkbox", name=words.MANY_BLISTERS).check()
    phone.page.get_by_role("checkbox", name=words.GROUPED_BLISTERS).check()
    many = phone.page.get_by_role("checkbox", name=words.MANY_BLISTERS)
    assert not many.is_checked(), "one answer of several"
    phone.page.get_by_role("checkbox", name=words.THICK_FLUID).check()
    _tap(phone, words.DONE)

    phone.page.get_by_role("heading", name=words.CALL_TODAY).wait_for()
    afterbeam.wait_for_rows(CHECK_INS, patient.row_id)
    phone.page.get_by_text(words.SENT).wait_for()
    answers = _events(phone, "shadow", "check_in")[0]["answers"]
    ticked = {item: answers[item] for item in ("blisters", "oozing_colour", "fever")}
    assert ticked == {"blisters": "grouped", "oozing_colour": "yellow_green", "fever": False}
    phone.page.reload()
    phone.page.get_by_role("heading", name=words.CALL_TODAY).wait_for()


def test_progress_is_one_tap_from_today_and_names_the_day_of_healing(
    phone: Chromium, afterbeam: Afterbeam
) -> None:
    open_today(phone, afterbeam)
    phone.page.get_by_role("link", name=words.PROGRESS).click()
    phone.page.get_by_role("heading", name=words.DAY_OF_HEALING).wait_for()


def test_what_was_begun_survives_a_page_that_is_closed(phone: Chromium, afterbeam: Afterbeam) -> None:
    open_check_in(phone, afterbeam)
    _tap(phone, words.WORSE)
    phone.page.get_by_text(words.FEVER).click()
    phone.page.wait_for_timeout(300)  # no tap is said to be saved before its check-in is
    phone.page.reload()

    phone.page.get_by_role("checkbox", name=words.FEVER, checked=True).wait_for()


@in_views
def test_no_screen_of_a_check_in_has_a_fault(
    playwright: Playwright, afterbeam: Afterbeam, patient: Enrolled, tmp_path: Path, views: tuple[View, ...]
) -> None:
    with fresh_phone(playwright, tmp_path / "fresh") as phone:
        join(phone, afterbeam, patient)
        names = look_for_faults(phone, check_in_screens(phone, afterbeam), views)
    assert names >= {
        "check-in",
        "check-in signs",
        "check-in expected",
        "check-in call today",
        "all danger signs",
    }


def _tap(phone: Chromium, name: str) -> None:
    """As a person does: not within half a second of a change, when no button answers."""
    button = phone.page.get_by_role("button", name=name)
    button.wait_for()
    phone.page.wait_for_timeout(600)
    button.click()


def _events(phone: Chromium, store: str, kind: str) -> list[dict[str, Any]]:
    """What the phone keeps of one kind in one place, in the order it was made."""
    kept: list[dict[str, Any]] = json.loads(phone.page.evaluate(_KEPT))[store]
    return sorted((event for event in kept if event["kind"] == kind), key=lambda event: int(event["seq"]))
