"""The way to a mail server: where it is, how the line is encrypted, and who we are there."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Security(StrEnum):
    """How the line to the server is protected; the values are the schemes of its URL."""

    NONE = "smtp"
    TLS = "smtps"  # from the first byte
    STARTTLS = "smtp+starttls"  # from the second sentence; without it nothing is sent


USUAL_PORTS = {Security.NONE: 25, Security.TLS: 465, Security.STARTTLS: 587}


@dataclass(frozen=True, slots=True)
class SmtpRoute:
    """A mail server. `user` and `password` are both there, or neither."""

    host: str
    port: int
    security: Security
    user: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)
