from __future__ import annotations

from uuid import UUID

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from pwa.push import base64url
from pwa.push.message import BadPushMessage, BadPushTarget, PushMessage, PushTarget, Urgency, topic_of

POINT = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
AUTH = "BTBZMqHH6r4Tts7J_aSIgg"
ENDPOINT = "https://fcm.googleapis.com/fcm/send/alice"


def _encoded(key: ec.EllipticCurvePrivateKey, form: serialization.PublicFormat) -> str:
    return base64url.encode(key.public_key().public_bytes(serialization.Encoding.X962, form))


def test_a_target_takes_the_keys_as_a_browser_gives_them_padded_or_not() -> None:
    bare = PushTarget(ENDPOINT, POINT, AUTH)
    assert bare == PushTarget(ENDPOINT, POINT, AUTH)
    assert PushTarget(ENDPOINT, POINT + "=", AUTH + "==").auth_secret == bare.auth_secret
    assert len(bare.auth_secret) == 16


@pytest.mark.parametrize(
    "p256dh",
    [
        "",
        "not base64url!",
        POINT[:-4],
        POINT.replace("-", "+"),
        base64url.encode(b"\x04" + bytes(64)),
        base64url.encode(b"\x04" + b"\x01" * 64),
        _encoded(ec.derive_private_key(7, ec.SECP384R1()), serialization.PublicFormat.UncompressedPoint),
        _encoded(ec.derive_private_key(7, ec.SECP256R1()), serialization.PublicFormat.CompressedPoint),
        "Ä" * 87,
    ],
)
def test_a_key_that_is_no_uncompressed_point_on_p256_is_refused(p256dh: str) -> None:
    with pytest.raises(BadPushTarget, match="p256dh"):
        PushTarget(ENDPOINT, p256dh, AUTH)


@pytest.mark.parametrize("auth", ["", "AAAA", AUTH + AUTH, "~" * 22, AUTH[:-1]])
def test_an_auth_secret_that_is_not_16_bytes_is_refused(auth: str) -> None:
    with pytest.raises(BadPushTarget, match="auth"):
        PushTarget(ENDPOINT, POINT, auth)


@pytest.mark.parametrize("endpoint", ["", "https://fcm.googleapis.com/" + "x" * 2048])
def test_an_endpoint_of_impossible_length_is_refused(endpoint: str) -> None:
    with pytest.raises(BadPushTarget, match="endpoint"):
        PushTarget(endpoint, POINT, AUTH)


def test_nothing_of_a_target_or_a_body_is_printed() -> None:
    printed = repr(PushTarget(ENDPOINT, POINT, AUTH)) + repr(PushMessage(b"canary", ttl=60))
    for secret in (ENDPOINT, POINT, AUTH, "canary"):
        assert secret not in printed


def test_a_message_of_3993_bytes_fits_and_of_3994_does_not() -> None:
    assert len(PushMessage(bytes(3993), ttl=0).body) == 3993
    with pytest.raises(BadPushMessage, match="3994"):
        PushMessage(bytes(3994), ttl=0)
    with pytest.raises(BadPushMessage):
        PushMessage(b"", ttl=0)


def test_a_message_never_lives_less_than_no_time() -> None:
    with pytest.raises(BadPushMessage):
        PushMessage(b"x", ttl=-1)


@pytest.mark.parametrize("topic", ["", "x" * 33, "with space", "plus+", "slash/", "pad=", "line\n", "ü"])
def test_a_topic_that_a_push_service_would_refuse_is_refused_here(topic: str) -> None:
    with pytest.raises(BadPushMessage, match="topic"):
        PushMessage(b"x", ttl=60, topic=topic)


def test_a_topic_is_the_same_for_one_notice_and_tells_nothing_of_it() -> None:
    alice, bob = UUID(int=1), UUID(int=2)
    topic = topic_of(alice, b"key of this server")
    assert topic == topic_of(alice, b"key of this server")
    assert topic != topic_of(bob, b"key of this server")
    assert topic != topic_of(alice, b"key of another server")
    assert PushMessage(b"x", ttl=60, urgency=Urgency.HIGH, topic=topic).topic == topic
    assert len(topic) == 32
