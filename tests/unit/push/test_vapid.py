"""RFC 8292: its example, our tokens, and how long they are kept."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from py_vapid import Vapid02
from py_vapid.jwt import decode

from pwa.push import base64url
from pwa.push.subject import check_subject
from pwa.push.vapid import UnknownVapidKey, VapidKey, VapidKeyRefused, VapidSigner

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
GOOGLE, APPLE = "https://fcm.googleapis.com", "https://web.push.apple.com"
SUBJECT = check_subject("https://afterbeam.org/contact")
KEY = VapidKey.generate()

RFC_KEY = "BA1Hxzyi1RUM1b5wjxsn7nGxAszw2u61m164i3MrAIxHF6YK5h4SDYic-dRuU_RCPCfA5aq9ojSwk5Y2EmClBPs"
RFC_TOKEN = (
    "eyJ0eXAiOiJKV1QiLCJhbGciOiJFUzI1NiJ9.eyJhdWQiOiJodHRwczovL3B1c2guZXhhbXBsZS5uZXQiLCJleHAiOjE0NTM1MjM3Njgs"
    "InN1YiI6Im1haWx0bzpwdXNoQGV4YW1wbGUuY29tIn0.i3CYb7t4xfxCDquptFOepC9GAu_HLGkMlMuCGSK2rpiUfnK9ojFwDXb1JrErtmys"
    "azNjjvW2L9OkSSHzvoD1oA"
)


def _parts(header: str) -> tuple[str, str]:
    """(token, key) of an Authorization header."""
    scheme, _, rest = header.partition(" ")
    assert scheme == "vapid"
    parts = dict(part.split("=", 1) for part in rest.split(", "))
    return parts["t"], parts["k"]


def _claims(header: str) -> dict[str, object]:
    """The claims, after checking the signature."""
    token, key = _parts(header)
    claims: dict[str, object] = decode(token, key)
    return claims


def test_the_library_verifies_the_example_of_rfc_8292() -> None:
    assert decode(RFC_TOKEN, RFC_KEY) == {
        "aud": "https://push.example.net",
        "exp": 1453523768,
        "sub": "mailto:push@example.com",
    }


def test_a_header_names_the_service_ends_in_twelve_hours_and_says_who_we_are() -> None:
    header = VapidSigner([KEY], SUBJECT).header(GOOGLE, NOW)
    assert _claims(header) == {
        "aud": GOOGLE,
        "exp": int((NOW + timedelta(hours=12)).timestamp()),
        "sub": "https://afterbeam.org/contact",
    }
    token, key = _parts(header)
    head = json.loads(base64url.decode(token.split(".")[0]))
    assert head == {"typ": "JWT", "alg": "ES256"}
    assert key == KEY.public_key
    assert Vapid02.verify(header.replace(", ", ","))


def test_a_token_is_used_again_until_an_hour_before_its_end() -> None:
    signer = VapidSigner([KEY], SUBJECT)
    first = signer.header(GOOGLE, NOW)
    assert signer.header(GOOGLE, NOW + timedelta(hours=10, minutes=59)) == first
    later = NOW + timedelta(hours=11)
    assert _claims(signer.header(GOOGLE, later))["exp"] == int((later + timedelta(hours=12)).timestamp())


def test_a_token_from_the_future_is_not_used_after_the_clock_was_set_back() -> None:
    signer = VapidSigner([KEY], SUBJECT)
    signer.header(GOOGLE, NOW)
    earlier = NOW - timedelta(days=2)
    assert _claims(signer.header(GOOGLE, earlier))["exp"] == int((earlier + timedelta(hours=12)).timestamp())


def test_each_service_gets_its_own_audience_in_any_order() -> None:
    signer = VapidSigner([KEY], SUBJECT)
    asked = [GOOGLE, APPLE, GOOGLE, APPLE]
    assert [_claims(signer.header(origin, NOW))["aud"] for origin in asked] == asked


def test_a_subscription_is_pushed_to_with_the_key_it_was_made_with() -> None:
    old = VapidKey.generate()
    signer = VapidSigner([KEY, old], SUBJECT)
    assert _parts(signer.header(GOOGLE, NOW))[1] == KEY.public_key
    assert _parts(signer.header(GOOGLE, NOW, old.id))[1] == old.public_key
    assert _parts(signer.header(GOOGLE, NOW, KEY.id))[1] == KEY.public_key


def test_a_key_that_is_gone_is_said_to_be_gone() -> None:
    with pytest.raises(UnknownVapidKey):
        VapidSigner([KEY], SUBJECT).header(GOOGLE, NOW, "retired")


def test_any_number_of_services_does_not_fill_the_memory() -> None:
    signer = VapidSigner([KEY], SUBJECT)
    for number in range(1500):
        signer.header(f"https://{number}.notify.windows.com", NOW)
    assert len(signer._tokens) <= 1024


def test_a_signer_without_a_key_is_refused() -> None:
    with pytest.raises(VapidKeyRefused, match="AFTERBEAM_VAPID_PRIVATE_KEY_FILE"):
        VapidSigner([], SUBJECT)


def test_a_key_survives_its_file_and_the_file_is_its_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "vapid.pem"
    KEY.save(path)
    assert path.stat().st_mode & 0o777 == 0o600
    loaded = VapidKey.load(path)
    assert (loaded.public_key, loaded.id) == (KEY.public_key, KEY.id)
    assert len(base64url.decode(loaded.public_key)) == 65


def test_a_key_is_never_written_over_another(tmp_path: Path) -> None:
    path = tmp_path / "vapid.pem"
    KEY.save(path)
    with pytest.raises(FileExistsError):
        VapidKey.generate().save(path)
    assert VapidKey.load(path).id == KEY.id


def test_a_key_is_not_printed() -> None:
    assert repr(KEY) == f"VapidKey(public_key={KEY.public_key!r}, id={KEY.id!r})"


def _pem(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey, password: bytes | None = None) -> bytes:
    hidden = serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, hidden)


@pytest.mark.parametrize(
    "pem",
    [
        b"",
        b"not a key",
        KEY.pem()[:100],
        _pem(ec.generate_private_key(ec.SECP384R1())),
        _pem(rsa.generate_private_key(65537, 2048)),
        _pem(ec.generate_private_key(ec.SECP256R1()), b"secret"),
    ],
    ids=["empty", "text", "cut short", "P-384", "RSA", "encrypted"],
)
def test_any_other_key_file_is_refused_with_the_setting_and_the_mend(pem: bytes, tmp_path: Path) -> None:
    path = tmp_path / "vapid.pem"
    path.write_bytes(pem)
    with pytest.raises(VapidKeyRefused, match=r"AFTERBEAM_VAPID_PRIVATE_KEY_FILE.*afterbeam keys create"):
        VapidKey.load(path)


def test_a_missing_key_file_is_refused_the_same_way(tmp_path: Path) -> None:
    with pytest.raises(VapidKeyRefused):
        VapidKey.load(tmp_path / "absent.pem")
