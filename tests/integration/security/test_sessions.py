"""Staff sign in: sessions on the server, ended at once, and passwords that cannot be tried at will."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from http.cookies import SimpleCookie
from uuid import UUID

import pytest
from werkzeug.test import TestResponse

from pwa.services import staffing
from pwa.services.staffing import (
    SESSION_IDLE,
    SESSION_LIFE,
    TRIES_OF_ALL,
    TRIES_PER_ACCOUNT,
    TRIES_PER_ADDRESS,
)
from pwa.services.tokens import hash_token
from pwa.web.app import create_app
from pwa.web.auth import STAFF_COOKIE
from pwa.web.units import db
from tests.integration.security.people import disable, end_membership
from tests.support.web import PASSWORD, Phone, World

SESSION = "/api/v1/clinic/session"
OVERVIEW = "/api/v1/clinic/overview"
OLGA = "olga@lakeside.test"


@pytest.fixture
def olga(world: World) -> UUID:
    return world.add_staff(world.lakeside, OLGA)


def _sign_in(phone: Phone, email: str = OLGA, password: str = PASSWORD) -> TestResponse:
    return phone.post(SESSION, {"email": email, "password": password})


def test_signing_in_lets_in_and_only_a_hash_is_kept(world: World, olga: UUID) -> None:
    browser = world.phone()
    answer = _sign_in(browser, OLGA.upper())

    assert answer.status_code == 204
    [header] = answer.headers.getlist("Set-Cookie")
    cookie = SimpleCookie(header)["__Host-afterbeam-staff"]
    assert (cookie["secure"], cookie["httponly"], cookie["samesite"]) == (True, True, "Lax")
    assert (cookie["path"], cookie["domain"]) == ("/", "")
    told = browser.get(OVERVIEW).get_json()
    assert told["person"] == {"name": "Olga", "role": "owner"}
    disk = world.files()
    assert cookie.value.encode() not in disk
    assert hash_token(cookie.value) in disk
    assert PASSWORD.encode() not in disk


def test_a_session_id_given_before_signing_in_is_worth_nothing_after(world: World, olga: UUID) -> None:
    browser = world.phone()
    browser.http.set_cookie(STAFF_COOKIE, "fixed-by-somebody-else")
    assert _sign_in(browser).status_code == 204
    assert browser.cookie(STAFF_COOKIE) != "fixed-by-somebody-else"
    thief = world.phone()
    thief.http.set_cookie(STAFF_COOKIE, "fixed-by-somebody-else")
    assert thief.get(OVERVIEW).status_code == 401


def test_signing_in_again_ends_the_session_before(world: World, olga: UUID) -> None:
    browser = world.phone()
    _sign_in(browser)
    copied = world.phone()
    copied.http.set_cookie(STAFF_COOKIE, browser.cookie(STAFF_COOKIE) or "")
    assert copied.get(OVERVIEW).status_code == 200

    _sign_in(browser)

    assert copied.get(OVERVIEW).status_code == 401
    assert browser.get(OVERVIEW).status_code == 200


def test_signing_out_kills_a_copied_cookie(world: World, olga: UUID) -> None:
    browser = world.signed_in(OLGA)
    copied = world.phone()
    copied.http.set_cookie(STAFF_COOKIE, browser.cookie(STAFF_COOKIE) or "")

    assert browser.ask("DELETE", SESSION).status_code == 204

    assert browser.cookie(STAFF_COOKIE) is None
    assert copied.get(OVERVIEW).status_code == 401
    assert [row["act"] for row in world.rows("audit_entries")][-2:] == ["staff.sign_in", "staff.sign_out"]


def test_a_session_falls_idle_after_an_hour_in_which_nobody_did_anything(world: World, olga: UUID) -> None:
    browser = world.signed_in(OLGA)
    world.clock.move(SESSION_IDLE - timedelta(seconds=1))
    assert _does_something(browser) == 422
    world.clock.move(SESSION_IDLE - timedelta(seconds=1))
    # The page asks by itself every few seconds, whether anybody sits there or not.
    assert browser.get(OVERVIEW).status_code == 200
    world.clock.move(timedelta(seconds=1))
    assert browser.get(OVERVIEW).status_code == 401


def test_a_session_ends_after_twelve_hours_of_use(world: World, olga: UUID) -> None:
    browser = world.signed_in(OLGA)
    started = world.clock.wall
    while world.clock.wall + timedelta(minutes=45) < started + SESSION_LIFE:
        world.clock.move(timedelta(minutes=45))
        assert _does_something(browser) == 422
    world.clock.wall = started + SESSION_LIFE
    assert _does_something(browser) == 401


def _does_something(browser: Phone) -> int:
    """Try to enrol without saying whom: only somebody signed in is told what is missing."""
    return browser.post("/api/v1/clinic/patients", {}).status_code


@pytest.mark.parametrize("end", [disable, end_membership])
def test_who_is_shut_out_is_out_with_the_next_request(
    world: World, olga: UUID, end: Callable[[World, UUID], None]
) -> None:
    browser = world.signed_in(OLGA)
    assert browser.get(OVERVIEW).status_code == 200

    end(world, olga)

    assert browser.get(OVERVIEW).status_code == 401
    assert (
        browser.post("/api/v1/clinic/patients", {"procedure": "ipl", "first_name": "Eve"}).status_code == 401
    )
    refused = _sign_in(world.phone())
    assert (refused.status_code, refused.get_json()["code"]) == (401, "wrong_sign_in")


def test_every_wrong_sign_in_gets_the_same_answer(world: World, olga: UUID) -> None:
    world.add_staff(world.lakeside, "gone@lakeside.test")
    disable(world, [row["id"] for row in world.rows("staff_accounts")][-1])
    answers = [
        _sign_in(world.phone(), email, password)
        for email, password in (
            (OLGA, "wrong password here"),
            ("nobody@lakeside.test", PASSWORD),
            ("gone@lakeside.test", PASSWORD),
            (OLGA, "x" * 999),
        )
    ]
    assert {one.status_code for one in answers} == {401}
    assert len({one.get_data() for one in answers}) == 1
    assert not [one for one in answers if "Set-Cookie" in one.headers]


class _Counting:
    """The real hasher, which counts its work."""

    def __init__(self) -> None:
        self.real, self.work = staffing._hasher, 0

    def verify(self, password_hash: str, password: str) -> bool:
        self.work += 1
        return bool(self.real.verify(password_hash, password))

    def hash(self, password: str) -> str:
        self.work += 1
        return self.real.hash(password)


def test_a_password_changed_while_it_was_checked_lets_nobody_in(world: World, olga: UUID) -> None:
    with world.house.database.read() as session:
        checked = staffing.check_password(session, OLGA, PASSWORD)
    with world.house.database.write() as session:
        staffing.set_password(session, checked, "another long password")
    with world.house.database.write() as session, pytest.raises(staffing.WrongSignIn):
        staffing.sign_in(session, checked, world.house.now())


def test_an_unknown_account_costs_as_much_work_as_a_known_one(
    world: World, olga: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    counting = _Counting()
    monkeypatch.setattr(staffing, "_hasher", counting)
    staffing._nobodys_hash.cache_clear()
    spent = []
    for email in ("first@nobody.test", OLGA, "nobody@lakeside.test"):
        before = counting.work
        assert _sign_in(world.phone(), email, "wrong password here").status_code == 401
        spent.append(counting.work - before)
    assert spent[1] == spent[2] == 1
    staffing._nobodys_hash.cache_clear()
    before = counting.work
    _sign_in(world.phone(), OLGA, "wrong password here")
    assert counting.work - before == spent[0], "the first of a process costs the same for everybody"


def _count(world: World, email: str, address: str, times: int) -> None:
    """Wrong tries from elsewhere, without the slow part."""
    for _ in range(times):
        with world.house.database.write() as session:
            staffing.count_sign_in_try(session, world.house.keys, email, address, world.house.now())


def test_one_address_can_try_an_account_ten_times_in_all_processes_together(world: World, olga: UUID) -> None:
    _count(world, OLGA, "192.0.2.1", TRIES_PER_ACCOUNT - 1)
    second_app = create_app(world.house)
    try:
        other = Phone(second_app.test_client(), "192.0.2.1")
        assert _sign_in(other, OLGA.title(), "wrong password here").status_code == 401
        for phone in (world.phone("192.0.2.1"), Phone(second_app.test_client(), "192.0.2.1")):
            body = {"email": OLGA, "password": PASSWORD}
            answer = phone.ask("POST", SESSION, body, {"X-Forwarded-For": "10.9.9.9"})
            assert answer.status_code == 429
            assert "Set-Cookie" not in answer.headers
    finally:
        with second_app.app_context():
            db.engine.dispose()
    # Whoever only knows her address has not locked her out.
    assert _sign_in(world.phone("192.0.2.3")).status_code == 204
    world.clock.move(staffing.TRY_WINDOW)
    assert _sign_in(world.phone("192.0.2.1")).status_code == 204


def test_an_account_can_be_tried_a_hundred_times_from_all_addresses_together(
    world: World, olga: UUID
) -> None:
    for number in range(TRIES_OF_ALL // TRIES_PER_ACCOUNT):
        _count(world, OLGA, f"192.0.2.{number}", TRIES_PER_ACCOUNT)
    assert _sign_in(world.phone("192.0.2.200")).status_code == 429


def test_the_owner_still_gets_in_from_where_she_signed_in_lately(world: World, olga: UUID) -> None:
    assert _sign_in(world.phone("192.0.2.200")).status_code == 204
    for number in range(TRIES_OF_ALL // TRIES_PER_ACCOUNT):
        _count(world, OLGA, f"192.0.2.{number}", TRIES_PER_ACCOUNT)
    assert _sign_in(world.phone("192.0.2.201")).status_code == 429
    assert _sign_in(world.phone("192.0.2.200")).status_code == 204

    world.clock.move(staffing.ADDRESS_KNOWN_FOR)
    for number in range(TRIES_OF_ALL // TRIES_PER_ACCOUNT):
        _count(world, OLGA, f"192.0.2.{number}", TRIES_PER_ACCOUNT)
    assert _sign_in(world.phone("192.0.2.200")).status_code == 429


def test_strangers_behind_her_address_do_not_lock_her_out_either(world: World, olga: UUID) -> None:
    assert _sign_in(world.phone("192.0.2.200")).status_code == 204
    for number in range(TRIES_PER_ADDRESS - 1):
        _count(world, f"staff{number}@lakeside.test", "192.0.2.200", 1)
    assert _sign_in(world.phone("192.0.2.200"), "one.more@lakeside.test").status_code == 429
    assert _sign_in(world.phone("192.0.2.200")).status_code == 204


def test_an_address_she_signed_in_from_has_no_more_tries_than_others(world: World, olga: UUID) -> None:
    assert _sign_in(world.phone("192.0.2.200")).status_code == 204
    _count(world, OLGA, "192.0.2.200", TRIES_PER_ACCOUNT)
    assert _sign_in(world.phone("192.0.2.200")).status_code == 429


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("::ffff:192.0.2.1", "::ffff:192.0.2.2", False),
    ],
)
def test_tries_are_counted_by_what_one_person_can_hold(
    world: World, olga: UUID, first: str, second: str, same: bool
) -> None:
    for _ in range(TRIES_PER_ACCOUNT):
        assert _sign_in(world.phone(first), OLGA, "wrong password here").status_code == 401
    assert _sign_in(world.phone(second)).status_code == (429 if same else 204)


def test_an_address_can_try_fifty_times_whatever_accounts_it_names(world: World, olga: UUID) -> None:
    for number in range(TRIES_PER_ADDRESS):
        _count(world, f"staff{number}@lakeside.test", "192.0.2.1", 1)
    blocked = world.phone("192.0.2.1")
    for number in range(3):
        body = {"email": OLGA, "password": PASSWORD}
        forged = {"X-Forwarded-For": f"10.9.9.{number}", "X-Real-IP": f"10.9.9.{number}"}
        assert blocked.ask("POST", SESSION, body, forged).status_code == 429
    assert _sign_in(world.phone("192.0.2.2")).status_code == 204


def test_a_right_password_clears_the_count_of_its_account(world: World, olga: UUID) -> None:
    for _ in range(2):
        _count(world, OLGA, "192.0.2.1", TRIES_PER_ACCOUNT - 1)
        assert _sign_in(world.phone("192.0.2.1")).status_code == 204


def test_a_slow_sign_in_holds_up_no_phone_that_writes(
    world: World, olga: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice = world.patient("Alice")

    class WritesMeanwhile(_Counting):
        def verify(self, password_hash: str, password: str) -> bool:
            alice.sync()  # would wait for the sign-in's transaction for ever
            return super().verify(password_hash, password)

    monkeypatch.setattr(staffing, "_hasher", WritesMeanwhile())
    assert _sign_in(world.phone()).status_code == 204


@pytest.mark.parametrize("email", ["a\x00b@c.test", "nobody@nowhere.test\ud800"])
def test_a_strange_address_is_no_crash(either_world: World, email: str) -> None:
    answer = _sign_in(either_world.phone(), email)
    assert answer.status_code in (401, 422)
    assert answer.mimetype == "application/problem+json"


def test_staff_acts_are_audited(world: World, olga: UUID) -> None:
    browser = world.signed_in(OLGA)
    enrolled = browser.post("/api/v1/clinic/patients", {"procedure": "ipl", "first_name": "Ana"})
    assert enrolled.status_code == 201
    patient_id = enrolled.get_json()["patient_id"]
    assert browser.post(f"/api/v1/clinic/patients/{patient_id}/invitations").status_code == 201
    acts = [
        (row["act"], row["actor_id"], row["object_id"])
        for row in world.rows("audit_entries")
        if row["actor_kind"] == "staff"
    ]
    assert acts == [
        ("staff.sign_in", str(olga), str(olga)),
        ("patient.enrol", str(olga), patient_id),
        ("patient.invite", str(olga), patient_id),
    ]
