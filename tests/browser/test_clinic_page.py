"""The clinic page in Debian's Chromium: sign in, enrol, hand over the code, see the phone join."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from io import BytesIO
from typing import Any

import pytest
import segno
from PIL import Image
from playwright.sync_api import Locator, Page, Playwright, Route, expect

from tests.browser.views import FEW, View, faults_in, in_views
from tests.support.chromium import Chromium, Scheme
from tests.support.processes import Afterbeam, create_clinic

EMAIL = "alice@lakeside.example"
OTHER_EMAIL = "bob@lakeside.example"
QUIET_ZONE = 4
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 26_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/26.1 Mobile/15E148 Safari/604.1"
)


@dataclass(frozen=True, slots=True)
class Desk:
    """A browser at the clinic's front desk."""

    chromium: Chromium
    address: str
    passwords: dict[str, str]

    @property
    def page(self) -> Page:
        return self.chromium.page

    def sign_in(self, email: str = EMAIL, password: str | None = None) -> None:
        self.page.get_by_label("E-mail").fill(email)
        self.page.get_by_label("Password").fill(password or self.passwords[email])
        self.page.get_by_role("button", name="Sign in").click()

    def fill(self, first_name: str) -> None:
        self.page.get_by_label("Procedure").select_option("vascular")
        self.page.get_by_label("Kind").select_option("pdl")
        self.page.get_by_label("Treated area").select_option("full_face")
        self.page.get_by_label("First name").fill(first_name)

    def enrol(self, first_name: str) -> str:
        """Enrols and returns the join link on the screen."""
        self.fill(first_name)
        self.page.get_by_role("button", name="Enrol and show the code").click()
        self.code_of(first_name).wait_for()
        return self.card_of(first_name).get_by_role("textbox", name="Link").input_value()

    def card_of(self, first_name: str) -> Locator:
        return self.page.get_by_role("article", name=first_name)

    def code_of(self, first_name: str) -> Locator:
        return self.card_of(first_name).get_by_role("img", name="QR code")

    def row_of(self, first_name: str) -> Locator:
        has_name = self.page.get_by_role("heading", name=first_name, exact=True)
        return self.page.locator(".patient").filter(has=has_name)

    def overview(self) -> dict[str, Any]:
        answer: dict[str, Any] = self.page.evaluate("fetch('/api/v1/clinic/overview').then((a) => a.json())")
        return answer


