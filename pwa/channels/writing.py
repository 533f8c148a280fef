"""From a letter to the bytes of an e-mail (RFC 5322)."""

from __future__ import annotations

from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from pwa.channels.addresses import domain_of
from pwa.channels.port import Letter

NAME = "Afterbeam"


def written(letter: Letter[object], sender: str, now: datetime) -> bytes:
    """The letter as it goes over the line. Raises ValueError for a subject with a line break in it.

    Its Message-ID is the same however often it is sent: a second copy can be told from a second letter.
    """
    message = EmailMessage(policy=SMTP)
    message["From"] = f"{NAME} <{sender}>"
    message["To"] = letter.to
    message["Subject"] = letter.subject
    message["Date"] = format_datetime(now)
    message["Message-ID"] = f"<{letter.id}@{domain_of(sender)}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no answering machine answers it
    message["X-Auto-Response-Suppress"] = "All"  # the same, for Exchange
    message.set_content(letter.body)
    return message.as_bytes()
