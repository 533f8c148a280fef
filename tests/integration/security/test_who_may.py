"""Every route, every role, every id: what is not yours does not exist, and its words are nowhere."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from pwa.web.auth import DEVICE_COOKIE, STAFF_COOKIE
from tests.integration.security.people import ENDPOINT, Doors, new_subscriber, open_doors, subscription
from tests.support.events import fact, outcome
from tests.support.web import Phone, World

# Who may use a route at all.
OPEN = {
    ("GET", "/healthz"),
    ("GET", "/healthz/live"),
    ("GET", "/healthz/ready"),
    ("GET", "/healthz/dispatcher"),
    ("GET", "/api/v1/openapi.json"),
    ("POST", "/api/v1/join"),
    ("POST", "/api/v1/clinic/session"),
    ("GET", "/"),
    ("GET", "/join"),
    ("GET", "/plan"),
    ("GET", "/settings"),
    ("GET", "/help"),
    ("GET", "/check-in"),
    ("GET", "/progress"),
    ("GET", "/clinic"),
    ("GET", "/clinic/<path:_rest>"),
    ("GET", "/sw.js"),
    ("GET", "/manifest.webmanifest"),
    ("GET", "/assets/<path:name>"),
    ("GET", "/icons/<path:name>"),
    ("GET", "/robots.txt"),
}
FOR_DEVICES = {
    ("POST", "/api/v1/join/answer"),
    ("GET", "/api/v1/bundle"),
    ("POST", "/api/v1/sync"),
    ("DELETE", "/api/v1/device"),
    ("PUT", "/api/v1/push-subscription"),
    ("DELETE", "/api/v1/push-subscription"),
    ("POST", "/api/v1/test-notices"),
    ("GET", "/api/v1/test-notices/<uuid:notice_id>"),
    ("POST", "/api/v1/receipts"),
    ("POST", "/api/v1/photos"),
    ("GET", "/api/v1/photos"),
    ("GET", "/api/v1/photos/<uuid:photo_id>"),
    ("DELETE", "/api/v1/photos/<uuid:photo_id>"),
}
FOR_STAFF = {
    ("DELETE", "/api/v1/clinic/session"),
    ("GET", "/api/v1/clinic/overview"),
    ("POST", "/api/v1/clinic/patients"),
    ("POST", "/api/v1/clinic/patients/<uuid:patient_id>/invitations"),
    ("GET", "/api/v1/clinic/patients/<uuid:patient_id>/photos"),
    ("GET", "/api/v1/clinic/photos/<uuid:stored_id>"),
    ("GET", "/api/v1/clinic/alerts"),
    ("POST", "/api/v1/clinic/alerts/<uuid:alert_id>/acknowledge"),
    ("POST", "/api/v1/clinic/alerts/<uuid:alert_id>/undo"),
    ("POST", "/api/v1/clinic/alerts/<uuid:alert_id>/return"),
    ("POST", "/api/v1/clinic/alerts/<uuid:alert_id>/close"),
    ("GET", "/api/v1/clinic/check-ins"),
    ("GET", "/api/v1/clinic/silent"),
    ("GET", "/api/v1/clinic/conflicts"),
    ("GET", "/api/v1/clinic/patients/<uuid:patient_id>/devices"),
    ("POST", "/api/v1/clinic/patients/<uuid:patient_id>/devices/<uuid:device_id>/revoke"),
    ("GET", "/api/v1/clinic/quarantine"),
    ("PUT", "/api/v1/clinic/push-subscription"),
    ("DELETE", "/api/v1/clinic/push-subscription"),
    ("POST", "/api/v1/clinic/test-notices"),
}
NOBODYS_ID = "00000000-0000-7000-8000-000000000000"
DEVICES = {"alice", "bob", "mallory"}
STAFF = {"staff", "staff_elsewhere"}
SHUT_OUT = {"anonymous", "revoked_device", "shut_out_device", "revoked_staff", "disabled_staff"}
# To a phone that its clinic shut out one thing is left: what it sends is kept apart.
ONLY_FOR = {"/api/v1/sync": {"shut_out_device"}}


@pytest.fixture
def doors(world: World) -> Doors:
    return open_doors(world)


def _routes(world: World) -> Iterator[tuple[str, str]]:
    for rule in world.app.url_map.iter_rules():
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            yield method, rule.rule


def _filled(doors: Doors, rule: str) -> str:
    ids = {
        "<uuid:alert_id>": NOBODYS_ID,
        "<uuid:device_id>": doors.device_id,
        "<uuid:notice_id>": doors.notice_id,
        "<uuid:photo_id>": NOBODYS_ID,
        "<uuid:stored_id>": NOBODYS_ID,
        "<uuid:patient_id>": str(doors.alice_id),
    }
    for name, value in ids.items():
        rule = rule.replace(name, value)
    return rule


def test_the_tables_name_every_route(world: World) -> None:
    assert set(_routes(world)) == OPEN | FOR_DEVICES | FOR_STAFF


def test_a_route_for_phones_does_not_exist_for_anybody_else(doors: Doors, world: World) -> None:
    for method, rule in FOR_DEVICES:
        roles = (SHUT_OUT | STAFF) - ONLY_FOR.get(rule, set())
        _is_shut_to(roles, (None, {}, {"right": True}), doors, world, (method, rule))


def test_a_route_for_staff_does_not_exist_for_anybody_else(doors: Doors, world: World) -> None:
    for route in FOR_STAFF:
        _is_shut_to(
            SHUT_OUT | DEVICES, (None, {"procedure": "ipl", "first_name": "Eve"}), doors, world, route
        )


def _is_shut_to(
    roles: set[str], bodies: tuple[Any, ...], doors: Doors, world: World, route: tuple[str, str]
) -> None:
    """As nothing changes, all routes can be tried in one world."""
    before = world.dump()
    method, rule = route
    for role in roles:
        for body in bodies:
            answer = doors[role].ask(method, _filled(doors, rule), body)
            assert answer.status_code == 401, (route, role, answer.get_data(as_text=True))
            assert "marker" not in answer.get_data(as_text=True)
    assert world.dump() == before, route


def test_alices_own_things_are_there_for_alice_and_her_clinic(doors: Doors) -> None:
    assert doors["alice"].get(f"/api/v1/test-notices/{doors.notice_id}").status_code == 200
    assert "marker" in doors["alice"].get("/api/v1/bundle").get_data(as_text=True)
    assert "marker" in doors["staff"].get("/api/v1/clinic/overview").get_data(as_text=True)
    assert doors["staff"].post(f"/api/v1/clinic/patients/{doors.alice_id}/invitations").status_code == 201


def _asks(doors: Doors) -> Iterator[tuple[str, str, str, Any]]:
    """(role, method, path, body) of everybody who asks for Alice's things by their ids."""
    for role in ("bob", "mallory"):
        yield role, "GET", f"/api/v1/test-notices/{doors.notice_id}", None
        for kind in ("shown", "opened", "dismissed"):
            yield role, "POST", "/api/v1/receipts", {"notice_id": doors.notice_id, "kind": kind}
    alice = f"/api/v1/clinic/patients/{doors.alice_id}"
    yield "staff_elsewhere", "POST", f"{alice}/invitations", None
    yield "staff_elsewhere", "GET", f"{alice}/devices", None
    yield "staff_elsewhere", "POST", f"{alice}/devices/{doors.device_id}/revoke", None


