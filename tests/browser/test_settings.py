"""Settings that the server refuses, and what is typed but not yet saved."""

from __future__ import annotations

from tests.browser import words
from tests.browser.screens import refuse_settings
from tests.support.chromium import Chromium
from tests.support.processes import Afterbeam, Enrolled

SETTINGS = "SELECT wake, quiet_start, lock_screen FROM patients WHERE id = ?"


def test_what_was_typed_survives_another_setting_and_is_saved_with_it(
    phone: Chromium, afterbeam: Afterbeam, patient: Enrolled
) -> None:
    page = phone.page
    page.goto(f"{afterbeam.url}/settings")
    wake = page.get_by_label(words.WAKE)
    wake.fill("06:15")
    page.get_by_label(words.FULL_TEXT).check()
    page.get_by_text(words.SAVED).first.wait_for()
    page.wait_for_load_state("networkidle")

    assert wake.input_value() == "06:15"
    page.get_by_role("button", name=words.SAVE).click()
    [row] = afterbeam.wait_for_rows(f"{SETTINGS} AND wake LIKE '06:15%'", patient.row_id)
    assert row["lock_screen"] == 2
    assert page.get_by_label(words.FULL_TEXT).is_checked()


def test_refused_settings_are_shown_with_the_reason_until_they_were_seen(
    phone: Chromium, afterbeam: Afterbeam, patient: Enrolled
) -> None:
    page = phone.page
    page.goto(f"{afterbeam.url}/settings")
    quiet = page.get_by_label(words.QUIET_FROM)
    in_force = quiet.input_value()
    refuse_settings(phone)

    page.get_by_text(words.REFUSED_WHY).wait_for()
    page.get_by_text(words.NOT_ACCEPTED).wait_for()
    assert quiet.input_value() == in_force
    assert [row["quiet_start"][:5] for row in afterbeam.rows(SETTINGS, patient.row_id)] == [in_force]

    page.wait_for_timeout(600)  # a button that has just come up does not answer at once
    page.get_by_role("button", name=words.SEEN).click()
    page.get_by_text(words.NOT_ACCEPTED).wait_for(state="detached")
    page.reload()
    page.get_by_text(words.SEEN_BEFORE).click()
    page.get_by_text(words.REFUSED_WHY).wait_for()
    assert page.get_by_role("button", name=words.SEEN).count() == 0
    assert page.get_by_text(words.NOT_ACCEPTED).count() == 0
