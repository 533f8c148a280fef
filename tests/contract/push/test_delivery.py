"""What leaves, over real HTTP: encryption, identification, headers, and what each answer means."""

from __future__ import annotations

import json
from datetime import timedelta
from email.utils import format_datetime
from uuid import UUID

import pytest

from pwa.push.curl_sender import CurlSender
from pwa.push.message import PushMessage, Urgency, topic_of
from pwa.push.payload import PushPayload, encode_payload
from pwa.push.policy import Ruling, decide
from pwa.push.sender import Failure, Outgoing
from pwa.push.subject import check_subject
from pwa.push.vapid import VapidKey, VapidSigner
from tests.contract.push.conftest import KEY, PATIENT, RULES, Clinic, target_of
from tests.support.push_service import PushService, Script, Subscriber

NOTICE = UUID("0193b0aa-0000-7000-8000-000000000001")


def test_the_phone_decrypts_exactly_what_was_sent(
    service: PushService, clinic: Clinic, alice: Subscriber
) -> None:
    body = encode_payload(PushPayload(NOTICE, "Afterbeam", "Öffnen", "de", "https://clinic.afterbeam.org/"))
    message = PushMessage(body, 900, Urgency.HIGH, topic_of(NOTICE, b"key"))
    [result] = clinic.sender.send([Outgoing("alice", target_of(alice), message)], clinic.now)
    assert (result.key, result.status, result.failure) == ("alice", 201, None)
    [post] = service.posts
    assert alice.decrypt(post.body) == body
    assert json.loads(alice.decrypt(post.body))["notification"]["data"] == {"id": str(NOTICE)}
    assert {name: post.headers[name] for name in ("ttl", "urgency", "topic", "content-encoding")} == {
        "ttl": "900",
        "urgency": "high",
        "topic": message.topic,
        "content-encoding": "aes128gcm",
    }
    assert post.claims is not None
    assert (post.claims["aud"], post.claims["sub"]) == (service.origin, "mailto:ops@afterbeam.org")


def test_the_longest_message_is_accepted(service: PushService, clinic: Clinic, alice: Subscriber) -> None:
    assert clinic.push(alice, bytes(3993)).status == 201
    assert len(service.posts[0].body) == 4096


def test_a_plain_endpoint_tells_nothing_but_what_the_standard_asks(
    service: PushService, clinic: Clinic, alice: Subscriber
) -> None:
    clinic.push(alice)
    assert set(service.posts[0].headers) == {
        *("host", "content-length", "content-type", "content-encoding"),
        *("ttl", "urgency", "authorization", "user-agent"),
    }


@pytest.mark.parametrize(
    ("status", "ruling"),
    [
        (201, Ruling.ACCEPTED),
        (202, Ruling.ACCEPTED),
        (400, Ruling.SUSPECT),
        (401, Ruling.SUSPECT),
        (403, Ruling.SUSPECT),
        (404, Ruling.GONE),
        (406, Ruling.REFUSED),
        (410, Ruling.GONE),
        (413, Ruling.OUR_BUG),
        (429, Ruling.RETRY),
        (500, Ruling.RETRY),
        (503, Ruling.RETRY),
    ],
)
def test_each_answer_of_a_push_service_means_one_thing(
    service: PushService, clinic: Clinic, alice: Subscriber, status: int, ruling: Ruling
) -> None:
    service.script(alice.endpoint, Script(status))
    result = clinic.push(alice)
    assert (result.status, result.origin) == (status, service.origin)
    useful_until = clinic.now + timedelta(hours=1)
    assert decide(result, attempt=1, now=clinic.now, useful_until=useful_until, jitter=0.5).ruling is ruling


def test_retry_after_comes_back_in_both_forms(
    service: PushService, clinic: Clinic, alice: Subscriber
) -> None:
    now = clinic.now.replace(microsecond=0)
    date = format_datetime(now + timedelta(seconds=90), usegmt=True)
    for header in ("90", date):
        service.script(alice.endpoint, Script(429, {"Retry-After": header}))
        result = clinic.push(alice)
        assert (result.status, result.retry_after) == (429, header)
        verdict = decide(result, attempt=1, now=now, useful_until=now + timedelta(hours=1), jitter=0.0)
        assert verdict.retry_at == now + timedelta(seconds=90)


def test_a_service_may_grant_less_time_than_was_asked(
    service: PushService, clinic: Clinic, alice: Subscriber
) -> None:
    assert clinic.push(alice, ttl=600).ttl_granted == 600
    service.script(alice.endpoint, Script(201, {"TTL": "30"}))
    assert clinic.push(alice, ttl=600).ttl_granted == 30
    service.script(alice.endpoint, Script(201, {"TTL": "a while"}))
    assert clinic.push(alice, ttl=600).ttl_granted is None


def test_a_forgotten_endpoint_is_gone_and_an_unknown_one_too(
    service: PushService, clinic: Clinic, alice: Subscriber, bob: Subscriber
) -> None:
    service.forget(alice.endpoint)
    assert clinic.push(alice).status == 410
    service.channels.clear()
    assert clinic.push(bob).status == 404


def test_a_subscription_made_with_another_key_answers_403(service: PushService, clinic: Clinic) -> None:
    stranger = service.make_subscriber(VapidKey.generate().public_key)
    assert clinic.push(stranger).status == 403


def test_after_a_change_of_keys_each_phone_is_reached_with_its_own(
    service: PushService, alice: Subscriber
) -> None:
    new = VapidKey.generate()
    bob = service.make_subscriber(new.public_key)
    sender = CurlSender(VapidSigner([new, KEY], check_subject("https://afterbeam.org/")), RULES, PATIENT)
    message = PushMessage(b"hello", 60)
    batch = [
        Outgoing("alice", target_of(alice), message, KEY.id),
        Outgoing("bob", target_of(bob), message, new.id),
        Outgoing("unnamed", target_of(bob), message),
        Outgoing("retired", target_of(alice), message, "a key long gone"),
    ]
    results = Clinic(sender).sender.send(batch, Clinic(sender).now)
    sender.close()
    assert [result.status for result in results] == [201, 201, 201, None]
    assert results[3].failure is Failure.KEY


def test_one_token_serves_every_push_to_a_service_and_names_that_service(
    service: PushService, other_service: PushService, clinic: Clinic
) -> None:
    everybody = [one.make_subscriber(KEY.public_key) for _ in range(5) for one in (service, other_service)]
    assert {result.status for result in clinic.push_all(everybody)} == {201}
    assert {result.status for result in clinic.push_all(everybody)} == {201}
    for one in (service, other_service):
        assert len({post.headers["authorization"] for post in one.posts}) == 1
        assert {post.claims["aud"] for post in one.posts if post.claims} == {one.origin}
        assert len(one.posts) == 10
