"""A program that is told to stop does, whatever it was doing at that moment."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence

import pytest

UNDER_FIRE = """
import signal, time
from pwa.stopping import StopRequest

stop = StopRequest()
signal.signal(signal.SIGALRM, stop.ask)
signal.setitimer(signal.ITIMER_REAL, 0.0001, 0.0001)
end = time.monotonic() + 2
while time.monotonic() < end:
    stop._asked = False
    stop.wait(0.00005)
signal.setitimer(signal.ITIMER_REAL, 0)
print("stopped")
"""

WAITING = """
from pwa.stopping import StopRequest
stop = StopRequest()
print("ready", flush=True)
stop.wait()
print("asked" if stop.is_asked() else "not asked")
"""

CHILD = """
from pwa.stopping import StopRequest, stop_with_parent
stop = StopRequest()
stop_with_parent()
print("ready", flush=True)
stop.wait(20)
print("asked" if stop.is_asked() else "not asked")
"""


def _start(program: str, stdin: int | None = None) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", program],
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def _said(process: subprocess.Popen[str], seconds: float = 30) -> Sequence[str]:
    try:
        return process.communicate(timeout=seconds)[0].splitlines()
    finally:
        process.kill()
        process.wait()


def test_a_signal_in_the_middle_of_a_wait_never_stops_us_for_good() -> None:
    assert _said(_start(UNDER_FIRE)) == ["stopped"]


@pytest.mark.parametrize("number", [2, 15], ids=["SIGINT", "SIGTERM"])
def test_a_wait_without_an_end_ends_when_asked(number: int) -> None:
    process = _start(WAITING)
    assert process.stdout
    assert process.stdout.readline() == "ready\n"
    process.send_signal(number)
    assert _said(process) == ["asked"]
    assert process.returncode == 0


def test_a_program_stops_when_its_parent_closes_the_pipe() -> None:
    process = _start(CHILD, stdin=subprocess.PIPE)
    assert process.stdout
    assert process.stdout.readline() == "ready\n"
    assert process.stdin
    process.stdin.close()
    process.stdin = None
    assert _said(process, 10) == ["asked"]
