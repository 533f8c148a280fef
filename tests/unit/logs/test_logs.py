from __future__ import annotations

import io
import json
import logging
import sys
import threading
import warnings
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from pwa.config import LogFormat, LogLevel
from pwa.logs import FIELDS, configure_logging, describe_endpoint, get_logger, keep_named_fields
from tests.support.logs import plain_logs

CANARY = "Ana has a fever and blisters"
ENDPOINT = "https://fcm.googleapis.com/fcm/send/SECRET-CANARY"


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """What this process logs, as JSON; everything that is set for the whole process is put back."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    for place, name in ((sys, "excepthook"), (threading, "excepthook"), (warnings, "showwarning")):
        monkeypatch.setattr(place, name, getattr(place, name))
    monkeypatch.setattr(logging, "raiseExceptions", logging.raiseExceptions)
    stream = io.StringIO()
    configure_logging(LogLevel.INFO, LogFormat.JSON, stream)
    yield stream
    plain_logs()
    root.handlers[:], root.level = handlers, level


def lines(written: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in written.getvalue().splitlines()]


def test_named_fields_pass_in_their_shape(written: io.StringIO) -> None:
    notice_id = uuid4()
    get_logger().info(
        "notice_accepted", notice_id=notice_id, count=3, duration_ms=1.5, endpoint=ENDPOINT, result="gone"
    )
    (line,) = lines(written)
    assert line.pop("at").endswith("Z")
    assert line == {
        "level": "info",
        "event": "notice_accepted",
        "notice_id": str(notice_id),
        "count": 3,
        "duration_ms": 1.5,
        "endpoint": describe_endpoint(ENDPOINT),
        "result": "gone",
    }


def test_a_field_that_is_not_named_is_left_out_and_counted(written: io.StringIO) -> None:
    get_logger().info("answer_stored", note=CANARY, body={"fever": True}, first_name="Ana", count=1)
    (line,) = lines(written)
    assert line["withheld"] == 3
    assert "Ana" not in written.getvalue()
    assert "fever" not in written.getvalue()


@pytest.mark.parametrize("name", sorted(FIELDS))
def test_no_named_field_lets_a_sentence_pass(written: io.StringIO, name: str) -> None:
    get_logger().info("something_happened", **{name: CANARY})
    assert "fever" not in written.getvalue()


@given(value=st.text() | st.binary() | st.dictionaries(st.text(), st.text()) | st.lists(st.text()))
def test_no_event_and_no_id_can_carry_text(value: object) -> None:
    line = keep_named_fields(None, "info", {"event": f"Patient {value!r}", "patient_id": value})
    assert line["event"] == "unnamed_event"
    assert "patient_id" not in line


def test_bound_context_goes_through_the_same_list(written: io.StringIO) -> None:
    with structlog.contextvars.bound_contextvars(request_id=uuid4(), note=CANARY):
        get_logger().info("request_done", status=200)
    (line,) = lines(written)
    assert line["status"] == 200
    assert "request_id" in line
    assert "fever" not in written.getvalue()


def test_of_an_error_only_types_and_places_are_kept(written: io.StringIO) -> None:
    try:
        try:
            raise ValueError(CANARY)
        except ValueError as inner:
            raise KeyError(CANARY) from inner
    except KeyError:
        get_logger().exception("sync_failed")
    (line,) = lines(written)
    assert line["level"] == "error"
    assert line["error"] == "KeyError<ValueError"
    assert line["where"].startswith("logs/test_logs.py:")
    assert "fever" not in written.getvalue()


def test_an_endpoint_shows_its_host_and_a_hash_that_tells_two_apart() -> None:
    assert describe_endpoint(ENDPOINT).startswith("fcm.googleapis.com#")
    assert "CANARY" not in describe_endpoint(ENDPOINT)
    assert describe_endpoint(ENDPOINT) != describe_endpoint(ENDPOINT + "2")
    assert describe_endpoint(ENDPOINT) == describe_endpoint(ENDPOINT)


@pytest.mark.parametrize(
    "endpoint", ["", "https://[", "no url", "https://CANARY@/x", "https://ho st/\n", "\ud800"]
)
def test_an_endpoint_that_is_none_can_be_logged_too(endpoint: str) -> None:
    assert describe_endpoint(endpoint).startswith("invalid#")


def test_a_library_is_heard_from_warning_on_without_its_message(written: io.StringIO) -> None:
    library = logging.getLogger("some.library")
    library.info("quiet %s", CANARY)
    library.warning("value %s", CANARY)
    library.error(f"row {CANARY}")
    assert [(line["level"], line["logger"]) for line in lines(written)] == [
        ("warning", "some.library"),
        ("error", "some.library"),
    ]
    assert all(line["where"].startswith("logs/test_logs.py:") for line in lines(written))
    assert "fever" not in written.getvalue()


def test_the_error_of_a_library_is_kept_by_type(written: io.StringIO) -> None:
    try:
        raise ValueError(CANARY)
    except ValueError:
        logging.getLogger("some.library").exception("failed for %s", CANARY)
    assert lines(written)[0]["error"] == "ValueError"
    assert "fever" not in written.getvalue()


def test_a_warning_of_python_is_kept_by_type(written: io.StringIO) -> None:
    warnings.showwarning(UserWarning(CANARY), UserWarning, "/x/pwa/web/app.py", 3)
    assert lines(written)[0]["error"] == "UserWarning"
    assert lines(written)[0]["where"] == "web/app.py:3"
    assert "fever" not in written.getvalue()


def test_a_crash_of_the_program_or_a_thread_is_logged_without_its_message(
    written: io.StringIO, capsys: pytest.CaptureFixture[str]
) -> None:
    def crash() -> None:
        raise ValueError(CANARY)

    thread = threading.Thread(target=crash)
    thread.start()
    thread.join()
    error = KeyError(CANARY)
    sys.excepthook(KeyError, error, None)
    assert [line["error"] for line in lines(written)] == ["ValueError", "KeyError"]
    assert "fever" not in written.getvalue() + "".join(capsys.readouterr())


def test_lines_below_the_level_are_not_written(written: io.StringIO) -> None:
    get_logger().debug("too_small", count=1)
    assert written.getvalue() == ""


def test_text_is_one_line_for_a_person(written: io.StringIO) -> None:
    configure_logging(LogLevel.INFO, LogFormat.TEXT, written)
    get_logger().warning("push_refused", status=403, host="fcm.googleapis.com")
    text = written.getvalue()
    assert text.endswith(" WARNING  push_refused status=403 host=fcm.googleapis.com\n")
    assert text.count("\n") == 1


def test_no_value_can_begin_a_line_of_its_own(written: io.StringIO) -> None:
    configure_logging(LogLevel.INFO, LogFormat.TEXT, written)
    get_logger().info("request_done", route="/x\n2026 ERROR forged", host="a\n")
    assert written.getvalue().count("\n") == 1


def test_setting_up_twice_writes_each_line_once(written: io.StringIO) -> None:
    configure_logging(LogLevel.INFO, LogFormat.JSON, written)
    logging.getLogger("some.library").warning("x")
    assert len(lines(written)) == 1
