"""Log lines that cannot carry health data: only fields named here pass, each in its own narrow shape.

An event is one word in lower case (`notice_accepted`). Whatever has another name or shape is left out and
counted in `withheld`. Of an error only its type and its places in the code are kept: messages quote values
(SQLAlchemy's quote whole rows). Of what a library logs, only its name and place.
"""

from __future__ import annotations

import hashlib
import json
import logging
import math
import re
import sys
import threading
import traceback
import warnings
from collections.abc import Callable, Mapping, MutableMapping
from pathlib import Path
from types import TracebackType
from typing import Any, TextIO
from urllib.parse import urlsplit
from uuid import UUID

import structlog

from pwa.clock import read_moment
from pwa.config import LogFormat, LogLevel

_EVENT = re.compile(r"[a-z][a-z0-9_]{0,63}")
_MOST_FRAMES = 12
_MOST_CAUSES = 5

Shape = Callable[[object], object | None]


def describe_endpoint(endpoint: str) -> str:
    """A push endpoint as logs may show it: its host and a short hash, for the rest of it is a secret."""
    try:
        host = urlsplit(endpoint).hostname or ""
    except ValueError:
        host = ""
    shown = host if re.fullmatch(r"[a-z0-9.:-]{1,253}", host) else "invalid"
    return f"{shown}#{hashlib.sha256(endpoint.encode('utf-8', 'surrogatepass')).hexdigest()[:8]}"


def _id(value: object) -> str | None:
    if isinstance(value, UUID):
        return str(value)
    try:
        return str(UUID(value)) if isinstance(value, str) else None
    except ValueError:
        return None


def _number(value: object) -> int | float | None:
    return value if isinstance(value, int | float) and math.isfinite(value) else None


def _endpoint(value: object) -> str | None:
    return describe_endpoint(value) if isinstance(value, str) else None


def _shaped(pattern: str) -> Shape:
    shape = re.compile(pattern)
    return lambda value: str(value) if isinstance(value, str) and shape.fullmatch(value) else None


_word = _shaped(r"[a-z][a-z0-9_]{0,31}")
_name = _shaped(r"[A-Za-z_][A-Za-z0-9_.<-]{0,199}")

FIELDS: Mapping[str, Shape] = {
    **dict.fromkeys(
        (
            "clinic_id",
            "patient_id",
            "staff_id",
            "device_id",
            "care_plan_id",
            "notice_id",
            "target_id",
            "alert_id",
        ),
        _id,
    ),
    **dict.fromkeys(("delivery_id", "subscription_id", "request_id", "alert_id"), _id),
    **dict.fromkeys(("count", "attempt", "status", "port", "pid", "speed", "duration_ms", "age_s"), _number),
    **dict.fromkeys(("job", "result", "state", "reason", "database", "channel"), _word),
    "endpoint": _endpoint,
    "host": _shaped(r"[a-z0-9.:-]{1,253}"),
    "method": _shaped(r"[A-Z]{3,7}"),
    # The rule of a route, never the address that was asked for: "/api/v1/patients/<id>".
    "route": _shaped(r"/[a-z0-9_/.<>:-]{0,127}"),
    "version": _shaped(r"[0-9a-z.+-]{1,64}"),
    "error": _name,
    "logger": _name,
    "where": _shaped(r"[A-Za-z0-9_.<>-]{0,100}/[A-Za-z0-9_.<>-]{1,100}:[0-9]{1,7}"),
}


def get_logger() -> structlog.typing.FilteringBoundLogger:
    """A logger whose calls are `log.info("event_word", field=value)`."""
    logger: structlog.typing.FilteringBoundLogger = structlog.get_logger()
    return logger


def configure_logging(level: LogLevel, form: LogFormat, stream: TextIO | None = None) -> None:
    """Send every line of this process to `stream` (standard error), libraries from WARNING on included."""
    least = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            keep_named_fields,
            _render_json if form is LogFormat.JSON else _render_text,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(least),
        logger_factory=structlog.WriteLoggerFactory(stream or sys.stderr),
    )
    _take_over_libraries(max(least, logging.WARNING))
    sys.excepthook = _log_unhandled
    threading.excepthook = _log_unhandled_in_thread
    warnings.showwarning = _log_warning


def keep_named_fields(
    _logger: object, level: str, given: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """The structlog processor that lets named fields in their shape pass, and nothing else."""
    event = given.pop("event", None)
    error = _error_of(given.pop("exc_info", None))
    kept = {name: FIELDS[name](value) for name, value in given.items() if name in FIELDS}
    passed = {name: value for name, value in kept.items() if value is not None}
    line: dict[str, Any] = {
        "at": read_moment().wall.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "level": "error" if level == "exception" else level,
        "event": event if isinstance(event, str) and _EVENT.fullmatch(event) else "unnamed_event",
        **passed,
        **(_describe_error(error) if error else {}),
    }
    if withheld := len(given) - len(passed):
        line["withheld"] = withheld
    return line


def _error_of(exc_info: object) -> BaseException | None:
    if isinstance(exc_info, BaseException):
        return exc_info
    if isinstance(exc_info, tuple):
        return exc_info[1] if isinstance(exc_info[1], BaseException) else None
    return sys.exception() if exc_info else None


def _describe_error(error: BaseException) -> dict[str, str]:
    frames = traceback.extract_tb(error.__traceback__)[-_MOST_FRAMES:]
    kinds: list[str] = []
    link: BaseException | None = error
    while link is not None and len(kinds) < _MOST_CAUSES:
        kinds.append(type(link).__name__)
        link = link.__cause__ or link.__context__
    return {"error": "<".join(kinds), "where": " ".join(_place(f.filename, f.lineno) for f in frames)}


def _place(file: str, line: int | None) -> str:
    path = Path(file)
    return f"{path.parent.name}/{path.name}:{line}"


def _render_json(_logger: object, _method: str, line: MutableMapping[str, Any]) -> str:
    return json.dumps(line, separators=(",", ":"))


def _render_text(_logger: object, _method: str, line: MutableMapping[str, Any]) -> str:
    head = f"{line.pop('at')} {line.pop('level').upper():<8} {line.pop('event')}"
    return " ".join([head, *(f"{name}={value}" for name, value in line.items())])


class _LibraryHandler(logging.Handler):
    """Puts the log records of libraries through the same processor; their messages are not ours to trust."""

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        where = _place(record.pathname, record.lineno)
        level = max(record.levelno, logging.WARNING)
        get_logger().log(level, "library_message", logger=record.name, where=where, exc_info=error)


def _take_over_libraries(least: int) -> None:
    root = logging.getLogger()
    for handler in list(root.handlers):
        if type(handler) in (logging.StreamHandler, _LibraryHandler):
            root.removeHandler(handler)
    root.addHandler(_LibraryHandler())
    root.setLevel(least)
    # Or a failing handler prints the message and its arguments to standard error.
    logging.raiseExceptions = False


def _log_unhandled(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if isinstance(error, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
        return
    get_logger().critical("unhandled_error", exc_info=error)


def _log_unhandled_in_thread(args: threading.ExceptHookArgs) -> None:
    get_logger().critical("unhandled_error", exc_info=args.exc_value)


def _log_warning(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    get_logger().warning("python_warning", error=category.__name__, where=_place(filename, lineno))
