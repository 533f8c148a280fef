from __future__ import annotations

import pytest

from pwa.channels.addresses import domain_of, is_address


@pytest.mark.parametrize(
    "address",
    [
        "nurse@clinic.example",
        "Nurse.Joy+alerts@mail.clinic.example",
        "o'brien@clinic.example",
        "owner@localhost",
        "a@xn--hautrzte-5wa.example",
        "a" * 64 + "@clinic.example",
    ],
)
def test_plain_addresses_are_taken(address: str) -> None:
    assert is_address(address)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "nurse",
        "@clinic.example",
        "nurse@",
        "nurse@clinic.example\r\nBcc: everybody@elsewhere.example",
        "nurse@clinic.example\n",
        "nurse@clinic.example\0",
        "nurse@clinic.example, everybody@elsewhere.example",
        "nurse@clinic.example everybody@elsewhere.example",
        "Nurse <nurse@clinic.example>",
        "<nurse@clinic.example>",
        '"nurse"@clinic.example',
        "nurse@clinic@elsewhere.example",
        "@relay.example:nurse@clinic.example",
        "nurse%elsewhere.example@clinic.example",
        "clinic!nurse@clinic.example",
        "nurse(joy)@clinic.example",
        "nurse@[127.0.0.1]",
        "nurse..joy@clinic.example",
        ".nurse@clinic.example",
        "nurse@-clinic.example",
        "nurse@clinic..example",
        "n\u00fcrse@clinic.example",
        "nurse@cl\u0131nic.example",
        "a" * 65 + "@clinic.example",
        "a@" + "b." * 130 + "example",
    ],
)
def test_whatever_could_carry_a_second_address_or_a_header_is_none(address: str) -> None:
    assert not is_address(address)


def test_the_domain_is_in_lower_case() -> None:
    assert domain_of("Nurse@Clinic.Example") == "clinic.example"
