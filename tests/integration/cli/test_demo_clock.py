"""A demo's clock must never tell a real patient what day it is."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from pwa.cli.main import main
from pwa.clock import DemoClock, read_moment
from pwa.store import operations
from pwa.store.database import Database


@pytest.mark.parametrize("command", ["serve", "dispatch"])
def test_nobody_is_served_by_a_demo_s_clock(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AFTERBEAM_DATA_DIR", str(tmp_path))
    run = CliRunner().invoke
    assert run(main, ["db", "upgrade"]).exit_code == 0
    assert run(main, ["keys", "create"]).exit_code == 0
    now = read_moment().wall
    database = Database(f"sqlite:///{tmp_path / 'afterbeam.db'}")
    with database.write() as session:
        operations.set_demo_clock(session, DemoClock(now + timedelta(days=9), now, 1))
    database.close()

    refused = run(main, [command])

    assert refused.exit_code == 2
    assert "belongs to a demo" in refused.output
