"""`afterbeam doctor` and the health addresses say whether alerts can be mailed."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from tests.support.command import Command, Said
from tests.support.processes import free_port
from tests.support.smtp import SmtpServer

FROM = "afterbeam@care.test"


@pytest.fixture
def server() -> Iterator[SmtpServer]:
    with SmtpServer() as running:
        yield running


def found(said: Said, check: str) -> tuple[str, str]:
    ((state, detail),) = [
        (one["state"], one["detail"]) for one in json.loads(said.out) if one["check"] == check
    ]
    return state, detail


def test_without_a_mail_server_the_doctor_warns(afterbeam: Command) -> None:
    state, detail = found(afterbeam("doctor", "--json"), "mail server")
    assert state == "warning"
    assert "cannot be mailed" in detail
    assert "AFTERBEAM_SMTP_URL" in detail


def test_a_mail_server_that_lets_us_in_is_well(afterbeam: Command, server: SmtpServer) -> None:
    said = afterbeam("doctor", "--json", SMTP_URL=server.url, MAIL_FROM=FROM)
    assert found(said, "mail server") == ("ok", f"127.0.0.1 port {server.port} lets us in")
    assert server.letters == []


def test_a_mail_server_that_is_not_there_is_failing(afterbeam: Command) -> None:
    url = f"smtp://care:CANARY@127.0.0.1:{free_port()}"
    said = afterbeam("doctor", "--json", SMTP_URL=url, MAIL_FROM=FROM)
    assert said.code == 1
    state, detail = found(said, "mail server")
    assert state == "failing"
    assert "does not let us in (connection)" in detail
    assert "CANARY" not in said.out + said.err
