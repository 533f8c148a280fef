"""A server that was put back to an older copy gets from the phone what it forgot."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Playwright

from tests.browser.screens import enrol_today, fresh_phone, join
from tests.support.processes import running_afterbeam

TAPS = 10
CALM_MS = 520  # the app takes no second tap before that
CHECK_INS = "SELECT event_id FROM check_ins WHERE patient_id = ?"


def test_ten_taps_come_back_after_the_server_was_restored(playwright: Playwright, tmp_path: Path) -> None:
    with (
        running_afterbeam(tmp_path / "server") as afterbeam,
        fresh_phone(playwright, tmp_path / "phone") as phone,
    ):
        patient = enrol_today(afterbeam)
        join(phone, afterbeam, patient)
        copy = tmp_path / "copy.db"
        afterbeam.run("db", "backup", str(copy))
        for _ in range(TAPS):
            phone.page.goto("about:blank")  # or the last one's card is shown again, as after a reload
            phone.page.goto(f"{afterbeam.url}/check-in")
            phone.page.get_by_role("button", name="Better").click()
            none = phone.page.get_by_role("button", name="None of these")
            none.wait_for()
            phone.page.wait_for_timeout(CALM_MS)
            none.click()
            phone.page.locator(".care").first.wait_for()
        afterbeam.wait_for_rows(f"{CHECK_INS} LIMIT 1 OFFSET {TAPS - 1}", patient.row_id)
        before = {row["event_id"] for row in afterbeam.rows(CHECK_INS, patient.row_id)}

        phone.page.goto("about:blank")
        afterbeam.stop_web()
        afterbeam.stop_dispatcher()
        afterbeam.run("db", "restore", str(copy))
        assert afterbeam.rows(CHECK_INS, patient.row_id) == []
        afterbeam.start_web()

        phone.page.goto(f"{afterbeam.url}/")
        afterbeam.wait_for_rows(f"{CHECK_INS} LIMIT 1 OFFSET {TAPS - 1}", patient.row_id)
        after = {row["event_id"] for row in afterbeam.rows(CHECK_INS, patient.row_id)}
        assert after == before
        assert len(after) == TAPS
