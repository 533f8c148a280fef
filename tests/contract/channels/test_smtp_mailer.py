"""A real mailer and a real mail server, over real SMTP."""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from pwa.channels.line import Limits
from pwa.channels.port import Failure, Letter, LetterResult
from pwa.channels.smtp_mailer import SmtpMailer
from pwa.channels.smtp_route import Security, SmtpRoute
from pwa.config.mail import read_smtp_url
from tests.contract.push.test_connection import certificate
from tests.support.processes import free_port
from tests.support.smtp import SmtpServer, dripping
from tests.support.times import NOW

ALICE, BOB, CAROL = "alice@clinic.test", "bob@clinic.test", "carol@clinic.test"
SENDER = "afterbeam@care.test"
# A machine at its limit answers late, and a test must not take that for a server that hangs.
PATIENT = Limits(connect=timedelta(seconds=10), whole=timedelta(seconds=20))
HASTY = Limits(connect=timedelta(seconds=1), whole=timedelta(seconds=1), stopping=timedelta(seconds=0.3))


@pytest.fixture
def server() -> Iterator[SmtpServer]:
    with SmtpServer() as running:
        yield running


def mailer_to(url: str, limits: Limits = PATIENT, tls: ssl.SSLContext | None = None) -> SmtpMailer:
    route = read_smtp_url(url)
    assert route is not None
    mailer = SmtpMailer(route, SENDER, "care.test", limits=limits)
    return mailer if tls is None else replace(mailer, tls=tls)


def encrypted(scheme: str, context: ssl.SSLContext, login: tuple[str, str] | None = None) -> SmtpServer:
    if scheme == "smtps":
        return SmtpServer(tls=context, login=login)
    return SmtpServer(starttls=context, login=login)


def letter_to(address: str, subject: str = "Please open the inbox") -> Letter[str]:
    return Letter(address, address, subject, "https://care.test/clinic\n", f"id-of-{address[:3]}")


def sent(mailer: SmtpMailer, *addresses: str) -> list[LetterResult[str]]:
    return mailer.send([letter_to(address) for address in addresses], NOW)


def test_letters_arrive_each_at_one_person(server: SmtpServer) -> None:
    assert sent(mailer_to(server.url), ALICE, BOB) == [LetterResult(ALICE, 250), LetterResult(BOB, 250)]
    assert [(letter.sender, letter.to) for letter in server.letters] == [(SENDER, [ALICE]), (SENDER, [BOB])]
    message = server.letters[0].message
    assert (message["To"], message["Message-ID"]) == (ALICE, "<id-of-ali@care.test>")
    assert message.get_content().strip() == "https://care.test/clinic"


@pytest.mark.parametrize("code", [450, 550])
def test_one_address_that_is_refused_holds_up_no_other(server: SmtpServer, code: int) -> None:
    server.refuse(BOB, code)
    assert sent(mailer_to(server.url), ALICE, BOB, CAROL) == [
        LetterResult(ALICE, 250),
        LetterResult(BOB, code),
        LetterResult(CAROL, 250),
    ]


def test_an_answer_that_is_neither_yes_nor_no_delivers_nothing(server: SmtpServer) -> None:
    server.refuse(BOB, 252)  # "cannot verify, but will attempt": smtplib gives such a letter up
    assert sent(mailer_to(server.url), BOB) == [LetterResult(BOB, failure=Failure.CONNECTION)]
    assert server.letters == []


def test_a_server_that_hangs_up_leaves_the_rest_for_later(server: SmtpServer) -> None:
    server.refuse(BOB, 421)
    assert sent(mailer_to(server.url), ALICE, BOB, CAROL) == [
        LetterResult(ALICE, 250),
        LetterResult(BOB, 421),
        LetterResult(CAROL, failure=Failure.CONNECTION),
    ]


def test_content_that_is_refused_is_an_answer_about_the_letter(server: SmtpServer) -> None:
    server.refuse_content(554)
    assert sent(mailer_to(server.url), ALICE) == [LetterResult(ALICE, 554)]


def test_a_sender_the_server_does_not_know_is_no_fault_of_the_address(server: SmtpServer) -> None:
    server.refuse_sender(550)
    assert sent(mailer_to(server.url), ALICE) == [LetterResult(ALICE, failure=Failure.SENDER)]


def test_no_letter_brings_an_address_or_a_header_of_its_own(server: SmtpServer) -> None:
    bad = f"{BOB}\r\nRCPT TO:<{CAROL}>"
    letters = [letter_to(bad), letter_to(BOB, "x\r\nBcc: carol@clinic.test"), letter_to(ALICE)]
    results = mailer_to(server.url).send(letters, NOW)
    assert [one.failure for one in results] == [Failure.ADDRESS, Failure.MESSAGE, None]
    assert [letter.to for letter in server.letters] == [[ALICE]]


