"""The second half of T11: a name on the list that leads into our own network."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from threading import Event

import pytest

from pwa.push.addresses import AddressRefused, Lookup, is_public, resolve
from pwa.push.endpoints import LOOPBACK, EndpointRules, check_endpoint
from pwa.push.name_book import NameBook
from pwa.push.sender import Failure

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
GOOGLE = check_endpoint("https://fcm.googleapis.com/fcm/send/x", EndpointRules())
APPLE = check_endpoint("https://web.push.apple.com/x", EndpointRules())
LOCALHOST = check_endpoint("http://localhost:8090/x", EndpointRules(allow_loopback=LOOPBACK))


def answering(*addresses: str) -> Lookup:
    def lookup(host: str, port: int) -> Sequence[str]:
        return addresses

    return lookup


@pytest.mark.parametrize(
    "address",
    ["142.250.1.95", "17.188.143.1", "2a00:1450:4001:81c::200a", "::ffff:8.8.8.8", "64:ff9b::808:808"],
)
def test_public_addresses_are_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.8.9.10",
        "0.0.0.0",
        "0.1.2.3",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.0.1",
        "169.254.169.254",
        "100.64.0.1",
        "192.0.0.1",
        "192.0.2.1",
        "198.18.0.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::127.0.0.1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::ffff:169.254.169.254",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::1",
        "2002:7f00:1::",
        "2002:a00:1::1",
        "2001:0:4136:e378:8000:63bf:80ff:fffe",
        "fc00::1",
        "fd12:3456::1",
        "fe80::1",
        "fe80::1%eth0",
        "fec0::1",
        "ff02::1",
        "ff0e::1",
        "2001:db8::1",
        "nonsense",
        "",
    ],
)
def test_every_other_address_is_not(address: str) -> None:
    assert not is_public(address)


def test_a_name_is_connected_to_at_the_addresses_that_were_checked() -> None:
    assert resolve(GOOGLE, answering("142.250.1.95", "2a00:1450::1")) == ("142.250.1.95", "2a00:1450::1")


def test_one_private_address_among_public_ones_refuses_them_all() -> None:
    with pytest.raises(AddressRefused):
        resolve(GOOGLE, answering("142.250.1.95", "127.0.0.1"))


def test_a_name_without_an_address_is_an_error_and_not_a_pass() -> None:
    with pytest.raises(OSError, match="no address"):
        resolve(GOOGLE, answering())


def test_localhost_must_lead_to_loopback() -> None:
    assert resolve(LOCALHOST, answering("127.0.0.1", "::1")) == ("127.0.0.1", "::1")
    for elsewhere in ("10.0.0.1", "142.250.1.95", "not an address"):
        with pytest.raises(AddressRefused):
            resolve(LOCALHOST, answering("127.0.0.1", elsewhere))


def test_a_name_that_turns_private_after_the_check_is_refused_at_the_next_look() -> None:
    asked = []

    def rebinding(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        return ["142.250.1.95"] if len(asked) == 1 else ["127.0.0.1"]

    book = NameBook(rebinding)
    assert book.addresses_of([GOOGLE], NOW) == {GOOGLE.origin: ("142.250.1.95",)}
    # Until then the connection still goes to the address that was checked.
    assert book.addresses_of([GOOGLE], NOW + timedelta(seconds=29)) == {GOOGLE.origin: ("142.250.1.95",)}
    assert len(asked) == 1
    assert book.addresses_of([GOOGLE], NOW + timedelta(seconds=30)) == {GOOGLE.origin: Failure.ADDRESS}


def test_a_name_that_cannot_be_resolved_is_asked_again_and_holds_up_no_other() -> None:
    release, asked = Event(), []

    def lookup(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        if host == GOOGLE.host:
            release.wait(10)
        return ["17.188.143.1"]

    book = NameBook(lookup, patience=timedelta(milliseconds=50))
    try:
        found = book.addresses_of([GOOGLE, GOOGLE, APPLE], NOW)
    finally:
        release.set()
    assert found == {GOOGLE.origin: Failure.NAME, APPLE.origin: ("17.188.143.1",)}
    assert book.addresses_of([GOOGLE], NOW) == {GOOGLE.origin: ("17.188.143.1",)}
    assert asked.count(APPLE.host) == 1


def test_a_name_server_that_fails_is_no_name() -> None:
    def lookup(host: str, port: int) -> Sequence[str]:
        raise OSError("temporary failure in name resolution")

    assert NameBook(lookup).addresses_of([GOOGLE], NOW) == {GOOGLE.origin: Failure.NAME}
