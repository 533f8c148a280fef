"""Every screen of the patient app, one after the other, as one person meets them on one phone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from playwright.sync_api import Locator, Playwright

from tests.browser import words
from tests.browser.moments import late_morning_zone
from tests.support.chromium import Chromium
from tests.support.processes import Afterbeam, Enrolled, create_clinic, enrol

TOO_QUIET_FROM = "12:00"  # until waking is more than the 16 hours that are allowed
CALM_MS = 600  # what has just come up under a finger does not answer sooner
_NO_PUSH = "delete window.PushManager"
_NO_OFFER = "addEventListener('beforeinstallprompt', (event) => event.stopImmediatePropagation())"
_IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.5 Mobile/15E148 Safari/604.1"
)
ZONE = late_morning_zone(datetime.now(UTC))


def enrol_today(afterbeam: Afterbeam) -> Enrolled:
    """A patient treated an hour ago, for whom something is due now."""
    return enrol_treated(afterbeam, days_ago=0)


def enrol_treated(afterbeam: Afterbeam, days_ago: int) -> Enrolled:
    clinic = create_clinic(afterbeam, zone=str(ZONE))
    treated = datetime.now(ZONE).replace(tzinfo=None) - timedelta(days=days_ago, hours=1)
    treated_at = treated.isoformat(timespec="minutes")
    return enrol(afterbeam, clinic, procedure="co2_full", treated_at=treated_at)


@contextmanager
def fresh_phone(playwright: Playwright, profile: Path, *, width: int = 390) -> Iterator[Chromium]:
    """A browser that has never seen the app, in the clinic's zone."""
    with Chromium.launch(playwright, profile, width=width, zone=str(ZONE)) as phone:
        yield phone


def open_join_link(phone: Chromium, patient: Enrolled) -> None:
    phone.page.goto(patient.join_url)
    phone.page.get_by_text("Is this right?").wait_for()


def join(phone: Chromium, afterbeam: Afterbeam, patient: Enrolled) -> None:
    """Join and leave notifications for later; ends on Today with a worker that answers."""
    open_join_link(phone, patient)
    _say_it_is_right(phone, then=phone.page.get_by_role("button", name=words.ALLOW))
    phone.page.get_by_role("button", name=words.WITHOUT).click()
    phone.page.wait_for_url(f"{afterbeam.url}/")
    phone.wait_for_worker()


def open_today(phone: Chromium, afterbeam: Afterbeam) -> None:
    _open(phone, f"{afterbeam.url}/")


def open_check_in(phone: Chromium, afterbeam: Afterbeam) -> None:
    _open(phone, f"{afterbeam.url}/check-in")


def every_screen(phone: Chromium, afterbeam: Afterbeam, patient: Enrolled) -> Iterator[str]:
    """Yields a screen's name while the phone shows it. The phone must be fresh."""
    _open(phone, f"{afterbeam.url}/join")
    yield "join by code"
    open_join_link(phone, patient)
    yield "join"
    _say_it_is_right(phone, then=phone.page.get_by_role("button", name=words.ALLOW))
    yield "allow reminders"
    yield from _with_push_denied(phone, afterbeam)
    yield from _when_joined(phone, afterbeam)
    yield from _with_refused_settings(phone, afterbeam)
    yield from _without_network(phone, afterbeam)
    yield from _with_the_link_again(phone, patient)


def _with_push_denied(phone: Chromium, afterbeam: Afterbeam) -> Iterator[str]:
    phone.deny(afterbeam.url, "notifications")
    phone.page.get_by_role("button", name=words.ALLOW).click()
    phone.page.get_by_role("heading", name=words.DENIED).wait_for()
    yield "push denied"
    phone.page.get_by_role("button", name=words.WITHOUT).click()
    phone.page.wait_for_url(f"{afterbeam.url}/")


def _when_joined(phone: Chromium, afterbeam: Afterbeam) -> Iterator[str]:
    _open(phone, f"{afterbeam.url}/")
    yield "today"
    for name in ("plan", "settings", "help", "progress"):
        _open(phone, f"{afterbeam.url}/{name}")
        yield name


def _with_refused_settings(phone: Chromium, afterbeam: Afterbeam) -> Iterator[str]:
    _open(phone, f"{afterbeam.url}/settings")
    refuse_settings(phone)
    yield "settings refused"


def refuse_settings(phone: Chromium) -> None:
    """On Settings: ask for quiet hours that the server does not allow, and see it say so."""
    phone.page.get_by_label(words.QUIET_FROM).fill(TOO_QUIET_FROM)
    phone.page.get_by_role("button", name=words.SAVE).click()
    phone.page.get_by_role("heading", name=words.REFUSED).wait_for()


