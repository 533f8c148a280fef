"""The settings of e-mail: which server carries it, and in whose name."""

from __future__ import annotations

from urllib.parse import unquote

from pwa.channels.addresses import is_address
from pwa.channels.smtp_route import USUAL_PORTS, Security, SmtpRoute
from pwa.config.environment import refuse
from pwa.config.values import is_host, is_this_computer, split_url

_FORM = "Give smtp+starttls://user:password@host, smtps://user:password@host or smtp://host"


def read_smtp_url(text: str | None) -> SmtpRoute | None:
    """The way to the mail server. The value is never in an error: it may hold a password."""
    if text is None:
        return None
    url = split_url(text)
    if url is None or url.scheme not in list(Security) or not is_host(url.hostname):
        refuse("SMTP_URL", f"is not the address of a mail server. {_FORM}.")
    if url.path not in ("", "/") or url.query or url.fragment:
        refuse("SMTP_URL", f"holds more than a server and who signs in. {_FORM}; in them write / as %2F.")
    if bool(url.username) != bool(url.password):
        refuse("SMTP_URL", f"names a user without a password, or a password without a user. {_FORM}.")
    security, host = Security(url.scheme), url.hostname or ""
    if url.password and security is Security.NONE and not is_this_computer(host):
        refuse("SMTP_URL", "would send the password unencrypted. Use smtp+starttls:// or smtps://.")
    return SmtpRoute(
        host=host,
        port=url.port or USUAL_PORTS[security],
        security=security,
        user=unquote(url.username) if url.username else None,
        password=unquote(url.password) if url.password else None,
    )


def read_mail_from(text: str | None, smtp: SmtpRoute | None) -> str | None:
    """One plain address; needed where there is a mail server."""
    if text is None:
        if smtp is not None:
            refuse("MAIL_FROM", "is missing. Give the address that e-mails come from.")
        return None
    if not is_address(text):
        refuse("MAIL_FROM", f"is '{text}'. Give one plain address, like afterbeam@clinic.example.")
    return text
