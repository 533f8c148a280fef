from __future__ import annotations

import pytest

from pwa.channels.smtp_route import Security, SmtpRoute
from pwa.config import Config
from pwa.domain.errors import ConfigurationError

FROM = {"AFTERBEAM_MAIL_FROM": "afterbeam@care.clinic.org"}


def refusal(settings: dict[str, str]) -> str:
    with pytest.raises(ConfigurationError) as refused:
        Config.from_env(settings)
    return str(refused.value)


def route(url: str) -> SmtpRoute | None:
    return Config.from_env({**FROM, "AFTERBEAM_SMTP_URL": url}).smtp_url


def test_without_a_mail_server_nothing_is_mailed() -> None:
    assert Config.from_env({}).smtp_url is None
    assert Config.from_env(FROM).smtp_url is None


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://mail.clinic.org", SmtpRoute("mail.clinic.org", 25, Security.NONE)),
        ("smtps://u:p@Mail.clinic.org", SmtpRoute("mail.clinic.org", 465, Security.TLS, "u", "p")),
        ("smtp+starttls://u:p@h:2525/", SmtpRoute("h", 2525, Security.STARTTLS, "u", "p")),
        (
            "smtps://it%40clinic.org:p%2Fw%3A%25@h",
            SmtpRoute("h", 465, Security.TLS, "it@clinic.org", "p/w:%"),
        ),
        ("smtp://u:p@127.0.0.1:1025", SmtpRoute("127.0.0.1", 1025, Security.NONE, "u", "p")),
        ("smtp://u:p@localhost", SmtpRoute("localhost", 25, Security.NONE, "u", "p")),
    ],
)
def test_the_way_to_a_mail_server_is_read(url: str, expected: SmtpRoute) -> None:
    assert route(url) == expected


@pytest.mark.parametrize(
    "url",
    [
        "CANARY",
        "mail.clinic.org",
        "http://u:CANARY@mail.clinic.org",
        "smtp+tls://u:CANARY@mail.clinic.org",
        "smtps://u:CANARY@",
        "smtps://u:CANARY@mail_clinic.org",
        "smtps://u:CANARY@mail.clinic.org:99999",
        "smtps://u:CANARY@mail.clinic.org/path",
        "smtps://u:CAN/ARY@mail.clinic.org",
        "smtps://u:CANARY@mail.clinic.org?x=1",
        "smtps://u:CANARY@mail.clinic.org#x",
        "smtps://u:CANARY@mail.clinic\r\n.org",
        "smtps://:CANARY@mail.clinic.org",
        "smtps://CANARY@mail.clinic.org",
        "smtp://u:CANARY@mail.clinic.org",
        "smtp://u:CANARY@10.0.0.1",
        "smtp://u:CANARY@localhost.clinic.org",
    ],
)
def test_an_address_that_is_none_or_shows_the_password_is_refused_without_quoting_it(url: str) -> None:
    message = refusal({**FROM, "AFTERBEAM_SMTP_URL": url})
    assert message.startswith("AFTERBEAM_SMTP_URL ")
    assert "CANARY" not in message
    assert "CAN/ARY" not in message


def test_a_password_is_never_sent_in_the_clear_to_another_computer() -> None:
    message = refusal({**FROM, "AFTERBEAM_SMTP_URL": "smtp://u:p@mail.clinic.org"})
    assert message == (
        "AFTERBEAM_SMTP_URL would send the password unencrypted. Use smtp+starttls:// or smtps://."
    )


def test_the_password_is_never_printed() -> None:
    config = Config.from_env({**FROM, "AFTERBEAM_SMTP_URL": "smtps://care:CANARY@mail.clinic.org"})
    assert "CANARY" not in repr(config)
    assert "CANARY" not in repr(config.smtp_url)


def test_a_mail_server_needs_an_address_to_send_from() -> None:
    assert refusal({"AFTERBEAM_SMTP_URL": "smtp://mail.clinic.org"}).startswith(
        "AFTERBEAM_MAIL_FROM is missing."
    )


@pytest.mark.parametrize("bad", ["care", "Care <a@b.org>", "a@b.org, c@d.org", "a@b.org\r\nBcc: c@d.org"])
def test_an_address_that_is_none_is_refused(bad: str) -> None:
    assert refusal({"AFTERBEAM_MAIL_FROM": bad}).startswith("AFTERBEAM_MAIL_FROM is ")
