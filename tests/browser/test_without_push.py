"""Where reminders cannot work the useful next step stands out, and going on without them stays possible."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Playwright

from tests.browser import words
from tests.browser.screens import enrol_today, fresh_phone, iphone_screens, screens_without_push
from tests.support.chromium import Chromium
from tests.support.processes import Afterbeam


def test_a_browser_without_push_shows_the_way_to_another_one(
    playwright: Playwright, afterbeam: Afterbeam, tmp_path: Path
) -> None:
    with fresh_phone(playwright, tmp_path) as phone:
        phone.grant(afterbeam.url, "clipboard-read", "clipboard-write")
        for _ in screens_without_push(phone, enrol_today(afterbeam)):
            assert _prominent(phone) == [words.COPY_ADDRESS]
            assert _copied(phone, words.COPY_ADDRESS) == f"{afterbeam.url}/join"
        _go_on_without(phone, afterbeam)


def test_an_iphone_gets_its_code_and_is_told_that_it_ends(
    playwright: Playwright, afterbeam: Afterbeam, tmp_path: Path
) -> None:
    with fresh_phone(playwright, tmp_path) as phone:
        phone.grant(afterbeam.url, "clipboard-read", "clipboard-write")
        for _ in iphone_screens(phone, enrol_today(afterbeam)):
            assert _prominent(phone) == [words.COPY_CODE]
            phone.page.get_by_text(words.CODE_ENDS).wait_for()
            assert _copied(phone, words.COPY_CODE) == phone.page.locator("p.code").inner_text()
        _go_on_without(phone, afterbeam)
        # Later there is no code any more, and only the clinic can give one.
        phone.page.goto(f"{afterbeam.url}/join")
        phone.page.get_by_role("heading", name=words.HOME_FIRST).wait_for()
        [prominent] = _prominent(phone)
        assert prominent.startswith(words.CALL_CLINIC)


def _prominent(phone: Chromium) -> list[str]:
    return [name.strip() for name in phone.page.locator("main .main").all_inner_texts()]


def _copied(phone: Chromium, button: str) -> str:
    phone.page.get_by_role("button", name=button).click()
    phone.page.get_by_role("button", name=words.COPIED).wait_for()
    return str(phone.page.evaluate("navigator.clipboard.readText()"))


def _go_on_without(phone: Chromium, afterbeam: Afterbeam) -> None:
    phone.page.get_by_role("button", name=words.WITHOUT).click()
    phone.page.wait_for_url(f"{afterbeam.url}/")
