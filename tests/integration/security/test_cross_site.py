"""Every route that changes anything answers only our own pages, JSON or a photo. All must be listed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import pytest
from werkzeug.test import TestResponse

from tests.integration.security.people import new_subscriber, subscription
from tests.support.events import check_in, outcome
from tests.support.pictures import jpeg
from tests.support.web import ORIGIN, PASSWORD, Phone, World

SAFE = {"GET", "HEAD", "OPTIONS"}
JSON = "application/json"

JOIN = ("POST", "/api/v1/join")
PHOTO = ("POST", "/api/v1/photos")

# Every unsafe route with a body that would work.
UNSAFE: Mapping[tuple[str, str], Any] = {
    JOIN: {"token": "x" * 43},
    ("POST", "/api/v1/join/answer"): {"right": False},
    ("POST", "/api/v1/sync"): {"epoch": None, "zone": "UTC", "events": [outcome([str(uuid4())], "done")]},
    ("DELETE", "/api/v1/device"): None,
    ("PUT", "/api/v1/push-subscription"): "a subscription",
    ("DELETE", "/api/v1/push-subscription"): {"endpoint": "https://fcm.googleapis.com/x"},
    ("POST", "/api/v1/test-notices"): None,
    PHOTO: {
        "id": str(uuid4()),
        "check_in_id": str(uuid4()),
        "slot": "front",
        "taken_at": "2026-07-15T09:00:00Z",
    },
    ("DELETE", "/api/v1/photos/<uuid:photo_id>"): None,
    ("POST", "/api/v1/receipts"): {"notice_id": str(uuid4()), "kind": "shown"},
    ("POST", "/api/v1/clinic/session"): {"email": "olga@lakeside.test", "password": PASSWORD},
    ("DELETE", "/api/v1/clinic/session"): None,
    ("POST", "/api/v1/clinic/patients"): {"procedure": "ipl", "first_name": "Eve"},
    ("POST", "/api/v1/clinic/patients/<uuid:patient_id>/invitations"): None,
    ("POST", "/api/v1/clinic/patients/<uuid:patient_id>/devices/<uuid:device_id>/revoke"): None,
    ("POST", "/api/v1/clinic/alerts/<uuid:alert_id>/acknowledge"): None,
    ("POST", "/api/v1/clinic/alerts/<uuid:alert_id>/undo"): None,
    ("POST", "/api/v1/clinic/alerts/<uuid:alert_id>/return"): None,
    ("POST", "/api/v1/clinic/alerts/<uuid:alert_id>/close"): {"outcome": "called"},
    ("PUT", "/api/v1/clinic/push-subscription"): "a subscription",
    ("DELETE", "/api/v1/clinic/push-subscription"): {"endpoint": "https://fcm.googleapis.com/x"},
    ("POST", "/api/v1/clinic/test-notices"): None,
}
WRONG_SENDERS: Mapping[str, Mapping[str, str]] = {
    "no header": {},
    "cross-site": {"Sec-Fetch-Site": "cross-site"},
    "same-site": {"Sec-Fetch-Site": "same-site"},
    "none": {"Sec-Fetch-Site": "none"},
    "several": {"Sec-Fetch-Site": "same-origin, cross-site"},
    "another origin": {"Origin": "https://evil.example"},
    "another origin, though same-origin": {"Origin": "https://evil.example", "Sec-Fetch-Site": "same-origin"},
    "the right origin, though cross-site": {"Origin": ORIGIN, "Sec-Fetch-Site": "cross-site"},
    "origin null": {"Origin": "null", "Sec-Fetch-Site": "same-origin"},
    "origin as a prefix": {"Origin": f"{ORIGIN}.evil.example"},
    "another port": {"Origin": "http://localhost:8001"},
    "a referer only": {"Referer": f"{ORIGIN}/"},
}
WRONG_TYPES = ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "")


def _unsafe_routes(world: World) -> set[tuple[str, str]]:
    return {
        (method, rule.rule)
        for rule in world.app.url_map.iter_rules()
        for method in (rule.methods or set()) - SAFE
    }


def test_the_table_names_every_unsafe_route(world: World) -> None:
    assert set(UNSAFE) == _unsafe_routes(world)


@pytest.fixture
def victim(world: World) -> Phone:
    """A browser that is both a patient's phone and signed in at the clinic."""
    world.add_staff(world.lakeside, "olga@lakeside.test")
    browser = world.signed_in("olga@lakeside.test")
    token = world.enrol(world.lakeside, "Alice").invitation.token
    assert browser.post("/api/v1/join", {"token": token}).status_code == 200
    assert browser.post("/api/v1/join/answer", {"right": True}).status_code == 204
    assert (
        browser.ask("PUT", "/api/v1/push-subscription", subscription(world, new_subscriber())).status_code
        == 204
    )
    plan_id = browser.bundle()["plans"][0]["id"]
    assert browser.results(check_in(plan_id, {"overall": "worried"})) == ["stored"]  # it opens an alert
    return browser


