"""The answer to a join got lost: the phone that holds the key may ask again, and nobody else."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from werkzeug.test import TestResponse

from pwa.services.enrolment import Enrolled
from pwa.services.joining import AGAIN_AT_MOST, CODE_LIFE, TOKEN_LIFE, TRIES_PER_PHONE, invite
from pwa.services.tokens import hash_token
from pwa.store.scope import in_clinic
from pwa.web.auth import DEVICE_COOKIE
from tests.support.web import Phone, World

JOIN = "/api/v1/join"
KEY, ANOTHER_KEY = "-key-of-the-phone_" + "7" * 25, "-key-of-another_" + "7" * 27

Pass = dict[str, str]


def _link(enrolled: Enrolled) -> Pass:
    return {"token": enrolled.invitation.token}


def _code(enrolled: Enrolled) -> Pass:
    return {"code": enrolled.invitation.code}


def _join(phone: Phone, by: Pass, key: str | None = KEY) -> TestResponse:
    return phone.post(JOIN, by if key is None else {**by, "key": key})


def _joined(phone: Phone, by: Pass) -> str:
    """The device token of a join that must work."""
    answer = _join(phone, by)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    token: str = answer.get_json()["device_token"]
    return token


def _may_answer(world: World, token: str) -> bool:
    """Whether that token lets in a phone that has lost its cookie; without saying anything."""
    asked = world.phone().ask("POST", f"{JOIN}/answer", {}, {"Authorization": f"Bearer {token}"})
    assert asked.status_code in (401, 422)
    return asked.status_code == 422


def _acts(world: World) -> list[str]:
    return [row["act"] for row in world.rows("audit_entries") if row["act"].startswith("patient.join")]


def _assert_refused_and_nothing_changed(world: World, by: Pass, key: str | None = KEY) -> None:
    """Refused by the one sentence that all get, whatever the reason."""
    before, unknown = world.dump(frozenset({"throttles"})), _join(world.phone(), {"token": "x" * 43}, key)
    answer = _join(world.phone("192.0.2.9"), by, key)
    assert (answer.status_code, answer.get_json()) == (410, unknown.get_json())
    assert "Set-Cookie" not in answer.headers
    assert world.dump(frozenset({"throttles"})) == before


@pytest.mark.parametrize("by", [_link, _code])
def test_the_same_pass_with_the_same_key_lets_the_same_device_in_again(
    either_world: World, by: Callable[[Enrolled], Pass]
) -> None:
    world = either_world
    alice = world.enrol(world.lakeside, "Alice")
    lost = _joined(world.phone(), by(alice))
    phone = world.phone()

    answer = _join(phone, by(alice))

    assert answer.status_code == 200
    told = answer.get_json()
    assert told["first_name"] == "Alice"
    [device] = world.rows("devices")
    assert str(device["id"]) == told["device_id"]
    assert told["device_token"] != lost
    assert len(world.rows("device_credentials")) == 2
    assert _acts(world) == ["patient.join", "patient.join_again"]
    assert phone.post(f"{JOIN}/answer", {"right": True}).status_code == 204
    assert phone.bundle()["patient"]["first_name"] == "Alice"


def test_what_the_lost_answer_carried_lets_nobody_in(world: World) -> None:
    alice = world.enrol(world.lakeside, "Alice")
    first = world.phone()
    lost, cookie = _joined(first, _link(alice)), first.cookie()
    assert cookie
    assert _may_answer(world, lost)

    kept = _joined(world.phone(), _link(alice))

    assert not _may_answer(world, lost)
    stranger = world.phone()
    stranger.http.set_cookie(DEVICE_COOKIE, cookie)
    assert stranger.post(f"{JOIN}/answer", {"right": True}).status_code == 401
    assert _may_answer(world, kept)


def test_link_and_code_are_one_invitation_also_when_used_again(world: World) -> None:
    alice = world.enrol(world.lakeside, "Alice")
    _joined(world.phone(), _link(alice))
    _joined(world.phone(), _code(alice))
    assert len(world.rows("devices")) == 1


@pytest.mark.parametrize("key", [ANOTHER_KEY, None])
@pytest.mark.parametrize("by", [_link, _code])
def test_another_key_or_none_is_refused_like_any_used_link(
    either_world: World, by: Callable[[Enrolled], Pass], key: str | None
) -> None:
    alice = either_world.enrol(either_world.lakeside, "Alice")
    _joined(either_world.phone(), by(alice))
    _assert_refused_and_nothing_changed(either_world, by(alice), key)


def test_a_link_that_was_used_without_a_key_is_used_up(world: World) -> None:
    alice = world.enrol(world.lakeside, "Alice")
    assert _join(world.phone(), _link(alice), None).status_code == 200
    for key in (None, KEY):
        _assert_refused_and_nothing_changed(world, _link(alice), key)


@pytest.mark.parametrize("right", [True, False])
def test_once_the_question_is_answered_the_key_opens_nothing(either_world: World, right: bool) -> None:
    world = either_world
    alice, phone = world.enrol(world.lakeside, "Alice"), world.phone()
    _joined(phone, _link(alice))
    assert phone.post(f"{JOIN}/answer", {"right": right}).status_code == 204

    for by in (_link(alice), _code(alice)):
        _assert_refused_and_nothing_changed(world, by)
    assert [row["key_hash"] for row in world.rows("joins")] == [None]


def test_a_phone_that_left_cannot_come_back_by_its_key(world: World) -> None:
    alice, phone = world.enrol(world.lakeside, "Alice"), world.phone()
    _joined(phone, _link(alice))
    assert phone.ask("DELETE", "/api/v1/device").status_code == 204
    _assert_refused_and_nothing_changed(world, _link(alice))


@pytest.mark.parametrize(("by", "life"), [(_link, TOKEN_LIFE), (_code, CODE_LIFE)])
def test_a_pass_can_be_used_again_as_long_as_it_lives_and_no_longer(
    world: World, by: Callable[[Enrolled], Pass], life: timedelta
) -> None:
    alice = world.enrol(world.lakeside, "Alice")
    _joined(world.phone(), by(alice))
    world.clock.move(life - timedelta(seconds=1))
    _joined(world.phone(), by(alice))
    world.clock.move(timedelta(seconds=1))
    _assert_refused_and_nothing_changed(world, by(alice))


def test_a_new_invitation_ends_the_one_before_also_for_its_own_phone(either_world: World) -> None:
    world = either_world
    alice = world.enrol(world.lakeside, "Alice")
    _joined(world.phone(), _link(alice))
    with world.house.database.write() as session:
        invite(in_clinic(session, world.lakeside.id), world.house.keys, alice.patient_id, world.house.now())

    _assert_refused_and_nothing_changed(world, _link(alice))


def test_a_new_invitation_is_a_device_of_its_own_though_the_key_is_the_same(world: World) -> None:
    alice, bob = world.enrol(world.lakeside, "Alice"), world.enrol(world.lakeside, "Bob")
    _joined(world.phone(), _link(alice))
    _joined(world.phone(), _link(bob))
    assert len({row["patient_id"] for row in world.rows("devices")}) == 2


def test_one_phone_that_asks_many_times_at_once_is_one_device_with_one_way_in(either_world: World) -> None:
    world = either_world
    alice = world.enrol(world.lakeside, "Alice")

    with ThreadPoolExecutor(12) as crowd:
        tokens = list(crowd.map(lambda _: _joined(world.phone(), _link(alice)), range(12)))

    assert len(world.rows("devices")) == 1
    assert len(world.rows("device_credentials")) == 2
    assert [_may_answer(world, token) for token in tokens].count(True) == 1
    assert sorted(_acts(world)) == ["patient.join", *["patient.join_again"] * 11]


def test_a_code_is_counted_again_each_time_it_is_typed(world: World) -> None:
    alice = world.enrol(world.lakeside, "Alice")
    _joined(world.phone(), _code(alice))
    guesser = world.phone("198.51.100.66")
    statuses = [_join(guesser, _code(alice), ANOTHER_KEY).status_code for _ in range(TRIES_PER_PHONE + 1)]
    assert statuses == [410] * TRIES_PER_PHONE + [429]


def test_whoever_has_one_code_cannot_guess_at_others_for_ever(world: World) -> None:
    alice = world.enrol(world.lakeside, "Alice")
    guesser = world.phone("198.51.100.66")
    _joined(guesser, _code(alice))
    guess = {"code": "AAAA-AAAA"}
    assert [_join(guesser, guess).status_code for _ in range(TRIES_PER_PHONE - 1)] == [410] * 9
    assert _join(guesser, _code(alice)).status_code == 200
    assert _join(guesser, guess).status_code == 429


def test_a_phone_may_ask_again_twenty_times(world: World) -> None:
    alice, phone = world.enrol(world.lakeside, "Alice"), world.phone()
    statuses = [_join(phone, _link(alice)).status_code for _ in range(AGAIN_AT_MOST + 2)]
    assert statuses == [200] * (AGAIN_AT_MOST + 1) + [429]
    assert len(_acts(world)) == AGAIN_AT_MOST + 1


@pytest.mark.parametrize("key", ["", "short", "x" * 42, "x" * 44, "x" * 42 + "=", "x" * 43 + "\n", 5, [KEY]])
def test_a_key_that_is_none_is_refused_before_any_link_is_looked_at(world: World, key: object) -> None:
    alice = world.enrol(world.lakeside, "Alice")
    answer = world.phone().post(JOIN, {**_link(alice), "key": key})
    assert answer.status_code == 422
    assert world.rows("devices") == []


def test_only_the_hash_of_the_key_reaches_the_disk(world: World) -> None:
    alice = world.enrol(world.lakeside, "Alice")
    _joined(world.phone(), _link(alice))
    assert KEY.encode() not in world.files()
    assert [row["key_hash"] for row in world.rows("joins")] == [hash_token(KEY)]
