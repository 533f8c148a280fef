"""Whom we really talk to: the checked address, under the right name."""

from __future__ import annotations

import ssl
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from pwa.push.addresses import Lookup, system_lookup
from pwa.push.curl_sender import CurlSender
from pwa.push.sender import Failure, SendResult
from tests.contract.push.conftest import KEY, PATIENT, RULES, SIGNER, Clinic
from tests.support.push_service import PushService


def leading_to(address: str) -> Lookup:
    def lookup(host: str, port: int) -> Sequence[str]:
        return [address]

    return lookup


def push_once(
    service: PushService, lookup: Lookup = system_lookup, ca_file: Path | None = None
) -> SendResult[str]:
    sender = CurlSender(SIGNER, RULES, PATIENT, ca_file=str(ca_file) if ca_file else None, lookup=lookup)
    try:
        return Clinic(sender).push(service.make_subscriber(KEY.public_key))
    finally:
        sender.close()


def test_the_connection_goes_to_the_address_that_was_checked_and_keeps_the_name() -> None:
    # The system would lead "localhost" to 127.0.0.1, where nobody listens.
    with PushService(host="127.0.0.2", name="localhost") as service:
        assert push_once(service, leading_to("127.0.0.2")).status == 201
        assert service.posts[0].headers["host"] == service.origin.removeprefix("http://")


@pytest.mark.parametrize("address", ["10.0.0.1", "169.254.169.254", "93.184.216.34"])
def test_a_name_that_leads_elsewhere_is_not_connected_to(address: str) -> None:
    with PushService(name="localhost") as service:
        result = push_once(service, leading_to(address))
        assert (result.status, result.failure) == (None, Failure.ADDRESS)
        assert service.posts == []


def test_a_name_that_turns_bad_between_two_batches_is_not_connected_to() -> None:
    answers = iter(["127.0.0.1", "10.0.0.1"])
    with PushService(name="localhost") as service:
        sender = CurlSender(SIGNER, RULES, PATIENT, lookup=lambda host, port: [next(answers)])
        clinic, alice = Clinic(sender), service.make_subscriber(KEY.public_key)
        assert clinic.push(alice).status == 201
        clinic.now += timedelta(minutes=1)
        assert clinic.push(alice).failure is Failure.ADDRESS
        sender.close()
        assert len(service.posts) == 1


def certificate(folder: Path, name: str) -> tuple[ssl.SSLContext, Path]:
    """A server's TLS context and the file with its self-signed certificate."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    built = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    cert_file, key_file = folder / "server.pem", folder / "key.pem"
    cert_file.write_bytes(built.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert_file, key_file)
    return context, cert_file


def test_a_service_with_a_good_certificate_is_pushed_to_over_tls(tmp_path: Path) -> None:
    tls, authority = certificate(tmp_path, "localhost")
    with PushService(tls=tls, name="localhost") as service:
        assert push_once(service, ca_file=authority).status == 201
        assert service.posts[0].claims is not None
        assert service.posts[0].claims["aud"] == service.origin


def test_a_certificate_of_an_authority_we_do_not_know_ends_the_connection(tmp_path: Path) -> None:
    tls, _ = certificate(tmp_path, "localhost")
    with PushService(tls=tls, name="localhost") as service:
        assert push_once(service).failure is Failure.TLS
        assert service.posts == []


def test_a_certificate_for_another_name_ends_the_connection(tmp_path: Path) -> None:
    tls, authority = certificate(tmp_path, "fcm.googleapis.com")
    with PushService(tls=tls, name="localhost") as service:
        assert push_once(service, ca_file=authority).failure is Failure.TLS
        assert service.posts == []
