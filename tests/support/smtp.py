"""A mail server on 127.0.0.1 that does what a test tells it to, and one that speaks too slowly.

with SmtpServer() as server:
    server.refuse("bob@clinic.test", 550)
    server.letters                      # what it took, in order
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from types import TracebackType
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP as Server
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword, Session

from tests.support.processes import free_port


@dataclass(frozen=True, slots=True)
class Received:
    """One letter as it arrived."""

    sender: str
    to: list[str]
    content: bytes = field(repr=False)
    at: float = 0.0

    @property
    def message(self) -> EmailMessage:
        read = message_from_bytes(self.content, policy=default)
        assert isinstance(read, EmailMessage)
        return read


@dataclass(slots=True)
class _Rules:
    """What the server answers; a code for an address holds for RCPT, "*" for the content of all letters."""

    letters: list[Received] = field(default_factory=list)
    codes: dict[str, tuple[int, int]] = field(default_factory=dict)  # address -> (code, how often)
    sender_code: int = 250
    content_code: int = 250
    takes_s: float = 0.0

    async def handle_MAIL(  # aiosmtpd's name
        self, server: Server, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.sender_code != 250:
            return f"{self.sender_code} 5.7.1 not in that name"
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(
        self, server: Server, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        code, left = self.codes.get(address, (250, 0))
        if left > 0:
            self.codes[address] = (code, left - 1)
            return f"{code} {address} is not for us"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Server, session: Session, envelope: Envelope) -> str:
        import asyncio

        await asyncio.sleep(self.takes_s)
        if self.content_code != 250:
            return f"{self.content_code} not that"
        assert isinstance(envelope.content, bytes)
        self.letters.append(
            Received(str(envelope.mail_from), list(envelope.rcpt_tos), envelope.content, time.monotonic())
        )
        return "250 OK"


class SmtpServer:
    """Use as a context manager; `stop` and `start` are an outage, on the same port."""

    def __init__(
        self,
        *,
        tls: ssl.SSLContext | None = None,
        starttls: ssl.SSLContext | None = None,
        login: tuple[str, str] | None = None,
        hostname: str = "127.0.0.1",
    ) -> None:
        self.host, self.port = hostname, free_port()
        self._tls, self._starttls, self._login = tls, starttls, login
        self._rules = _Rules()
        self._controller: Controller | None = None

    def __enter__(self) -> SmtpServer:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def url(self) -> str:
        return f"smtp://{self.host}:{self.port}"

    @property
    def letters(self) -> list[Received]:
        return self._rules.letters

    def letters_to(self, address: str) -> list[Received]:
        return [letter for letter in self.letters if address in letter.to]

    def refuse(self, address: str, code: int, times: int = 1_000_000) -> None:
        """Answer so to letters for this address."""
        self._rules.codes[address] = (code, times)

    def refuse_sender(self, code: int) -> None:
        self._rules.sender_code = code

    def refuse_content(self, code: int) -> None:
        self._rules.content_code = code

    def take(self, seconds: float) -> None:
        """Think so long about each letter before it is taken."""
        self._rules.takes_s = seconds

    def start(self) -> None:
        more: dict[str, Any] = {}
        if self._login is not None:
            more = {"authenticator": self._is_right, "auth_required": True, "auth_require_tls": False}
        if self._starttls is not None:
            more |= {"tls_context": self._starttls, "require_starttls": True}
        self._controller = Controller(
            self._rules, hostname="127.0.0.1", port=self.port, ssl_context=self._tls, **more
        )
        self._controller.start()

    def stop(self) -> None:
        if self._controller is not None:
            self._controller.stop()
            self._controller = None

    def _is_right(
        self, server: Server, session: Session, envelope: Envelope, mechanism: str, data: Any
    ) -> AuthResult:
        given = isinstance(data, LoginPassword) and (data.login.decode(), data.password.decode())
        return AuthResult(success=given == self._login, handled=False)  # or nobody answers


@contextmanager
def dripping(every_s: float = 0.1, line: bytes = b"220 wait for it " + b"." * 10_000) -> Iterator[int]:
    """The port of a server that says its first line one byte at a time, and never comes to its end."""
    ended = threading.Event()
    listening = socket.create_server(("127.0.0.1", 0))
    listening.settimeout(0.1)

    def drip(to: socket.socket) -> None:
        with to, contextlib.suppress(OSError):
            for byte in line:
                if ended.wait(every_s):
                    return
                to.sendall(bytes([byte]))

    def serve() -> None:
        while not ended.is_set():
            with contextlib.suppress(TimeoutError):
                drip(listening.accept()[0])

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield int(listening.getsockname()[1])
    finally:
        ended.set()
        thread.join(5)
        listening.close()
