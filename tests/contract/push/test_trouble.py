"""What goes wrong, over real HTTP: nothing of it may reach past the one push it happened to."""

from __future__ import annotations

import socket
from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest

from pwa.push.breaker import FAILURES_TO_OPEN, FIRST_REST
from pwa.push.curl_sender import CurlSender
from pwa.push.endpoints import EndpointRules
from pwa.push.message import PushMessage, PushTarget
from pwa.push.policy import Ruling, decide
from pwa.push.sender import Failure, Outgoing
from tests.contract.push.conftest import KEY, PATIENT, RULES, SHORT, SIGNER, Clinic, target_of
from tests.support.push_service import PushService, Script, Subscriber


def test_a_service_that_hangs_costs_its_own_push_only(
    service: PushService, hasty_clinic: Clinic, alice: Subscriber, bob: Subscriber
) -> None:
    service.script(alice.endpoint, Script(201, hang=30))
    hung, answered = hasty_clinic.push_all([alice, bob])
    assert (hung.status, hung.failure) == (None, Failure.TIMEOUT)
    assert answered.status == 201
    assert len(service.posts_to(alice.endpoint)) == 1


def test_a_service_that_does_not_answer_at_all_is_a_failed_connection(
    clinic: Clinic, service: PushService, alice: Subscriber
) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        nobody = Subscriber(f"http://127.0.0.1:{closed.getsockname()[1]}/x", alice.private_key, b"a" * 16)
        results = clinic.push_all([nobody, alice])
    assert [(result.status, result.failure) for result in results] == [
        (None, Failure.CONNECTION),
        (201, None),
    ]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_never_followed(
    service: PushService, other_service: PushService, clinic: Clinic, alice: Subscriber, status: int
) -> None:
    elsewhere = other_service.make_subscriber(KEY.public_key).endpoint
    service.script(alice.endpoint, Script(status, {"Location": elsewhere}))
    result = clinic.push(alice)
    assert result.status == status
    useful_until = clinic.now + timedelta(hours=1)
    assert (
        decide(result, attempt=1, now=clinic.now, useful_until=useful_until, jitter=0.5).ruling
        is Ruling.REFUSED
    )
    assert len(service.posts) == 1
    assert (other_service.posts, other_service.other_requests) == ([], [])


def test_a_proxy_of_the_environment_is_not_used(
    service: PushService,
    other_service: PushService,
    alice: Subscriber,
    clinic: Clinic,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, other_service.origin)
    monkeypatch.delenv("no_proxy", raising=False)
    assert clinic.push(alice).status == 201
    assert (other_service.posts, other_service.other_requests) == ([], [])


def test_a_long_answer_is_cut_off_and_its_status_still_counts(
    service: PushService, clinic: Clinic, alice: Subscriber, bob: Subscriber
) -> None:
    service.script(alice.endpoint, Script(410, body=b"x" * 5_000_000))
    assert [clinic.push(alice).status, clinic.push(bob).status] == [410, 201]
    # Cut off means closed: had the whole answer been read, its connection would have served the next push.
    assert len({post.peer_port for post in service.posts}) == 2


def test_the_path_of_an_endpoint_arrives_as_the_browser_gave_it(
    service: PushService, clinic: Clinic, alice: Subscriber
) -> None:
    odd = Subscriber(f"{service.origin}/a/../b/./c%2f?d=%3D", alice.private_key, alice.auth_secret)
    assert clinic.push(odd).status == 404
    assert service.other_requests == ["POST /a/../b/./c%2f?d=%3D"]


def test_one_poisonous_push_does_not_stop_the_others(
    service: PushService, clinic: Clinic, alice: Subscriber, bob: Subscriber
) -> None:
    poison, message = target_of(alice), PushMessage(b"hello", 60)
    object.__setattr__(poison, "receiver_key", b"not a key")
    overlong = PushMessage(b"hello", 60)
    object.__setattr__(overlong, "body", bytes(4080))
    injected = PushMessage(b"hello", 60)
    object.__setattr__(injected, "topic", "a\0b")
    nowhere = PushTarget("https://169.254.169.254/latest/", alice.p256dh, alice.auth)
    batch = [
        Outgoing("alice", target_of(alice), message),
        Outgoing("bad key", poison, message),
        Outgoing("two records", target_of(alice), overlong),
        Outgoing("bad header", target_of(alice), injected),
        Outgoing("bad address", nowhere, message),
        Outgoing("bob", target_of(bob), message),
    ]
    results = clinic.sender.send(batch, clinic.now)
    assert [result.key for result in results] == [outgoing.key for outgoing in batch]
    assert [result.status or result.failure for result in results] == [
        *(201, Failure.MESSAGE, Failure.MESSAGE, Failure.MESSAGE, Failure.ENDPOINT, 201)
    ]
    assert len(service.posts) == 2


