"""A folder that cannot be made is a sentence that names the setting."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from pwa.cli.main import main


@pytest.mark.parametrize("command", [("keys", "create"), ("db", "upgrade"), ("demo",)])
def test_a_data_folder_that_cannot_be_made_is_named_with_the_mend(
    command: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("AFTERBEAM_DATA_DIR", str(tmp_path / "file" / "var"))
    said = CliRunner().invoke(main, command)
    assert said.exit_code == 2
    assert "Set AFTERBEAM_DATA_DIR to a folder that can be written." in said.output


def test_a_command_that_is_mistyped_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    said = CliRunner().invoke(main, ["enrol", "--treated", "now"])
    assert said.exit_code == 2
    assert len(said.output.strip().splitlines()) == 1
