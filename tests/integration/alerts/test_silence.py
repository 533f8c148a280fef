"""Who does not answer any more: a quiet list beside the inbox."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from pwa.dispatcher import beats
from tests.support.events import item_due_next, outcome
from tests.support.inbox import WORRIED, Desk
from tests.support.web import World


def silent(desk: Desk) -> list[dict[str, Any]]:
    answer = desk.olga.get("/api/v1/clinic/silent")
    assert answer.status_code == 200
    found: list[dict[str, Any]] = answer.get_json()["patients"]
    return found


@pytest.fixture
def desk(either_world: World) -> Desk:
    made = Desk.of(either_world)
    assert silent(made) == []
    return made


def pass_days(desk: Desk, number: int) -> None:
    """Days in which the dispatcher plans and ends what is too late; nobody sends anything."""
    house = desk.world.house
    for _ in range(number * 4):
        desk.world.clock.move(timedelta(hours=6))
        while beats.compose(house, lambda: False):
            pass


def in_touch(desk: Desk) -> None:
    """Opens the app, which a server counts every few minutes."""
    desk.alice.bundle()


def test_two_asked_days_without_a_check_in_are_seen(desk: Desk) -> None:
    pass_days(desk, 1)
    in_touch(desk)
    assert silent(desk) == []  # the evening of the treatment alone
    pass_days(desk, 1)
    in_touch(desk)
    [alice] = silent(desk)
    assert (alice["first_name"], alice["because"]) == ("Alice", ["missed_check_ins"])
    assert alice["missed_days"] == 2
    assert alice["day_number"] == 2
    desk.say(WORRIED)
    assert silent(desk) == []


def test_three_reminders_without_a_sign_of_life_are_a_silent_phone(desk: Desk) -> None:
    pass_days(desk, 1)
    [alice] = silent(desk)
    assert alice["because"] == ["silent_phone"]
    assert alice["unheard_reminders"] >= 3
    in_touch(desk)
    assert silent(desk) == []


def test_an_outcome_is_a_sign_of_life(desk: Desk) -> None:
    bundle = desk.alice.bundle()
    pass_days(desk, 1)
    desk.alice.sync(outcome(item_due_next(bundle)["occurrence_ids"], "done", desk.now))
    assert silent(desk) == []


def test_a_record_that_cannot_be_opened_hides_no_silence(world: World) -> None:
    desk = Desk.of(world)
    world.patient("Bob")
    pass_days(desk, 1)
    spoilt = UUID(silent(desk)[0]["id"]).hex
    with world.house.database.write() as session:
        spoil = "UPDATE patients SET first_name_sealed = :junk WHERE id = :id"
        session.execute(text(spoil), {"junk": b"junk", "id": spoilt})
    first, second = silent(desk)
    assert (first["first_name"], first["day_number"], first["because"]) == (None, None, ["silent_phone"])
    assert second["first_name"] is not None


def test_who_has_no_phone_yet_is_not_silent(world: World) -> None:
    desk = Desk.of(world)
    world.enrol(world.lakeside, "Nora")
    pass_days(desk, 4)
    assert [one["first_name"] for one in silent(desk)] == ["Alice"]
