"""Logs of tests that set up none of their own: readable, and cheap."""

from __future__ import annotations

import structlog


def plain_logs() -> None:
    """Tracebacks without values of variables: printing those took a minute where a whole protocol is one."""
    renderer = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    structlog.reset_defaults()
    structlog.configure(processors=[structlog.processors.add_log_level, renderer])
