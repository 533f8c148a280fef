"""Staff say where alerts reach them, and try it out."""

from __future__ import annotations

from typing import Any

import pytest

from pwa.domain.patient import TargetState
from pwa.services.reaching import TESTS_AT_MOST
from pwa.store import targets
from pwa.store.scope import in_clinic
from pwa.store.staff_targets import BROWSERS_AT_MOST
from tests.integration.web.test_push import GOOD, NO_PUSH_SERVICE, _subscription
from tests.support.web import Phone, World

PUT = ("PUT", "/api/v1/clinic/push-subscription")
DELETE = ("DELETE", "/api/v1/clinic/push-subscription")
TEST = ("POST", "/api/v1/clinic/test-notices")


@pytest.fixture
def olga(either_world: World) -> Phone:
    either_world.add_staff(either_world.lakeside, "olga@lakeside.test")
    return either_world.signed_in("olga@lakeside.test")


def browsers(world: World) -> dict[str, str]:
    return {row["address"]: row["state"] for row in world.rows("targets") if row["kind"] == "push"}


def notices(world: World) -> list[dict[str, Any]]:
    return [row for row in world.rows("notices") if row["staff_id"] is not None]


def test_whoever_works_in_a_clinic_can_be_written_to(either_world: World) -> None:
    staff_id = either_world.add_staff(either_world.lakeside, "olga@lakeside.test")
    (row,) = either_world.rows("targets")
    assert (row["staff_id"], row["kind"], row["state"]) == (staff_id, "email", "live")
    assert (row["address"], row["clinic_id"]) == ("olga@lakeside.test", either_world.lakeside.id)


def test_a_browser_of_staff_is_kept_and_given_back(either_world: World, olga: Phone) -> None:
    assert olga.ask(*PUT, _subscription(either_world)).status_code == 204
    assert olga.ask(*PUT, _subscription(either_world)).status_code == 204
    assert browsers(either_world) == {GOOD: "live"}
    assert olga.ask(*DELETE, {"endpoint": GOOD}).status_code == 204
    assert browsers(either_world) == {GOOD: "left"}
    olga.ask(*PUT, _subscription(either_world))
    assert browsers(either_world) == {GOOD: "live"}


def test_several_browsers_of_one_person_live_side_by_side_up_to_ten(either_world: World, olga: Phone) -> None:
    for number in range(BROWSERS_AT_MOST + 2):
        either_world.clock.wall = either_world.clock.wall.replace(minute=number)
        olga.ask(*PUT, _subscription(either_world, f"{GOOD}/{number}"))
    states = browsers(either_world)
    assert [states[f"{GOOD}/{number}"] for number in range(BROWSERS_AT_MOST + 2)] == [
        *["left"] * 2,
        *["live"] * BROWSERS_AT_MOST,
    ]


def test_no_other_address_than_a_push_services_is_kept(either_world: World, olga: Phone) -> None:
    for endpoint in NO_PUSH_SERVICE:
        assert olga.ask(*PUT, _subscription(either_world, endpoint)).status_code == 422, endpoint
    assert olga.ask(*PUT, _subscription(either_world, key_id="not-a-key")).status_code == 422
    assert browsers(either_world) == {}


def test_a_browser_belongs_to_one_person_at_a_time(either_world: World, olga: Phone) -> None:
    either_world.add_staff(either_world.elsewhere, "mallory@elsewhere.test")
    mallory = either_world.signed_in("mallory@elsewhere.test")
    olga.ask(*PUT, _subscription(either_world))
    assert mallory.ask(*DELETE, {"endpoint": GOOD}).status_code == 204
    assert browsers(either_world) == {GOOD: "live"}, "she is not asked"

    mallory.ask(*PUT, _subscription(either_world))
    live = [row for row in either_world.rows("targets") if row["address"] == GOOD and row["state"] == "live"]
    assert [row["clinic_id"] for row in live] == [either_world.elsewhere.id]


def test_a_browser_may_change_hands_between_staff_and_patient(either_world: World, olga: Phone) -> None:
    alice = either_world.patient("Alice")
    olga.ask(*PUT, _subscription(either_world))
    patients = ("PUT", "/api/v1/push-subscription")
    assert alice.ask(*patients, _subscription(either_world)).status_code == 204
    assert alice.bundle()["push"]["endpoint_known"] is True
    assert olga.ask(*PUT, _subscription(either_world)).status_code == 204
    assert alice.bundle()["push"]["endpoint_known"] is False


def test_an_endpoint_that_is_gone_stays_gone(either_world: World, olga: Phone) -> None:
    olga.ask(*PUT, _subscription(either_world))
    (target,) = [row for row in either_world.rows("targets") if row["kind"] == "push"]
    with either_world.house.database.write() as session:
        in_clinic(session, either_world.lakeside.id)
        targets.set_state(session, target["id"], TargetState.GONE)
    answer = olga.ask(*PUT, _subscription(either_world))
    assert (answer.status_code, answer.get_json()["code"]) == (410, "endpoint_gone")


def test_a_test_is_planned_for_whoever_asks_and_nobody_else(either_world: World, olga: Phone) -> None:
    bob_id = either_world.add_staff(either_world.lakeside, "bob@lakeside.test")
    assert olga.ask(*TEST).status_code == 204
    (notice,) = notices(either_world)
    assert (notice["kind"], notice["state"]) == ("test", "planned")
    assert notice["staff_id"] != bob_id
    for _ in range(TESTS_AT_MOST - 1):
        assert olga.ask(*TEST).status_code == 204
    assert olga.ask(*TEST).status_code == 429
