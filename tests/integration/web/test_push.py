"""A phone says where it can be reached, asks for a test, and reports what it showed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from pwa.domain.errors import NotAllowed
from pwa.domain.patient import TargetState
from pwa.push.curl_sender import CurlSender
from pwa.services.dispatching import Dispatching, deliver_due
from pwa.services.reaching import SUBSCRIPTIONS_AT_MOST, TEST_WINDOW, TESTS_AT_MOST
from pwa.store import targets
from pwa.store.scope import in_clinic
from tests.support.push_service import PushService, Subscriber, b64
from tests.support.web import START, Phone, World, opened_world

PUT = ("PUT", "/api/v1/push-subscription")
GOOD = "https://updates.push.services.mozilla.com/wpush/v2/abc"
LOOPBACK = {"PUSH_ALLOW_LOOPBACK": "1", "PUSH_HOSTS": "127.0.0.1"}


def _subscription(world: World, endpoint: str = GOOD, **changed: object) -> dict[str, object]:
    someone = Subscriber(endpoint, ec.generate_private_key(ec.SECP256R1()), b"0123456789abcdef")
    keys = {"p256dh": someone.p256dh, "auth": someone.auth, "key_id": world.house.vapid_key.id}
    return {"endpoint": endpoint, **keys, **changed}


@pytest.mark.parametrize(
    "endpoint",
    [
        GOOD,
        "https://fcm.googleapis.com/fcm/send/abc:def",
        "https://web.push.apple.com/QGx-1",
        "https://wns2-par02p.notify.windows.com/w/?token=a%2bb",
    ],
)
def test_the_push_services_of_browsers_are_taken(world: World, endpoint: str) -> None:
    alice = world.patient("Alice")
    assert alice.ask(*PUT, _subscription(world, endpoint)).status_code == 204
    assert alice.bundle()["push"]["endpoint_known"] is True
    assert [row["address"] for row in world.rows("targets")] == [endpoint]


NO_PUSH_SERVICE = (
    "http://fcm.googleapis.com/x",
    "https://fcm.googleapis.com:8443/x",
    "https://user@fcm.googleapis.com/x",
    "https://fcm.googleapis.com@127.0.0.1/x",
    "https://fcm.googleapis.com.evil.example/x",
    "https://evil.example/?fcm.googleapis.com",
    "https://evil.example/#.push.apple.com",
    "https://evil.example\\@fcm.googleapis.com/",
    "https://169.254.169.254/a.google.com/",
    "https://127.0.0.1/",
    "http://127.0.0.1:8000/healthz",
    "https://localhost/",
    "https://[::1]/",
    "https://[::ffff:127.0.0.1]/",
    "https://2130706433/",
    "https://0x7f.1/",
    "https://push.apple.com/x",
    "https://fcm.googleapis.com./x",
    "https://xn--fcm-googleapis-com.example/",
    "https://fcm\u3002googleapis.com/",
    "ftp://fcm.googleapis.com/",
    "file:///etc/passwd",
    "gopher://127.0.0.1/",
    "//fcm.googleapis.com/",
    "https://fcm.googleapis.com/\r\nHost: evil",
    "https://fcm.googleapis.com/ x",
    "https://fcm.googleapis.com/" + "a" * 2048,
)


def test_no_other_address_is_ever_kept(world: World) -> None:
    alice = world.patient("Alice")
    for endpoint in NO_PUSH_SERVICE:
        assert alice.ask(*PUT, _subscription(world, endpoint)).status_code == 422, endpoint
    assert world.rows("targets") == []
    assert alice.bundle()["push"]["endpoint_known"] is False


@pytest.mark.parametrize(
    "changed",
    [
        {"key_id": "not-a-key"},
        {"key_id": ""},
        {"key_id": None},
        {"p256dh": b64(b"\x04" + b"\x00" * 64)},
        {"p256dh": b64(b"\x02" + b"\x01" * 64)},
        {"p256dh": "!" * 87},
        {"p256dh": b64(b"\x04" + b"\x01" * 63)},
        {"auth": b64(b"x" * 15)},
        {"auth": b64(b"x" * 17)},
        {"auth": "*" * 22},
        {"auth": 7},
        {"extra": "field"},
    ],
)
def test_keys_that_cannot_encrypt_are_refused(world: World, changed: dict[str, object]) -> None:
    alice = world.patient("Alice")
    assert alice.ask(*PUT, {**_subscription(world), **changed}).status_code == 422
    assert world.rows("targets") == []


def test_a_new_subscription_replaces_the_one_before(world: World) -> None:
    alice = world.patient("Alice")
    alice.ask(*PUT, _subscription(world))
    alice.ask(*PUT, _subscription(world, f"{GOOD}/second"))
    states = {row["address"]: row["state"] for row in world.rows("targets")}
    assert states == {GOOD: "left", f"{GOOD}/second": "live"}


def test_the_same_subscription_again_is_no_second_one(world: World) -> None:
    alice = world.patient("Alice")
    for _ in range(3):
        assert alice.ask(*PUT, _subscription(world)).status_code == 204
    assert len(world.rows("targets")) == 1


def test_an_endpoint_that_its_service_called_gone_is_not_taken_again(world: World) -> None:
    alice = world.patient("Alice")
    alice.ask(*PUT, _subscription(world))
    [row] = world.rows("targets")
    with world.house.database.write() as session:
        targets.set_state(session, row["id"], TargetState.GONE)
    answer = alice.ask(*PUT, _subscription(world))
    assert (answer.status_code, answer.get_json()["code"]) == (410, "endpoint_gone")


def test_an_unsubscribed_phone_has_no_endpoint(world: World) -> None:
    alice = world.patient("Alice")
    alice.ask(*PUT, _subscription(world))
    assert alice.ask("DELETE", PUT[1], {"endpoint": GOOD}).status_code == 204
    assert alice.bundle()["push"]["endpoint_known"] is False
    assert alice.post("/api/v1/test-notices").status_code == 409


def test_leaving_ends_the_subscription(world: World) -> None:
    alice = world.patient("Alice")
    alice.ask(*PUT, _subscription(world))
    alice.ask("DELETE", "/api/v1/device")
    assert [row["state"] for row in world.rows("targets")] == ["left"]


def test_a_phone_that_left_while_it_subscribed_is_told_nothing_more(world: World) -> None:
    alice = world.patient("Alice")
    [device] = world.rows("devices")
    alice.ask("DELETE", "/api/v1/device")
    subscription = targets.PushSubscription(GOOD, "https://127.0.0.1", "key", "auth", "vapid")
    who = (device["patient_id"], device["id"])
    with world.house.database.write() as session:
        scope = in_clinic(session, device["clinic_id"])
        with pytest.raises(NotAllowed):
            targets.put_subscription(scope, *who, subscription, world.house.now().wall)
    assert world.rows("targets") == []


def test_a_test_needs_a_subscription(world: World) -> None:
    alice = world.patient("Alice")
    answer = alice.post("/api/v1/test-notices")
    assert answer.status_code == 409
    assert answer.get_json()["detail"] == "Reminders are not allowed on this phone yet. Allow them first."


def _state(phone: Phone, notice_id: str) -> dict[str, object]:
    answer = phone.get(f"/api/v1/test-notices/{notice_id}")
    assert answer.status_code == 200
    told: dict[str, object] = answer.get_json()
    return told


def _deliver(world: World) -> None:
    sender = CurlSender(world.house.signer, world.house.rules)
    to = Dispatching(world.house.database, sender, world.house.keys, world.house.config.public_url)
    deliver_due(to, world.house.now, None)
    sender.close()


def _subscribed(world: World, phone: Phone, browser: Subscriber) -> int:
    keys = {"p256dh": browser.p256dh, "auth": browser.auth}
    return phone.ask(*PUT, _subscription(world, browser.endpoint, **keys)).status_code


@pytest.fixture
def service() -> Iterator[PushService]:
    """A push service whose clock stands where ours does."""
    with PushService(clock=START.timestamp) as running:
        yield running


def test_a_test_goes_from_planned_to_sent_to_shown(
    sqlite_url: str, tmp_path: Path, service: PushService
) -> None:
    with opened_world(sqlite_url, tmp_path, settings=LOOPBACK) as world:
        alice = world.patient("Alice")
        browser = service.make_subscriber(world.house.vapid_key.public_key)
        assert _subscribed(world, alice, browser) == 204
        notice_id = alice.post("/api/v1/test-notices").get_json()["id"]
        told = _state(alice, notice_id)
        assert told == {"id": notice_id, "state": "planned", "accepted_at": None, "shown_at": None}
        assert notice_id in alice.bundle()["notices"]

        _deliver(world)

        told = _state(alice, notice_id)
        assert (told["state"], told["shown_at"]) == ("sent", None)
        assert told["accepted_at"]
        assert alice.bundle()["push"]["confirmed_at"] is None
        receipt = {"notice_id": notice_id, "kind": "shown"}
        assert alice.post("/api/v1/receipts", receipt).status_code == 204
        assert _state(alice, notice_id)["shown_at"] == alice.bundle()["push"]["confirmed_at"] is not None
        assert {post.status for post in service.posts_to(browser.endpoint)} == {201}


def test_a_test_is_for_the_phone_that_asked_and_only_its_receipt_counts(
    database_url: str, tmp_path: Path, service: PushService
) -> None:
    """Two phones of one person: the other one showing something proves nothing about this one."""
    with opened_world(database_url, tmp_path, settings=LOOPBACK) as world:
        new, old = (
            world.joined(world.enrol(world.lakeside, "Alice", external_id="chart=1")) for _ in range(2)
        )
        here, there = (service.make_subscriber(world.house.vapid_key.public_key) for _ in range(2))
        assert _subscribed(world, new, here) == _subscribed(world, old, there) == 204

        notice_id = new.post("/api/v1/test-notices").get_json()["id"]
        _deliver(world)

        address = {row["id"]: row["address"] for row in world.rows("targets")}
        sent = [row for row in world.rows("deliveries") if str(row["notice_id"]) == notice_id]
        assert [(address[row["target_id"]], row["status_code"]) for row in sent] == [(here.endpoint, 201)]
        old.post("/api/v1/receipts", {"notice_id": notice_id, "kind": "shown"})
        assert _state(new, notice_id)["shown_at"] is None
        new.post("/api/v1/receipts", {"notice_id": notice_id, "kind": "opened"})
        assert new.post("/api/v1/receipts", {"notice_id": notice_id, "kind": "shown"}).status_code == 204
        assert _state(new, notice_id)["shown_at"]


def test_the_same_receipt_twice_is_one(world: World) -> None:
    alice = world.patient("Alice")
    alice.ask(*PUT, _subscription(world))
    notice_id = alice.post("/api/v1/test-notices").get_json()["id"]
    for _ in range(3):
        for kind in ("shown", "opened"):
            receipt = {"notice_id": notice_id, "kind": kind}
            assert alice.post("/api/v1/receipts", receipt).status_code == 204
    assert sorted(row["kind"] for row in world.rows("receipts")) == ["opened", "shown"]


def test_a_receipt_of_somebody_elses_notice_or_of_none_is_not_kept(world: World) -> None:
    alice, bob = world.patient("Alice"), world.patient("Bob")
    alice.ask(*PUT, _subscription(world))
    notice_id = alice.post("/api/v1/test-notices").get_json()["id"]
    for unknown in (notice_id, str(uuid4()), str(UUID(int=0))):
        assert bob.post("/api/v1/receipts", {"notice_id": unknown, "kind": "shown"}).status_code == 404
        assert bob.get(f"/api/v1/test-notices/{unknown}").status_code == 404
    assert world.rows("receipts") == []


@pytest.mark.parametrize("kind", ["seen", "", None, 5])
def test_a_receipt_says_one_of_three_things(world: World, kind: object) -> None:
    alice = world.patient("Alice")
    answer = alice.post("/api/v1/receipts", {"notice_id": str(uuid4()), "kind": kind})
    assert answer.status_code == 422


def test_tests_are_limited_by_the_hour(world: World) -> None:
    alice = world.patient("Alice")
    alice.ask(*PUT, _subscription(world))
    statuses = [alice.post("/api/v1/test-notices").status_code for _ in range(TESTS_AT_MOST + 1)]
    assert statuses == [201] * TESTS_AT_MOST + [429]
    world.clock.move(TEST_WINDOW)
    assert alice.post("/api/v1/test-notices").status_code == 201


def test_subscriptions_are_limited_by_the_hour(world: World) -> None:
    alice = world.patient("Alice")
    for number in range(SUBSCRIPTIONS_AT_MOST):
        alice.ask(*PUT, _subscription(world, f"{GOOD}/{number}"))
    assert alice.ask(*PUT, _subscription(world, f"{GOOD}/more")).status_code == 429
    assert len(world.rows("targets")) == SUBSCRIPTIONS_AT_MOST
    bob = world.patient("Bob")
    assert bob.ask(*PUT, _subscription(world, f"{GOOD}/bob")).status_code == 204


def test_one_browser_may_go_from_one_clinic_to_another(
    database_url: str, tmp_path: Path, service: PushService
) -> None:
    """The browser keeps its subscription when its person leaves one clinic and joins another."""
    with opened_world(database_url, tmp_path, settings=LOOPBACK) as world:
        browser = service.make_subscriber(world.house.vapid_key.public_key)
        alice = world.patient("Alice")
        _subscribed(world, alice, browser)
        alice.post("/api/v1/test-notices")
        _deliver(world)
        assert world.rows("deliveries")
        mallory = world.patient("Mallory", world.elsewhere)

        assert _subscribed(world, mallory, browser) == 204

        assert mallory.bundle()["push"]["endpoint_known"] is True
        assert alice.bundle()["push"]["endpoint_known"] is False
        notice_id = mallory.post("/api/v1/test-notices").get_json()["id"]
        _deliver(world)
        assert _state(mallory, notice_id)["state"] == "sent"
