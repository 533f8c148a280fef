"""RFC 8291: its own example (appendix A), and the limits of one record."""

from __future__ import annotations

import http_ece
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from pwa.push import base64url
from pwa.push.encryption import encrypt
from pwa.push.message import BadPushMessage, PushTarget

PLAINTEXT = b"When I grow up, I want to be a watermelon"
SERVER_PRIVATE = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"
PHONE_PUBLIC = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
PHONE_PRIVATE = "q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"
AUTH = "BTBZMqHH6r4Tts7J_aSIgg"
SALT = "DGv6ra1nlYgDCS1FRnbzlw"
BODY = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBr"
    "u3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
)
TARGET = PushTarget("https://push.example.net/push/JzLQ3raZJfFBR0aqvOMsLrt54w4rJUsV", PHONE_PUBLIC, AUTH)


def _private(text: str) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int.from_bytes(base64url.decode(text), "big"), ec.SECP256R1())


def _decrypt(body: bytes) -> bytes:
    plaintext: bytes = http_ece.decrypt(
        body, private_key=_private(PHONE_PRIVATE), auth_secret=TARGET.auth_secret, version="aes128gcm"
    )
    return plaintext


def test_the_primitive_reproduces_the_example_of_rfc_8291_with_the_keys_we_hand_it() -> None:
    body = http_ece.encrypt(
        PLAINTEXT,
        salt=base64url.decode(SALT),
        private_key=_private(SERVER_PRIVATE),
        dh=TARGET.receiver_key,
        auth_secret=TARGET.auth_secret,
        version="aes128gcm",
    )
    assert base64url.encode(body) == BODY
    assert _decrypt(body) == PLAINTEXT


def test_the_phone_of_rfc_8291_decrypts_what_we_encrypt_for_it() -> None:
    assert _decrypt(encrypt(TARGET, PLAINTEXT)) == PLAINTEXT


def test_every_message_has_a_salt_and_a_server_key_of_its_own() -> None:
    bodies = [encrypt(TARGET, PLAINTEXT) for _ in range(20)]
    assert len({body[:16] for body in bodies}) == 20
    assert len({body[21:86] for body in bodies}) == 20


@given(st.binary(min_size=1, max_size=3993))
def test_any_text_that_fits_makes_one_record_within_4096_bytes(plaintext: bytes) -> None:
    body = encrypt(TARGET, plaintext)
    record_size = int.from_bytes(body[16:20], "big")
    assert len(body) == 86 + len(plaintext) + 17 <= 4096
    assert len(body) - 86 <= record_size
    assert _decrypt(body) == plaintext


def test_the_longest_text_fills_the_body_to_the_byte() -> None:
    assert len(encrypt(TARGET, bytes(3993))) == 4096


@pytest.mark.parametrize("length", [0, 3994, 4080, 10_000])
def test_a_text_that_needs_more_than_one_record_is_refused_before_it_is_encrypted(length: int) -> None:
    with pytest.raises(BadPushMessage):
        encrypt(TARGET, bytes(length))
