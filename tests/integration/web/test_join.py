"""A phone joins: the link, the code, "is this right?", and what is never stored."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from http.cookies import SimpleCookie
from urllib.parse import urlsplit

import pytest
from werkzeug.test import TestResponse

from pwa.services.enrolment import Enrolled
from pwa.services.joining import CODE_LIFE, TOKEN_LIFE, TRIES_PER_PHONE, invite, join_url
from pwa.services.tokens import hash_token
from pwa.store.scope import in_clinic
from pwa.web.app import create_app
from pwa.web.auth import DEVICE_COOKIE
from pwa.web.units import db
from tests.support.web import Phone, World

JOIN = "/api/v1/join"
ONE_SENTENCE = "This link or code does not work any more. Ask your clinic for a new one."


def _by_token(phone: Phone, enrolled: Enrolled) -> TestResponse:
    return phone.post(JOIN, {"token": enrolled.invitation.token})


def _assert_refused(answer: TestResponse) -> None:
    assert answer.status_code == 410
    assert answer.mimetype == "application/problem+json"
    assert answer.get_json()["detail"] == ONE_SENTENCE
    assert answer.get_json()["code"] == "join_not_usable"
    assert "Set-Cookie" not in answer.headers


def test_the_token_is_in_the_fragment_of_the_link_and_nowhere_else(world: World) -> None:
    invitation = world.enrol(world.lakeside, "Alice").invitation

    url = urlsplit(join_url("https://care.example", invitation))

    assert (url.path, url.query) == ("/join", "")
    assert url.fragment == f"t={invitation.token}"


def test_a_token_has_256_bits(world: World) -> None:
    tokens = {world.enrol(world.lakeside, "Alice").invitation.token for _ in range(3)}
    assert len(tokens) == 3
    assert all(len(token) == 43 for token in tokens)


def test_a_post_uses_the_link_up_and_says_whose_treatment_it_is(world: World) -> None:
    answer = _by_token(world.phone(), world.enrol(world.lakeside, "Alice"))

    assert answer.status_code == 200
    told = answer.get_json()
    assert told["first_name"] == "Alice"
    assert told["clinic_name"] == "Lakeside Skin Clinic"
    assert told["treated_on"] == "2026-07-15"
    assert told["procedure_name"]
    [join] = world.rows("joins")
    assert str(join["device_id"]) == told["device_id"]


def test_looking_at_the_link_a_hundred_times_uses_nothing_up(world: World) -> None:
    alice = world.enrol(world.lakeside, "Alice")
    scanner = world.phone("192.0.2.200")
    before = world.dump()

    for method in ("GET", "HEAD"):
        for _ in range(50):
            assert scanner.ask(method, "/join").status_code in (200, 404)  # 404: no front end built here
            assert scanner.ask(method, JOIN).status_code == 405
            assert scanner.ask(method, f"/join?t={alice.invitation.token}").status_code in (200, 404)

    assert world.dump() == before
    assert _by_token(world.phone(), alice).status_code == 200


def test_a_link_works_once(world: World) -> None:
    alice = world.enrol(world.lakeside, "Alice")
    assert _by_token(world.phone(), alice).status_code == 200
    before = world.dump()

    _assert_refused(_by_token(world.phone("192.0.2.9"), alice))
    assert world.dump() == before


@pytest.mark.parametrize("wrong", ["x" * 43, "A" * 20])
def test_an_unknown_token_is_refused_like_a_used_one(world: World, wrong: str) -> None:
    _assert_refused(world.phone().post(JOIN, {"token": wrong}))


def test_an_expired_link_is_refused_like_a_used_one(world: World) -> None:
    alice = world.enrol(world.lakeside, "Alice")
    world.clock.move(TOKEN_LIFE - timedelta(seconds=1))
    bob = world.enrol(world.lakeside, "Bob")
    world.clock.move(timedelta(seconds=1))

    _assert_refused(_by_token(world.phone(), alice))
    assert _by_token(world.phone(), bob).status_code == 200


def test_a_new_invitation_ends_the_one_before(world: World) -> None:
    alice = world.enrol(world.lakeside, "Alice")
    with world.house.database.write() as session:
        scope = in_clinic(session, world.lakeside.id)
        newer = invite(scope, world.house.keys, alice.patient_id, world.house.now())

    _assert_refused(_by_token(world.phone(), alice))
    _assert_refused(world.phone().post(JOIN, {"code": alice.invitation.code}))
    assert world.phone().post(JOIN, {"token": newer.token}).status_code == 200


def test_of_fifty_phones_with_one_link_exactly_one_gets_in(either_world: World) -> None:
    world = either_world
    alice = world.enrol(world.lakeside, "Alice")

    def one_of_many(number: int) -> int:
        return _by_token(world.phone(f"10.0.0.{number}"), alice).status_code

    with ThreadPoolExecutor(50) as crowd:
        statuses = sorted(crowd.map(one_of_many, range(50)))

    assert statuses == [200] + [410] * 49
    assert len(world.rows("devices")) == 1
    assert len(world.rows("device_credentials")) == 2


@pytest.mark.parametrize(
    "typed",
    [
        lambda code: code,
        str.lower,
        lambda code: f"  {code[:4]}  {code[5:]} ",
        lambda code: code.replace("-", "").replace("0", "o").replace("1", "l"),
        lambda code: code.replace("0", "O").replace("1", "I"),
    ],
)
def test_a_code_is_read_as_people_type_it(world: World, typed: object) -> None:
    assert callable(typed)
    alice = world.enrol(world.lakeside, "Alice")
    assert world.phone().post(JOIN, {"code": typed(alice.invitation.code)}).status_code == 200


def test_a_code_lives_for_half_an_hour_only(world: World) -> None:
    alice = world.enrol(world.lakeside, "Alice")
    world.clock.move(CODE_LIFE)

    _assert_refused(world.phone().post(JOIN, {"code": alice.invitation.code}))
    assert _by_token(world.phone(), alice).status_code == 200


def test_code_and_link_are_one_invitation(world: World) -> None:
    alice = world.enrol(world.lakeside, "Alice")
    assert world.phone().post(JOIN, {"code": alice.invitation.code}).status_code == 200
    _assert_refused(_by_token(world.phone(), alice))


def test_after_ten_wrong_codes_not_even_the_right_one_is_looked_at(either_world: World) -> None:
    world = either_world
    alice = world.enrol(world.lakeside, "Alice")
    second_app = create_app(world.house)  # another process of the same server counts the same tries
    try:
        statuses = []
        for number in range(TRIES_PER_PHONE):
            app = (world.app, second_app)[number % 2]
            forged = {"X-Forwarded-For": f"10.1.1.{number}", "Forwarded": f"for=10.1.1.{number}"}
            phone = Phone(app.test_client(), "198.51.100.66")
            body = {"code": f"WR0NG{number:03}"}
            statuses.append(phone.ask("POST", JOIN, body, {**forged, "X-Real-IP": "10.2.2.2"}).status_code)
        assert statuses == [410] * TRIES_PER_PHONE

        for app in (world.app, second_app):
            blocked = Phone(app.test_client(), "198.51.100.66").post(JOIN, {"code": alice.invitation.code})
            assert blocked.status_code == 429
            assert blocked.get_json()["detail"] == "Too many tries. Wait a few minutes and try again."
    finally:
        with second_app.app_context():
            db.engine.dispose()
    assert world.rows("devices") == []
    # Another phone, and the link itself, which nobody can guess, are not held up by it.
    assert world.phone("198.51.100.67").post(JOIN, {"code": "WR0NG999"}).status_code == 410
    assert _by_token(world.phone("198.51.100.66"), alice).status_code == 200


def test_tries_are_forgotten_after_a_quarter_of_an_hour(world: World) -> None:
    phone = world.phone()
    for _ in range(TRIES_PER_PHONE + 1):
        last = phone.post(JOIN, {"code": "WRONG000"}).status_code
    assert last == 429
    world.clock.move(timedelta(minutes=15))
    alice = world.enrol(world.lakeside, "Alice")
    assert phone.post(JOIN, {"code": alice.invitation.code}).status_code == 200


@pytest.mark.parametrize(
    "body",
    [{}, {"token": "x" * 43, "code": "ABCD-EFGH"}, {"token": 5}, {"code": ["ABCD"]}, {"tokn": "x" * 43}, []],
)
def test_a_join_names_exactly_one_of_link_and_code(world: World, body: object) -> None:
    answer = world.phone().post(JOIN, body)
    assert answer.status_code == 422
    assert answer.mimetype == "application/problem+json"


def test_saying_that_it_is_not_right_takes_the_phone_out(world: World) -> None:
    alice = world.enrol(world.lakeside, "Alice")
    phone = world.phone()
    token = _by_token(phone, alice).get_json()["device_token"]
    cookie = phone.cookie()
    assert cookie

    answer = phone.post("/api/v1/join/answer", {"right": False})

    assert answer.status_code == 204
    assert phone.cookie() is None
    stranger = world.phone()
    stranger.http.set_cookie(DEVICE_COOKIE, cookie)
    assert stranger.get("/api/v1/bundle").status_code == 401
    bearer = {"Authorization": f"Bearer {token}"}
    assert world.phone().get("/api/v1/bundle", bearer).status_code == 401
    assert world.rows("device_credentials") == []
    [device] = world.rows("devices")
    assert device["state"] == "revoked"
    assert [row["act"] for row in world.rows("audit_entries")][-1] == "patient.join_denied"
    [patient] = world.rows("patients")
    assert patient["state"] == "enrolled"
    _assert_refused(_by_token(world.phone(), alice))


def test_saying_that_it_is_right_is_kept(world: World) -> None:
    world.patient("Alice")
    [device] = world.rows("devices")
    assert device["confirmed_at"] is not None
    [patient] = world.rows("patients")
    assert patient["state"] == "joined"


def test_the_cookie_is_for_this_host_and_out_of_reach_of_scripts(world: World) -> None:
    answer = _by_token(world.phone(), world.enrol(world.lakeside, "Alice"))

    [header] = answer.headers.getlist("Set-Cookie")
    cookie = SimpleCookie(header)["__Host-afterbeam"]

    assert header.startswith("__Host-afterbeam=")
    assert (cookie["secure"], cookie["httponly"], cookie["samesite"]) == (True, True, "Lax")
    assert (cookie["path"], cookie["domain"]) == ("/", "")
    assert len(cookie.value) == 43
    assert cookie.value != answer.get_json()["device_token"]


def test_a_lost_cookie_is_replaced_by_the_device_token(world: World) -> None:
    alice = world.patient("Alice")
    alice.http.delete_cookie(DEVICE_COOKIE)
    assert alice.get("/api/v1/bundle").status_code == 401
    assert alice.get("/api/v1/bundle", {"Authorization": f"Bearer {alice.token}"}).status_code == 200
    assert alice.get("/api/v1/bundle", {"Authorization": f"Basic {alice.token}"}).status_code == 401


def test_only_hashes_of_secrets_reach_the_disk(world: World) -> None:
    alice = world.enrol(world.lakeside, "Alice")
    phone = world.phone()
    device_token = _by_token(phone, alice).get_json()["device_token"]
    code = alice.invitation.code

    disk = world.files()

    for secret in (alice.invitation.token, code, code.replace("-", ""), device_token, phone.cookie() or ""):
        assert secret
        assert secret.encode() not in disk
    assert hash_token(alice.invitation.token) in disk


def test_a_phone_that_leaves_is_out_at_once(world: World) -> None:
    alice = world.patient("Alice")
    assert alice.ask("DELETE", "/api/v1/device").status_code == 204
    assert alice.get("/api/v1/bundle", {"Authorization": f"Bearer {alice.token}"}).status_code == 401
    assert [row["act"] for row in world.rows("audit_entries")][-1] == "patient.leave"
    [patient] = world.rows("patients")
    assert patient["state"] == "enrolled"


def test_every_act_of_joining_is_audited_in_its_own_transaction(world: World) -> None:
    alice = world.patient("Alice")
    alice.ask("DELETE", "/api/v1/device")
    acts = [(row["actor_kind"], row["act"]) for row in world.rows("audit_entries")]
    assert acts[-3:] == [
        ("operator", "patient.enrol"),
        ("device", "patient.join"),
        ("device", "patient.leave"),
    ]