def _send(
    world: World, victim: Phone, route: tuple[str, str], headers: Mapping[str, str], content_type: str = JSON
) -> TestResponse:
    method, path = route
    body = subscription(world, new_subscriber()) if UNSAFE[route] == "a subscription" else UNSAFE[route]
    if route == JOIN:
        body = {"token": world.enrol(world.lakeside, "Eve").invitation.token}
    for one, table in (("patient", "patients"), ("alert", "alerts"), ("device", "devices")):
        path = path.replace(f"<uuid:{one}_id>", str(world.rows(table)[0]["id"]))
    if route == PHOTO and content_type == JSON:
        about = {"Afterbeam-Photo": json.dumps(UNSAFE[route]), **headers}
        return victim.http.post(path, data=jpeg(), content_type="image/jpeg", headers=about, buffered=True)
    return victim.http.open(
        path.replace("<uuid:photo_id>", str(uuid4())),
        method=method,
        json=body if content_type == JSON else None,
        data=None if content_type == JSON else b'{"right": true}',
        content_type=content_type if content_type != JSON or body is not None else None,
        headers=dict(headers),
        buffered=True,
    )


def test_nobody_elses_page_can_change_anything(world: World, victim: Phone) -> None:
    """One world for all of them: as nothing changes, none can disturb another."""
    for route in set(UNSAFE) - {JOIN}:
        before = world.dump(but=frozenset({"staff_sessions"}))
        for name, headers in WRONG_SENDERS.items():
            _is_refused(_send(world, victim, route, headers), f"{route}, {name}")
        assert world.dump(but=frozenset({"staff_sessions"})) == before, route


@pytest.mark.parametrize("name", WRONG_SENDERS)
def test_nobody_elses_page_can_make_a_browser_join(world: World, victim: Phone, name: str) -> None:
    _is_refused(_send(world, victim, JOIN, WRONG_SENDERS[name]), name)
    assert [row["used_at"] for row in world.rows("joins")].count(None) == 1


def _is_refused(answer: TestResponse, whose: str) -> None:
    assert answer.status_code == 403, whose
    assert answer.mimetype == "application/problem+json", whose
    assert "Set-Cookie" not in answer.headers, whose


def test_only_json_is_read(world: World, victim: Phone) -> None:
    enrolled = frozenset({"joins", "patients"})  # by what sends the invitation
    for route in UNSAFE:
        before = world.dump(but=enrolled)
        for content_type in WRONG_TYPES:
            answer = _send(world, victim, route, {"Sec-Fetch-Site": "same-origin"}, content_type)
            assert answer.status_code == 415, (route, content_type)
            assert answer.get_json()["code"] == ("not_an_image" if route == PHOTO else "not_json")
        if route != JOIN:
            assert world.dump(but=enrolled) == before, route


@pytest.mark.parametrize("route", UNSAFE, ids=" ".join)
def test_our_own_pages_are_answered(world: World, victim: Phone, route: tuple[str, str]) -> None:
    assert _send(world, victim, route, {"Sec-Fetch-Site": "same-origin"}).status_code in (200, 201, 204, 404)


def test_an_old_browser_of_ours_says_only_its_origin(world: World, victim: Phone) -> None:
    assert _send(world, victim, ("POST", "/api/v1/sync"), {"Origin": ORIGIN}).status_code == 200


def test_no_answer_lets_another_site_read_it(world: World, victim: Phone) -> None:
    for path in ("/api/v1/bundle", "/api/v1/clinic/overview", "/", "/healthz/live"):
        for method in ("GET", "OPTIONS"):
            answer = victim.ask(method, path, headers={"Origin": "https://evil.example"})
            assert not [name for name in dict(answer.headers) if name.lower().startswith("access-control")]


def test_no_address_sends_a_browser_elsewhere(world: World) -> None:
    for path in ("//evil.example", "/api/v1//bundle", "/clinic//evil.example", "/join/", "/api/v1/bundle/"):
        answer = world.phone().get(path, {"Host": "evil.example"})
        assert "Location" not in answer.headers
        assert answer.status_code in (200, 401, 404)