def test_alices_things_do_not_exist_for_others_and_nothing_of_them_changes(
    doors: Doors, world: World
) -> None:
    before = world.dump(but=frozenset({"staff_sessions"}))
    for role, method, path, body in _asks(doors):
        answer = doors[role].ask(method, path, body)
        assert answer.status_code == 404, (role, path)
        nobody = path.replace(doors.notice_id, NOBODYS_ID).replace(str(doors.alice_id), NOBODYS_ID)
        other_body = {**body, "notice_id": NOBODYS_ID} if body else None
        assert doors[role].ask(method, nobody, other_body).get_data() == answer.get_data(), "tells them apart"
        assert "marker" not in answer.get_data(as_text=True)
    assert world.dump(but=frozenset({"staff_sessions"})) == before


def test_other_clinics_see_only_their_own_patients(doors: Doors) -> None:
    names = [
        one["first_name"] for one in doors["staff"].get("/api/v1/clinic/overview").get_json()["patients"]
    ]
    assert sorted(names) == ["Alice-the-marker", "Bob", "Rita", "Sam"]
    elsewhere = doors["staff_elsewhere"].get("/api/v1/clinic/overview").get_json()
    assert [one["first_name"] for one in elsewhere["patients"]] == ["Mallory"]


def test_nobody_can_end_alices_subscription_or_answer_for_her_plan(doors: Doors, world: World) -> None:
    [plan] = doors["alice"].bundle()["plans"]
    item = next(item for day in doors["alice"].bundle()["agenda"] for item in day["items"])
    for role in ("bob", "mallory"):
        body = {"endpoint": ENDPOINT}
        assert doors[role].ask("DELETE", "/api/v1/push-subscription", body).status_code == 204
        assert doors[role].results(fact(plan["id"], True)) == ["rejected"]
        # An outcome is kept under its sender: it means nothing for anybody else's occurrence.
        doors[role].sync(outcome(item["occurrence_ids"], "done"))
    assert [row["state"] for row in world.rows("targets") if row["kind"] == "push"] == ["live"]
    after = doors["alice"].bundle()
    assert after["plans"] == [plan]
    assert all(one["outcome"] is None for day in after["agenda"] for one in day["items"])


def test_one_kind_of_credential_is_not_taken_for_another(doors: Doors, world: World) -> None:
    device, staff = doors["alice"].cookie(), doors["staff"].cookie(STAFF_COOKIE)
    assert device
    assert staff
    swapped: Phone = world.phone()
    swapped.http.set_cookie(DEVICE_COOKIE, staff)
    swapped.http.set_cookie(STAFF_COOKIE, device)
    for path in ("/api/v1/bundle", "/api/v1/clinic/overview"):
        assert swapped.get(path).status_code == 401
        for secret in (device, staff, doors["alice"].token):
            answer = world.phone().get(path, {"Authorization": f"Bearer {secret}"})
            assert answer.status_code == (200 if path.endswith("bundle") and secret != staff else 401)


MADE_UP = ("", "x", "\x00", "a" * 3900, "\u00e9", "' OR 1=1 --", "undefined", "null")


def test_no_made_up_credential_opens_anything(doors: Doors, world: World) -> None:
    for secret in MADE_UP:
        phone = world.phone()
        phone.http.set_cookie(DEVICE_COOKIE, secret)
        phone.http.set_cookie(STAFF_COOKIE, secret)
        header = {"Authorization": f"Bearer {secret}".replace("\x00", "")}
        for path in ("/api/v1/bundle", "/api/v1/clinic/overview"):
            assert phone.get(path).status_code == 401, secret
            assert world.phone().get(path, header).status_code == 401, secret


def test_a_subscription_that_moves_to_another_phone_leaves_the_first(doors: Doors, world: World) -> None:
    taken = doors["bob"].ask("PUT", "/api/v1/push-subscription", subscription(world, new_subscriber()))
    assert taken.status_code == 204
    assert doors["alice"].bundle()["push"]["endpoint_known"] is False
    assert doors["bob"].bundle()["push"]["endpoint_known"] is True