def test_nobody_there_is_a_failure_and_no_error() -> None:
    assert sent(mailer_to(f"smtp://127.0.0.1:{free_port()}"), ALICE) == [
        LetterResult(ALICE, failure=Failure.CONNECTION)
    ]


def test_a_name_that_nobody_knows_says_so() -> None:
    assert mailer_to("smtp://mail.invalid").check() is Failure.NAME


def test_a_server_that_drips_is_cut_off_in_time() -> None:
    with dripping() as port:
        mailer, began = mailer_to(f"smtp://127.0.0.1:{port}", HASTY), time.monotonic()
        assert sent(mailer, ALICE, BOB) == [
            LetterResult(ALICE, failure=Failure.TIMEOUT),
            LetterResult(BOB, failure=Failure.TIMEOUT),
        ]
        assert time.monotonic() - began < 4


def test_a_handshake_that_drips_is_cut_off_in_time() -> None:
    with dripping(line=b"\x16\x03\x03\x40\x00\x02\x00\x3f\xfc" + b"\0" * 10_000) as port:
        mailer, began = mailer_to(f"smtps://127.0.0.1:{port}", HASTY), time.monotonic()
        assert mailer.check() is Failure.TIMEOUT
        assert time.monotonic() - began < 4


def test_what_was_taken_before_the_time_ran_out_counts(server: SmtpServer) -> None:
    server.take(0.7)
    results = sent(mailer_to(server.url, replace(HASTY, whole=timedelta(seconds=1.2))), ALICE, BOB)
    assert results == [LetterResult(ALICE, 250), LetterResult(BOB, failure=Failure.TIMEOUT)]


def test_a_process_that_stops_does_not_wait_for_a_slow_server() -> None:
    with dripping() as port:
        limits, began = replace(HASTY, whole=timedelta(seconds=30)), time.monotonic()
        mailer = replace(mailer_to(f"smtp://127.0.0.1:{port}", limits), stopping=lambda: True)
        assert mailer.check() is Failure.TIMEOUT
        assert time.monotonic() - began < 4


# ---------------------------------------------------------------------- who we are, and who they are


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")  # aiosmtpd overlooks smtps
@pytest.mark.parametrize("scheme", ["smtps", "smtp+starttls"])
def test_an_encrypted_line_to_the_right_server_carries_the_password(tmp_path: Path, scheme: str) -> None:
    context, authority = certificate(tmp_path, "localhost")
    ours = ssl.create_default_context(cafile=str(authority))
    with encrypted(scheme, context, login=("care", "s3cret/x")) as server:
        url = f"{scheme}://care:s3cret%2Fx@localhost:{server.port}"
        assert mailer_to(url, tls=ours).check() is None
        assert sent(mailer_to(url, tls=ours), ALICE) == [LetterResult(ALICE, 250)]
        wrong = url.replace("s3cret", "wrong")
        assert sent(mailer_to(wrong, tls=ours), ALICE) == [LetterResult(ALICE, failure=Failure.SIGN_IN)]
    assert len(server.letters) == 1


@pytest.mark.parametrize("scheme", ["smtps", "smtp+starttls"])
@pytest.mark.parametrize("name", ["localhost", "mail.elsewhere.test"])
def test_a_certificate_that_is_not_the_servers_ends_the_conversation(
    tmp_path: Path, scheme: str, name: str
) -> None:
    context, authority = certificate(tmp_path, name)
    trusting = ssl.create_default_context(cafile=str(authority) if name != "localhost" else None)
    with encrypted(scheme, context) as server:
        mailer = mailer_to(f"{scheme}://localhost:{server.port}", tls=trusting)
        assert mailer.check() is Failure.TLS
        assert sent(mailer, ALICE) == [LetterResult(ALICE, failure=Failure.TLS)]
    assert server.letters == []


def test_a_server_that_offers_no_encryption_gets_no_letter_in_the_clear(server: SmtpServer) -> None:
    mailer = mailer_to(f"smtp+starttls://127.0.0.1:{server.port}")
    assert sent(mailer, ALICE) == [LetterResult(ALICE, failure=Failure.TLS)]
    assert server.letters == []


def test_a_server_that_asks_for_no_password_is_not_told_it(server: SmtpServer) -> None:
    route = SmtpRoute("127.0.0.1", server.port, Security.NONE, "care", "s3cret")
    assert SmtpMailer(route, SENDER, "care.test", limits=PATIENT).check() is Failure.SIGN_IN


def test_the_password_is_never_printed() -> None:
    mailer = mailer_to("smtps://care:s3cret@mail.care.test")
    assert "s3cret" not in repr(mailer)
    assert "care:" not in repr(mailer)
