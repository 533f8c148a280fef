"""`afterbeam` in this process: quick, and without leaving its settings behind for other tests."""

from __future__ import annotations

import json
import logging
import os
import signal
import sys
import threading
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from pwa.cli.main import main
from pwa.stopping import STOP_SIGNALS
from tests.support.logs import plain_logs


@dataclass(frozen=True, slots=True)
class Said:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def sentence(self) -> str:
        """The one line on standard error."""
        assert self.out == "", self.out
        [line] = self.err.strip().splitlines()
        return line

    def json(self) -> Any:
        assert self.code == 0, self.err
        return json.loads(self.out)


@dataclass(frozen=True, slots=True)
class Command:
    """The command with its settings."""

    environment: Mapping[str, str]

    def __call__(self, *arguments: str, **settings: str) -> Said:
        """Run it; settings are AFTERBEAM_ names without the prefix."""
        given = {f"AFTERBEAM_{name}": value for name, value in settings.items()}
        with _nothing_left_behind():
            result = CliRunner().invoke(main, arguments, env={**self.environment, **given})
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Said(result.exit_code, result.stdout, result.stderr)


def command_for(folder: Path, database_url: str | None = None) -> Command:
    """The command on an installation in `folder`."""
    database = {"AFTERBEAM_DATABASE_URL": database_url} if database_url else {}
    return Command({"AFTERBEAM_DATA_DIR": str(folder), "AFTERBEAM_LOG_LEVEL": "error", **database})


@contextmanager
def _nothing_left_behind() -> Iterator[None]:
    root, hook, thread_hook = logging.getLogger(), sys.excepthook, threading.excepthook
    handlers, level, raising = list(root.handlers), root.level, logging.raiseExceptions
    umask = os.umask(0o022)
    on_signal = {number: signal.getsignal(number) for number in STOP_SIGNALS}
    try:
        with warnings.catch_warnings():
            yield
    finally:
        os.umask(umask)
        for number, handler in on_signal.items():
            signal.signal(number, handler)
        root.handlers[:], logging.raiseExceptions = handlers, raising
        root.setLevel(level)
        sys.excepthook, threading.excepthook = hook, thread_hook
        plain_logs()
