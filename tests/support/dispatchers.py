"""The real `afterbeam dispatch` beside a ward, started, stopped and killed by tests."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.support.houses import Ward, settings_of
from tests.support.processes import AFTERBEAM, HERE, RunningProcess

COMMAND_SECONDS = 60.0
PATIENCE_SECONDS = 30.0


def environment_of(ward: Ward, folder: Path, **more: str) -> dict[str, str]:
    """The settings of the ward's house, and nothing of whoever runs the tests.

    `more` are AFTERBEAM_ names without the prefix.
    """
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("AFTERBEAM_")}
    settings = settings_of(ward.house.config.database_url, folder)
    given = {f"AFTERBEAM_{name}": value for name, value in more.items()}
    return inherited | settings | given | {"PYTHONUNBUFFERED": "1"}


@contextmanager
def started_dispatcher(
    ward: Ward, folder: Path, name: str = "dispatch", **settings: str
) -> Iterator[RunningProcess]:
    """The program, sending until told to stop; killed at the end if it still runs."""
    process = RunningProcess.start(
        "afterbeam dispatch",
        [str(AFTERBEAM), "dispatch"],
        folder / f"{name}.log",
        environment_of(ward, folder, **settings),
    )
    try:
        yield process
    finally:
        process.kill()


def dispatch_once(ward: Ward, folder: Path, **settings: str) -> Any:
    """What `afterbeam dispatch --once --json` prints."""
    done = subprocess.run(
        [str(AFTERBEAM), "dispatch", "--once", "--json"],
        env=environment_of(ward, folder, **settings),
        cwd=HERE,
        capture_output=True,
        text=True,
        timeout=COMMAND_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def wait_until(happened: Callable[[], bool], what: str) -> None:
    """Wait for it, or say that it never came."""
    end = time.monotonic() + PATIENCE_SECONDS
    while not happened():
        assert time.monotonic() < end, f"{what} did not come in {PATIENCE_SECONDS:g} s"
        time.sleep(0.02)
