"""When a program of ours ends: somebody says stop, or whoever started it is gone."""

from __future__ import annotations

import os
import signal
import sys
import threading
from contextlib import suppress
from queue import Empty, SimpleQueue

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class StopRequest:
    """SIGINT or SIGTERM, from the moment this is made.

    Not a `threading.Event`: a signal handler runs in the middle of whatever the main thread does, and where
    that is `Event.wait` holding its own lock, `Event.set` waits for it for ever. `SimpleQueue.put` may be
    called there (https://docs.python.org/3/library/queue.html, "reentrant").
    """

    def __init__(self) -> None:
        self._asked = False
        self._bell: SimpleQueue[None] = SimpleQueue()
        for number in STOP_SIGNALS:
            signal.signal(number, self.ask)

    def ask(self, *_: object) -> None:
        """Say stop; a signal handler."""
        self._asked = True
        self._bell.put(None)

    def is_asked(self) -> bool:
        """Whether somebody said stop."""
        return self._asked

    def wait(self, seconds: float | None = None) -> None:
        """Until somebody says stop, or `seconds` are over. Only in the main thread."""
        if not self._asked:
            with suppress(Empty):
                self._bell.get(timeout=seconds)


def end_by_signals() -> None:
    """Let SIGINT and SIGTERM end this process at once, as they do where nobody handles them."""
    for number in STOP_SIGNALS:
        signal.signal(number, signal.SIG_DFL)


def stop_with_parent() -> None:
    """Stop this program, as SIGTERM does, once whoever holds the other end of its standard input is gone.

    A pipe closes however its holder ends, `kill -9` included, on every system.
    """

    def watch() -> None:
        while os.read(sys.stdin.fileno(), 1024):
            pass
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="watch-parent", daemon=True).start()