def test_a_loopback_address_that_is_not_listed_is_not_connected_to(
    service: PushService, alice: Subscriber
) -> None:
    sender = CurlSender(SIGNER, EndpointRules(allow_loopback=frozenset({"127.0.0.1:1"})), PATIENT)
    assert Clinic(sender).push(alice).failure is Failure.ENDPOINT
    sender.close()
    assert service.posts == []


def test_connections_stay_open_from_one_batch_to_the_next(
    service: PushService, clinic: Clinic, alice: Subscriber
) -> None:
    for _ in range(5):
        assert clinic.push(alice).status == 201
    assert len({post.peer_port for post in service.posts}) == 1


def test_an_empty_batch_is_no_work(clinic: Clinic) -> None:
    assert clinic.sender.send([], clinic.now) == []


def test_a_large_batch_is_answered_in_its_own_order(service: PushService, clinic: Clinic) -> None:
    everybody = [service.make_subscriber(KEY.public_key) for _ in range(150)]
    for one in everybody[::3]:
        service.script(one.endpoint, Script(410))
    results = clinic.push_all(everybody)
    assert [result.key for result in results] == [one.endpoint for one in everybody]
    assert [result.status for result in results] == [410, 201, 201] * 50


def test_a_service_in_trouble_is_left_alone_then_probed_with_one_push(
    service: PushService, other_service: PushService, clinic: Clinic
) -> None:
    everybody = [service.make_subscriber(KEY.public_key) for _ in range(FAILURES_TO_OPEN)]
    elsewhere = other_service.make_subscriber(KEY.public_key)
    for one in everybody:
        service.script(one.endpoint, Script(500, times=2))
    assert {result.status for result in clinic.push_all(everybody)} == {500}
    count = len(service.posts)

    rested = clinic.push_all([*everybody, elsewhere])
    assert Counter(result.failure for result in rested) == {Failure.CIRCUIT_OPEN: FAILURES_TO_OPEN, None: 1}
    assert (rested[0].retry_after, rested[-1].status) == ("30", 201)
    assert len(service.posts) == count

    clinic.now += FIRST_REST
    probed = clinic.push_all(everybody)
    assert [result.status for result in probed] == [500] + [None] * (FAILURES_TO_OPEN - 1)
    assert len(service.posts) == count + 1

    clinic.now += 2 * FIRST_REST
    for one in everybody:
        service.script(one.endpoint, Script(201))
    assert {result.status for result in clinic.push_all(everybody)} == {201}


def test_a_service_that_says_too_many_is_left_alone_for_as_long_as_it_asks(
    service: PushService, clinic: Clinic
) -> None:
    everybody = [service.make_subscriber(KEY.public_key) for _ in range(FAILURES_TO_OPEN)]
    for one in everybody:
        service.script(one.endpoint, Script(429, {"Retry-After": "600"}, times=1))
    assert {result.status for result in clinic.push_all(everybody)} == {429}

    clinic.now += timedelta(seconds=590)
    rested = clinic.push_all(everybody)
    assert {(result.failure, result.retry_after) for result in rested} == {(Failure.CIRCUIT_OPEN, "10")}

    clinic.now += timedelta(seconds=10)
    assert {result.status for result in clinic.push_all(everybody)} == {201}


def test_too_many_for_one_phone_does_not_stop_the_others(service: PushService, clinic: Clinic) -> None:
    limited, *others = [service.make_subscriber(KEY.public_key) for _ in range(FAILURES_TO_OPEN + 1)]
    service.script(limited.endpoint, Script(429, {"Retry-After": "600"}))
    for other in others:
        assert [one.status for one in clinic.push_all([limited, other])] == [429, 201]


def test_a_hanging_service_leaves_places_for_another_that_waits(
    service: PushService, other_service: PushService
) -> None:
    hanging = [service.make_subscriber(KEY.public_key) for _ in range(8)]
    fine = [other_service.make_subscriber(KEY.public_key) for _ in range(8)]
    for one in hanging:
        service.script(one.endpoint, Script(201, hang=30))
    sender = CurlSender(SIGNER, RULES, replace(SHORT, in_flight=4, per_service=2))
    results = Clinic(sender).push_all([*hanging, *fine])
    sender.close()
    assert {result.status for result in results[8:]} == {201}
    assert (
        max(post.at for post in other_service.posts)
        < service.posts[0].at + SHORT.total_timeout.total_seconds()
    )


def test_a_service_that_hangs_for_all_does_not_hold_up_another(
    service: PushService, other_service: PushService, hasty_clinic: Clinic
) -> None:
    hanging = [service.make_subscriber(KEY.public_key) for _ in range(100)]
    fine = [other_service.make_subscriber(KEY.public_key) for _ in range(10)]
    for one in hanging:
        service.script(one.endpoint, Script(201, hang=30))
    results = hasty_clinic.push_all([*hanging, *fine])
    failures = Counter(result.failure for result in results[:100])
    assert set(failures) <= {Failure.TIMEOUT, Failure.CIRCUIT_OPEN}
    assert failures[Failure.TIMEOUT] >= FAILURES_TO_OPEN
    assert {result.status for result in results[100:]} == {201}