@dataclass(frozen=True, slots=True)
class ApiPhone:
    """A phone that speaks to the API as the patient app does."""

    playwright: Playwright
    address: str

    def post(self, path: str, body: dict[str, Any], token: str | None = None) -> Any:
        headers = {"Origin": self.address, "Content-Type": "application/json"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        request = self.playwright.request.new_context(base_url=self.address, user_agent=IPHONE)
        try:
            answer = request.post(f"/api/v1/{path}", headers=headers, data=json.dumps(body))
            assert answer.ok, answer.text()
            return answer.json() if answer.body() else None
        finally:
            request.dispose()

    def open_link(self, join_url: str) -> str:
        """Uses the link up; returns the phone's own token."""
        answer = self.post("join", {"token": join_url.partition("#t=")[2]})
        return str(answer["device_token"])

    def say_it_is_right(self, token: str) -> None:
        self.post("join/answer", {"right": True}, token)


@pytest.fixture(scope="module")
def passwords(afterbeam: Afterbeam) -> dict[str, str]:
    """Alice and Bob work at Lakeside, which has no patients: e-mail -> password."""
    clinic = create_clinic(afterbeam, zone="Europe/London")
    people = {EMAIL: "Alice", OTHER_EMAIL: "Bob"}
    return {
        email: afterbeam.run_json("staff", "add", email, "--clinic", clinic, "--name", name)["password"]
        for email, name in people.items()
    }


@pytest.fixture(scope="module")
def browser(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    """One browser for all, far from the clinic's zone."""
    profile = tmp_path_factory.mktemp("desk")
    with Chromium.launch(playwright, profile, width=1280, zone="Asia/Tokyo") as chromium:
        yield chromium


@pytest.fixture
def open_desk(browser: Chromium, afterbeam: Afterbeam, passwords: dict[str, str]) -> Iterator[Desk]:
    """The clinic page in a tab of its own, with nobody signed in."""
    browser.context.clear_cookies()
    browser.go_online()
    page = browser.context.new_page()
    page.clock.install()
    page.goto(f"{afterbeam.url}/clinic")
    page.get_by_role("heading", name="Clinic sign-in").wait_for()
    yield Desk(replace(browser, page=page), afterbeam.url, passwords)
    page.close()
    assert browser.policy_violations + browser.uncaught_errors == []


@pytest.fixture
def desk(open_desk: Desk) -> Desk:
    """The clinic page with Alice signed in."""
    open_desk.sign_in()
    open_desk.page.get_by_role("heading", name="Enrol a patient").wait_for()
    return open_desk


@pytest.fixture
def phone(playwright: Playwright, afterbeam: Afterbeam) -> ApiPhone:
    return ApiPhone(playwright, afterbeam.url)


def test_an_empty_clinic_is_told_what_comes_next(desk: Desk) -> None:
    desk.page.get_by_text("Nobody is enrolled yet.").wait_for()
    desk.page.get_by_text("Trial: protocols not approved by a clinician.").wait_for()

    assert _faults(desk) == []


def test_a_wrong_password_is_refused_in_words_and_the_email_stays(open_desk: Desk) -> None:
    open_desk.sign_in(password="not the password at all")

    open_desk.page.get_by_text("The e-mail address or the password is not right.").wait_for()
    expect(open_desk.page.get_by_label("E-mail")).to_have_value(EMAIL)
    expect(open_desk.page.get_by_label("Password")).to_be_focused()
    assert _faults(open_desk) == []


def test_too_many_tries_are_answered_with_how_long_to_wait(open_desk: Desk) -> None:
    tries = """async (email) => { for (let at = 0; at < 10; at += 1) await fetch("/api/v1/clinic/session",
      {method: "POST", headers: {"Content-Type": "application/json"},
       body: JSON.stringify({email, password: "not the password at all"})}) }"""
    open_desk.page.evaluate(tries, "nobody@lakeside.example")

    open_desk.sign_in("nobody@lakeside.example", "not the password at all")

    open_desk.page.get_by_text("Too many tries. Wait 15 minutes").wait_for()


def test_what_is_missing_is_named_and_takes_the_focus(desk: Desk) -> None:
    desk.page.get_by_role("button", name="Enrol and show the code").click()

    desk.page.get_by_text("Choose the procedure.").wait_for()
    desk.page.get_by_text("Type the first name.").wait_for()
    expect(desk.page.get_by_label("Procedure")).to_be_focused()


def test_a_form_sent_twice_enrols_once(desk: Desk) -> None:
    before = len(desk.overview()["patients"])
    desk.fill("Berta")

    desk.page.get_by_role("button", name="Enrol and show the code").dblclick()
    desk.code_of("Berta").wait_for()

    assert len(desk.overview()["patients"]) == before + 1


def test_a_try_after_a_lost_answer_enrols_once_with_what_was_prescribed(desk: Desk) -> None:
    before = len(desk.overview()["patients"])
    desk.page.get_by_label("Procedure").select_option("co2_full")
    desk.page.get_by_label("Treated area").select_option("full_face")
    desk.page.get_by_label("Antiviral tablets").check()
    desk.page.get_by_label("First name").fill("Bruno")
    sent: list[dict[str, Any]] = []

    def lose(route: Route) -> None:
        sent.append(route.request.post_data_json or {})
        route.fetch()
        route.abort()

    desk.page.route("**/api/v1/clinic/patients", lose, times=1)
    desk.page.get_by_role("button", name="Enrol and show the code").click()
    desk.page.get_by_text("Try again: Bruno is not enrolled twice.").wait_for()
    desk.page.get_by_role("button", name="Enrol and show the code").click()
    desk.code_of("Bruno").wait_for()

    assert len(desk.overview()["patients"]) == before + 1
    assert sent[0]["prescribed"] == ["antiviral"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_code_on_the_screen_is_the_join_link(desk: Desk, scheme: Scheme) -> None:
    """Pixel by pixel, dark on white in dark mode too, with four white modules on every side."""
    desk.page.emulate_media(color_scheme=scheme)
    join_url = desk.enrol("Carla")

    assert join_url.startswith(f"{desk.address}/join#t=")
    expected = segno.make(join_url, error="m", micro=False)
    desk.row_of("Carla").first.wait_for()
    assert _modules(_settled_picture(desk.code_of("Carla")), _side_of(desk.code_of("Carla"))) == [
        [bool(dark) for dark in row] for row in expected.matrix_iter(border=QUIET_ZONE)
    ]


def test_the_card_and_the_list_follow_the_phone(desk: Desk, phone: ApiPhone) -> None:
    token = phone.open_link(desk.enrol("Dora"))
    desk.card_of("Dora").get_by_text("Open in Safari on iPhone, not confirmed").wait_for()
    expect(desk.code_of("Dora")).to_have_count(0)  # used up, so nobody scans it in vain

    phone.say_it_is_right(token)

    desk.card_of("Dora").get_by_text("Reminders not on yet").wait_for()
    expect(desk.row_of("Dora")).to_contain_text("with Safari on iPhone")
    expect(desk.row_of("Dora")).to_contain_text("Reminders off")
    expect(desk.page.get_by_role("status").filter(has_text="Dora has joined.")).to_have_count(1)


def test_several_patients_join_at_once_each_with_a_code(desk: Desk, phone: ApiPhone) -> None:
    first = desk.enrol("Edda")
    second = desk.enrol("Frida")
    phone.say_it_is_right(phone.open_link(first))

    desk.card_of("Edda").get_by_text("Reminders not on yet").wait_for()
    expect(desk.code_of("Frida")).to_be_visible()
    assert first != second


def test_a_new_code_replaces_the_old_link(desk: Desk, phone: ApiPhone) -> None:
    old = desk.enrol("Greta")
    desk.card_of("Greta").get_by_role("button", name="New code").click()
    link = desk.card_of("Greta").get_by_role("textbox", name="Link")
    expect(link).not_to_have_value(old)

    with pytest.raises(AssertionError, match="join_not_usable"):
        phone.open_link(old)
    phone.open_link(link.input_value())


def test_an_ended_session_keeps_what_was_typed(desk: Desk) -> None:
    desk.fill("Half typed")
    desk.chromium.context.clear_cookies()

    desk.page.get_by_text("You were signed out.").wait_for()
    expect(desk.page.get_by_label("E-mail")).to_have_value(EMAIL)
    desk.sign_in()

    expect(desk.page.get_by_label("First name")).to_have_value("Half typed")
    expect(desk.page.get_by_label("Kind")).to_have_value("pdl")


def test_the_next_person_sees_nothing_of_the_one_before(desk: Desk) -> None:
    desk.enrol("Hanna")
    desk.fill("Half typed")
    desk.chromium.context.clear_cookies()
    desk.page.get_by_text("You were signed out.").wait_for()

    desk.sign_in(OTHER_EMAIL)

    desk.page.get_by_text("Bob").wait_for()
    expect(desk.page.get_by_label("First name")).to_have_value("")
    expect(desk.code_of("Hanna")).to_have_count(0)


def test_signing_out_leaves_nothing_on_the_screen(desk: Desk) -> None:
    desk.enrol("Ida")
    desk.page.get_by_role("button", name="Sign out").click()

    desk.page.get_by_role("heading", name="Clinic sign-in").wait_for()
    expect(desk.page.get_by_label("E-mail")).to_have_value("")
    assert "Ida" not in desk.page.content()
    desk.page.reload()
    desk.page.get_by_role("heading", name="Clinic sign-in").wait_for()


def test_a_minute_without_news_is_said_and_taken_back(desk: Desk) -> None:
    banner = desk.page.get_by_text("No news since")
    desk.page.get_by_text("Last check").wait_for()
    desk.chromium.go_offline()

    desk.page.clock.fast_forward(55_000)
    expect(banner).to_have_count(0)
    desk.page.clock.fast_forward(10_000)
    expect(banner).to_be_visible()

    desk.chromium.go_online()
    desk.page.get_by_role("button", name="Try now").click()
    expect(banner).to_have_count(0)


def test_the_typed_code_runs_out_in_view(desk: Desk) -> None:
    desk.enrol("Jana")
    expect(desk.card_of("Jana").get_by_role("timer")).to_contain_text("Works for 29:")

    desk.page.clock.fast_forward("31:00")

    desk.card_of("Jana").get_by_text("The typed code has run out.").wait_for()


@in_views
def test_no_state_of_the_page_has_a_fault(desk: Desk, phone: ApiPhone, views: tuple[View, ...]) -> None:
    """Nothing for axe, no sideways scroll, no small target."""
    desk.page.get_by_label("Procedure").select_option("co2_full")
    desk.page.get_by_label("At another time").check()
    desk.page.get_by_role("button", name="Enrol and show the code").click()
    faults = _faults(desk, views)
    desk.page.get_by_label("Now").check()
    desk.enrol("Kira")
    join_url = desk.enrol("Lena")
    faults += _faults(desk, views)
    phone.say_it_is_right(phone.open_link(join_url))
    desk.card_of("Lena").get_by_text("Reminders not on yet").wait_for()
    faults += _faults(desk, views)
    assert faults == []


def _faults(desk: Desk, views: tuple[View, ...] = FEW) -> list[str]:
    return list(faults_in(desk.chromium, views, _SMALL_TARGETS))


# The target of what is picked is the label around it.
_SMALL_TARGETS = """[...document.querySelectorAll("a, button, select, .pick, input:not(.pick > *)")]
  .map((it) => [it, it.getBoundingClientRect()])
  .filter(([, box]) => box.width && (box.width < 44 || box.height < 44))
  .map(([it, box]) => `target of ${box.width} x ${box.height} px: ${it.outerHTML.slice(0, 80)}`)"""


def _side_of(code: Locator) -> int:
    """Modules on a side of a QR code, quiet zone included."""
    return int(str(code.get_attribute("viewBox")).split()[2])


def _settled_picture(code: Locator) -> Image.Image:
    """The QR code once two pictures of it are the same: the list that just grew may still move it."""
    last, picture = b"", code.screenshot()
    while last != picture:
        last, picture = picture, code.screenshot()
    return Image.open(BytesIO(picture)).convert("RGB")


def _modules(picture: Image.Image, side: int) -> list[list[bool]]:
    """What a camera sees of a QR code: True where the middle of a module is black, white elsewhere."""
    step = picture.width / side
    middles = [int((at + 0.5) * step) for at in range(side)]
    return [[_is_black(picture, x, y) for x in middles] for y in middles]


def _is_black(picture: Image.Image, x: int, y: int) -> bool:
    colour = picture.getpixel((x, y))
    assert colour in ((0, 0, 0), (255, 255, 255)), f"{colour} at {x},{y}"
    return colour == (0, 0, 0)
