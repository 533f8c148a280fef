"""Pictures of every screen, to be looked at: `make screenshots`, then test-results/screens.

    python -m tests.browser.screenshots [FOLDER]

Three widths, light and dark; on narrow phones also with text at twice the size; some right to left.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser.screens import (
    check_in_screens,
    enrol_today,
    enrol_treated,
    every_screen,
    fresh_phone,
    iphone_screens,
    join,
    screens_without_push,
)
from tests.support.chromium import Chromium, Scheme
from tests.support.processes import Afterbeam, running_afterbeam

WIDTHS = (320, 390, 1280)
SCHEMES: tuple[Scheme, ...] = ("light", "dark")
RIGHT_TO_LEFT = ("join", "today", "check-in signs", "check-in call today")


def main(arguments: list[str]) -> None:
    into = Path(arguments[0] if arguments else "test-results/screens")
    into.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="afterbeam-screens-") as scratch:
        folder = Path(scratch)
        with running_afterbeam(folder / "server") as afterbeam:
            count = _take_all(afterbeam, folder / "phone", into)
    print(f"{count} pictures in {into}")


def _take_all(afterbeam: Afterbeam, profile: Path, into: Path) -> int:
    count = 0
    with sync_playwright() as playwright:
        with fresh_phone(playwright, profile / "usual") as phone:
            count += _take_each(phone, every_screen(phone, afterbeam, enrol_today(afterbeam)), into)
        with fresh_phone(playwright, profile / "check-in") as phone:
            join(phone, afterbeam, enrol_treated(afterbeam, days_ago=2))
            count += _take_each(phone, check_in_screens(phone, afterbeam), into)
        with fresh_phone(playwright, profile / "without-push") as phone:
            count += _take_each(phone, screens_without_push(phone, enrol_today(afterbeam)), into)
        with fresh_phone(playwright, profile / "iphone") as phone:
            count += _take_each(phone, iphone_screens(phone, enrol_today(afterbeam)), into)
    return count


def _take_each(phone: Chromium, screens: Iterable[str], into: Path) -> int:
    count = 0
    for name in screens:
        stem = name.replace(" ", "-")
        count += _take_usual(phone, into, stem) + _take_large(phone, into, stem)
        if name in RIGHT_TO_LEFT:
            count += _take_right_to_left(phone, into, stem)
    return count


def _take_usual(phone: Chromium, into: Path, stem: str) -> int:
    for width in WIDTHS:
        phone.resize(width)
        phone.show_whole_page()
        for scheme in SCHEMES:
            phone.page.emulate_media(color_scheme=scheme)
            _take(phone, into / f"{stem}-{width}-{scheme}.png")
    phone.page.emulate_media(color_scheme="light")
    return len(WIDTHS) * len(SCHEMES)


def _take_large(phone: Chromium, into: Path, stem: str) -> int:
    phone.resize(320)
    with phone.text_size(200):
        phone.show_whole_page()
        for scheme in SCHEMES:
            phone.page.emulate_media(color_scheme=scheme)
            _take(phone, into / f"{stem}-320-large-text-{scheme}.png")
    phone.page.emulate_media(color_scheme="light")
    return len(SCHEMES)


def _take_right_to_left(phone: Chromium, into: Path, stem: str) -> int:
    phone.resize(320)
    phone.page.evaluate("document.documentElement.dir = 'rtl'")
    phone.show_whole_page()
    _take(phone, into / f"{stem}-320-right-to-left.png")
    phone.page.evaluate("document.documentElement.dir = 'ltr'")
    return 1


def _take(phone: Chromium, path: Path) -> None:
    phone.page.screenshot(path=path, animations="disabled")


if __name__ == "__main__":
    main(sys.argv[1:])
