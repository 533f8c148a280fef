"""One line to a mail server that ends in time, however slowly the other side speaks.

A timeout of a socket begins anew with every byte, so a server that drips keeps it open for ever. Hence the
conversation runs in a thread of its own, and whoever waits for it cuts the line when its time is over.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from pwa.channels.smtp_route import Security, SmtpRoute
from pwa.clock import monotonic

_LOOK_UP_S: Final = 0.1
_AFTER_CUT_S: Final = 1.0


@dataclass(frozen=True, slots=True)
class Limits:
    """`stopping` is how long a conversation may still last once the process is asked to stop."""

    connect: timedelta = timedelta(seconds=5)
    whole: timedelta = timedelta(seconds=20)
    stopping: timedelta = timedelta(seconds=6)


USUAL_LIMITS: Final = Limits()


class LineCut(TimeoutError):
    """The conversation took longer than it may."""


@dataclass(slots=True)
class Line:
    """The socket of one conversation, and whether its time is over."""

    limits: Limits
    _guard: threading.Lock = field(default_factory=threading.Lock)
    _held: socket.socket | None = None
    _is_cut: bool = False

    def connect(self, route: SmtpRoute, tls: ssl.SSLContext) -> socket.socket:
        """Connected, and encrypted where the route says so from the first byte. Raises OSError."""
        connect_s, whole_s = self.limits.connect.total_seconds(), self.limits.whole.total_seconds()
        plain = socket.create_connection((route.host, route.port), connect_s)
        try:
            self._hold(plain)
            plain.settimeout(whole_s)
            if route.security is not Security.TLS:
                return plain
            return tls.wrap_socket(plain, server_hostname=route.host)
        except BaseException:
            plain.close()
            raise

    def _hold(self, connected: socket.socket) -> None:
        with self._guard:
            if self._is_cut:
                raise LineCut
            # A second handle on the same connection: it can be shut down while the first is in TLS's hands.
            self._held = connected.dup()

    def wait_for(self, worker: threading.Thread, stopping: Callable[[], bool]) -> bool:
        """Wait until the conversation ends; False when it did not in time, and the line was cut."""
        ends = monotonic() + self.limits.whole.total_seconds()
        is_stopping = False
        while worker.is_alive() and monotonic() < ends:
            if not is_stopping and stopping():
                is_stopping = True
                ends = min(ends, monotonic() + self.limits.stopping.total_seconds())
            worker.join(_LOOK_UP_S)
        in_time = not worker.is_alive()
        self._cut()
        worker.join(_AFTER_CUT_S)
        return in_time

    def _cut(self) -> None:
        with self._guard:
            self._is_cut = True
            held, self._held = self._held, None
        if held is not None:
            with contextlib.suppress(OSError):
                held.shutdown(socket.SHUT_RDWR)
            held.close()
