"""Hands letters to a mail server over SMTP, all of a batch in one conversation (RFC 5321)."""

from __future__ import annotations

import contextlib
import smtplib
import socket
import ssl
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from pwa.channels.addresses import is_address
from pwa.channels.line import USUAL_LIMITS, Limits, Line
from pwa.channels.port import Failure, K, Letter, LetterResult
from pwa.channels.smtp_route import Security, SmtpRoute
from pwa.channels.writing import written

Work = Callable[[smtplib.SMTP], None]


class _Smtp(smtplib.SMTP):
    """smtplib on a line of ours."""

    def __init__(self, route: SmtpRoute, line: Line, tls: ssl.SSLContext, hello: str) -> None:
        self._dial: Callable[[], socket.socket] = partial(line.connect, route, tls)
        super().__init__(route.host, route.port, local_hostname=hello)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        return self._dial()


class _NotSignedIn(Exception):
    """The server does not take this user and password, or asks for none."""


@dataclass(frozen=True, slots=True)
class SmtpMailer:
    """`sender` is the address letters come from, `hello` what this server calls itself to another."""

    route: SmtpRoute
    sender: str
    hello: str
    stopping: Callable[[], bool] = lambda: False
    limits: Limits = USUAL_LIMITS
    tls: ssl.SSLContext = field(default_factory=ssl.create_default_context)

    def send(self, letters: Sequence[Letter[K]], now: datetime) -> list[LetterResult[K]]:
        """One result per letter. What the server had not answered when the line broke is a failure."""
        heard: dict[int, LetterResult[K]] = {}

        def hand_over(smtp: smtplib.SMTP) -> None:
            for place, letter in enumerate(letters):
                heard[place] = self._hand_over(smtp, letter, now)

        failure = self._talk(hand_over) or Failure.CONNECTION
        return [
            heard.get(place) or LetterResult(letter.key, failure=failure)
            for place, letter in enumerate(letters)
        ]

    def check(self) -> Failure | None:
        """Whether the server lets us in."""
        return self._talk(lambda smtp: None)

    def _talk(self, work: Work) -> Failure | None:
        """Connect, sign in, do the work and say goodbye; the reason when that did not come to its end."""
        line = Line(self.limits)
        ended: list[Failure | None] = []
        worker = threading.Thread(
            target=lambda: ended.append(self._converse(line, work)), name="smtp", daemon=True
        )
        worker.start()
        in_time = line.wait_for(worker, self.stopping)
        return ended[0] if in_time and ended else Failure.TIMEOUT

    def _converse(self, line: Line, work: Work) -> Failure | None:
        # What a server says may quote an address: of an error only its kind goes any further.
        try:
            with contextlib.closing(_Smtp(self.route, line, self.tls, self.hello)) as smtp:
                self._sign_in(smtp)
                work(smtp)
                with contextlib.suppress(OSError, smtplib.SMTPException):
                    smtp.quit()  # every letter has its answer already
        except _NotSignedIn:
            return Failure.SIGN_IN
        except (ssl.SSLError, ssl.CertificateError, smtplib.SMTPNotSupportedError):
            return Failure.TLS
        except TimeoutError:
            return Failure.TIMEOUT
        except socket.gaierror:
            return Failure.NAME
        except (OSError, smtplib.SMTPException):
            return Failure.CONNECTION
        return None

    def _sign_in(self, smtp: smtplib.SMTP) -> None:
        if self.route.security is Security.STARTTLS:
            smtp.starttls(context=self.tls)  # raises where the server does not offer it: never in the clear
        if self.route.user is not None and self.route.password is not None:
            try:
                smtp.login(self.route.user, self.route.password)
            except (smtplib.SMTPException, UnicodeError) as refused:  # some servers just hang up
                raise _NotSignedIn from refused

    def _hand_over(self, smtp: smtplib.SMTP, letter: Letter[K], now: datetime) -> LetterResult[K]:
        """What the server answers about one letter. Raises when it answers nothing any more."""
        if not is_address(letter.to):
            return LetterResult(letter.key, failure=Failure.ADDRESS)
        try:
            content = written(letter, self.sender, now)
        except ValueError:
            return LetterResult(letter.key, failure=Failure.MESSAGE)
        try:
            smtp.sendmail(self.sender, [letter.to], content)
        except smtplib.SMTPRecipientsRefused as refused:
            [(code, _)] = refused.recipients.values()
            return _refusal(letter, code)
        except smtplib.SMTPSenderRefused as refused:
            if refused.smtp_code >= 500:
                return LetterResult(letter.key, failure=Failure.SENDER)
            return _refusal(letter, refused.smtp_code)
        except smtplib.SMTPDataError as refused:
            return _refusal(letter, refused.smtp_code)
        return LetterResult(letter.key, status=250)


def _refusal(letter: Letter[K], code: int) -> LetterResult[K]:
    """Any other code than the one that is due is none: "252 cannot verify" delivers nothing."""
    if 400 <= code < 600:
        return LetterResult(letter.key, status=code)
    return LetterResult(letter.key, failure=Failure.CONNECTION)