def check_in_screens(phone: Chromium, afterbeam: Afterbeam) -> Iterator[str]:
    """Every screen of a check-in, as `every_screen`. The phone must have joined, two days after it."""
    open_check_in(phone, afterbeam)
    yield "check-in"
    yield from _check_in(phone, words.BETTER, words.NONE, signs=(), then=words.EXPECTED)
    open_today(phone, afterbeam)
    yield "today after a check-in"
    phone.page.get_by_role("link", name=words.CHECK_IN).first.click()
    yield from _check_in(phone, words.WORSE, words.DONE, signs=(words.FEVER,), then=words.CALL_TODAY)
    _say_how_strong(phone)
    open_today(phone, afterbeam)
    yield "today with a call"
    phone.page.get_by_role("link", name=words.PROGRESS).click()
    phone.page.get_by_role("img").first.wait_for()
    yield "progress with check-ins"
    phone.page.get_by_role("link", name=words.WRONG).click()
    phone.page.get_by_role("heading", name=words.WRONG).wait_for()
    yield "all danger signs"
    phone.page.get_by_text(words.SELF_HARM).click()
    phone.page.wait_for_timeout(CALM_MS)
    phone.page.get_by_role("button", name=words.DONE).click()
    phone.page.get_by_role("heading", name=words.CRISIS).wait_for()
    yield "check-in emergency"


def _check_in(phone: Chromium, mood: str, finish: str, *, signs: tuple[str, ...], then: str) -> Iterator[str]:
    page = phone.page
    page.wait_for_timeout(CALM_MS)
    page.get_by_role("button", name=mood).click()
    page.get_by_role("heading", name=words.SIGNS).wait_for()
    for sign in signs:
        page.get_by_text(sign).click()
    yield "check-in signs ticked" if signs else "check-in signs"
    page.wait_for_timeout(CALM_MS)
    page.get_by_role("button", name=finish).click()
    page.get_by_role("heading", name=then).wait_for()
    yield "check-in call today" if signs else "check-in expected"


def _say_how_strong(phone: Chromium) -> None:
    """Answer the details that stand below the card: each graded question moderate, pain 4."""
    page = phone.page
    page.get_by_role("radio", name="4", exact=True).check()
    for answer in page.get_by_role("radio", name=words.MODERATE).all():
        answer.check()
    page.get_by_role("button", name=words.SAVE_DETAILS).click()
    page.get_by_role("button", name=words.SAVE_DETAILS).wait_for(state="detached")


def screens_without_push(phone: Chromium, patient: Enrolled) -> Iterator[str]:
    """As `every_screen`, in a browser that has no push. The phone must be fresh."""
    phone.context.add_init_script(_NO_PUSH)
    open_join_link(phone, patient)
    _say_it_is_right(phone, then=phone.page.get_by_role("heading", name=words.UNSUPPORTED))
    yield "push unsupported"


def iphone_screens(phone: Chromium, patient: Enrolled) -> Iterator[str]:
    """As `every_screen`, in what says it is Safari on an iPhone. The phone must be fresh."""
    phone.context.add_init_script(_NO_PUSH)
    phone.context.add_init_script(_NO_OFFER)
    session = phone.context.new_cdp_session(phone.page)
    session.send("Emulation.setUserAgentOverride", {"userAgent": _IPHONE})
    open_join_link(phone, patient)
    phone.page.get_by_role("button", name=words.RIGHT).click()
    phone.page.get_by_role("heading", name=words.INSTALL).wait_for()
    yield "iphone install"
    phone.page.get_by_role("button", name=words.STAY).click()
    phone.page.get_by_role("heading", name=words.HOME_FIRST).wait_for()
    yield "iphone not installed"


def _without_network(phone: Chromium, afterbeam: Afterbeam) -> Iterator[str]:
    phone.wait_for_worker()
    phone.go_offline()
    open_today(phone, afterbeam)
    yield "today offline"
    phone.go_online()


def _with_the_link_again(phone: Chromium, patient: Enrolled) -> Iterator[str]:
    phone.page.goto(patient.join_url)
    phone.page.get_by_role("heading", name=words.HAS_PLAN).wait_for()
    yield "phone has a plan"
    phone.page.get_by_role("button", name=words.USE_NEW).click()
    phone.page.get_by_role("heading", name=words.PROBLEM).wait_for()
    yield "link already used"


def _open(phone: Chromium, address: str) -> None:
    phone.page.goto(address)
    phone.page.get_by_role("heading", level=1).wait_for()


def _say_it_is_right(phone: Chromium, then: Locator) -> None:
    """Yes, and past the offer to install, which Chromium makes when it likes."""
    phone.page.get_by_role("button", name=words.RIGHT).click()
    not_now = phone.page.get_by_role("button", name=words.NOT_NOW)
    then.or_(not_now).wait_for()
    if not_now.is_visible():
        not_now.click()
    then.wait_for()
