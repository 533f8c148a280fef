"""`afterbeam keys`, `db`, `doctor`, `dispatch --once` and `serve`: what an operator runs."""

from __future__ import annotations

import json
import os
import shutil
import socket
import stat
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from pwa import __version__
from pwa.cli.operations import WORKER_STOPS_WITHIN_S
from pwa.clock import read_moment
from pwa.store.revision import newest_revision
from pwa.vault.keyring import add_master_key, new_master_keys
from tests.integration.cli.conftest import create_clinic
from tests.support.command import Command, command_for
from tests.support.processes import (
    AFTERBEAM,
    START_SECONDS,
    RunningProcess,
    children_of,
    free_port,
    settings,
)


@pytest.fixture
def fresh(tmp_path: Path) -> Command:
    """The command where nothing was ever made."""
    return command_for(tmp_path / "never" / "made")


def _folder(command: Command) -> Path:
    return Path(command.environment["AFTERBEAM_DATA_DIR"])


def test_keys_are_made_for_their_owner_alone_and_never_made_again(fresh: Command) -> None:
    first = fresh("keys", "create")
    assert first.code == 0
    files = [_folder(fresh) / "keys" / name for name in ("master-keys.json", "vapid.pem")]
    kept = [file.read_bytes() for file in files]
    for file in files:
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
        assert str(file) in first.out

    again = fresh("keys", "create")

    assert again.code == 0
    assert [line.split(":")[0] for line in again.out.splitlines()] == ["kept master keys", "kept VAPID key"]
    assert [file.read_bytes() for file in files] == kept


def test_only_the_key_that_is_missing_is_made(fresh: Command) -> None:
    fresh("keys", "create")
    master, vapid = (_folder(fresh) / "keys" / name for name in ("master-keys.json", "vapid.pem"))
    before = master.read_bytes()
    vapid.unlink()
    assert fresh("keys", "create").code == 0
    assert master.read_bytes() == before
    assert vapid.is_file()


@pytest.mark.parametrize(
    ("file", "setting"),
    [("master-keys.json", "AFTERBEAM_MASTER_KEY_FILE"), ("vapid.pem", "AFTERBEAM_VAPID_PRIVATE_KEY_FILE")],
)
@pytest.mark.parametrize(
    "arguments", [("clinic", "list"), ("dispatch", "--once"), ("serve",), ("keys", "list")]
)
def test_a_missing_key_file_stops_the_program_with_the_name_of_its_setting(
    tmp_path: Path, sqlite_url: str, keys_made: Path, file: str, setting: str, arguments: tuple[str, ...]
) -> None:
    shutil.copytree(keys_made, tmp_path / "keys")
    (tmp_path / "keys" / file).unlink()
    said = command_for(tmp_path, sqlite_url)(*arguments, PORT=str(free_port()))
    assert said.code == 2
    assert setting in said.err
    assert "afterbeam keys create" in said.err
    assert "Traceback" not in said.err


@pytest.fixture
def with_a_patient(fresh: Command) -> Command:
    """An installation with keys of its own, and a name sealed by them."""
    for arguments in (("db", "upgrade"), ("keys", "create")):
        assert fresh(*arguments).code == 0
    who = ("--clinic", create_clinic(fresh), "--procedure", "ipl", "--first-name", "Ana")
    assert fresh("enrol", *who, "--treated-at", f"{read_moment().wall:%Y-%m-%dT%H:%M}").code == 0
    return fresh


def test_no_second_master_key_is_made_where_names_are_sealed(with_a_patient: Command) -> None:
    keys = _folder(with_a_patient) / "keys" / "master-keys.json"
    keys.unlink()
    for arguments in (("keys", "create"), ("demo",)):
        said = with_a_patient(*arguments, PORT=str(free_port()))
        assert said.code == 2
        assert said.sentence.startswith("The database holds sealed names, but there is no master key")
        assert not keys.exists()


@pytest.mark.parametrize("same_id", [False, True])
def test_a_wrong_master_key_stops_every_program(with_a_patient: Command, same_id: bool) -> None:
    file = _folder(with_a_patient) / "keys" / "master-keys.json"
    right = json.loads(file.read_text())
    wrong = json.loads(new_master_keys().to_document())
    if same_id:
        wrong["keys"] = {right["current"]: wrong["keys"][wrong["current"]]}
        wrong["current"] = right["current"]
    file.write_text(json.dumps(wrong))

    for arguments in (("clinic", "list"), ("dispatch", "--once"), ("serve",), ("demo",)):
        said = with_a_patient(*arguments, PORT=str(free_port()))
        assert said.code == 2, arguments
        assert f"sealed with master key '{right['current']}'" in said.sentence
    assert _findings(with_a_patient("doctor", "--json").out)["sealed names"] == "failing"

    file.write_text(json.dumps(right))
    assert with_a_patient("clinic", "list").code == 0


def test_a_new_master_key_beside_the_old_one_is_taken(with_a_patient: Command) -> None:
    add_master_key(_folder(with_a_patient) / "keys" / "master-keys.json")
    assert with_a_patient("clinic", "list").code == 0


def test_a_key_file_that_is_a_folder_is_one_sentence(afterbeam: Command, tmp_path: Path) -> None:
    said = afterbeam("clinic", "list", MASTER_KEY_FILE=str(tmp_path))
    assert said.code == 2
    assert said.sentence.startswith("AFTERBEAM_MASTER_KEY_FILE: ")


def test_a_file_that_is_no_database_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "afterbeam.db").write_text("This is no database. " * 100)
    said = command_for(tmp_path)("db", "upgrade")
    assert said.code == 2
    assert said.sentence.startswith("The file is there and is no database. Mend ")


def test_the_public_keys_are_listed_and_the_private_ones_never_shown(afterbeam: Command) -> None:
    [row] = afterbeam("keys", "list", "--json").json()
    assert row["current"] is True
    assert len(row["public_key"]) == 87
    assert row["key_id"] in afterbeam("keys", "list").out
    assert "PRIVATE" not in afterbeam("keys", "list").out


def test_a_database_is_made_checked_and_upgraded_again_without_harm(fresh: Command) -> None:
    before = fresh("db", "check", "--json")
    assert before.code == 2

    assert fresh("db", "upgrade").code == 0

    newest = newest_revision()
    assert fresh("db", "check", "--json").json() == {"current": newest, "newest": newest, "up_to_date": True}
    assert fresh("db", "check").out == f"Up to date: {newest}.\n"
    assert fresh("db", "upgrade").code == 0
    assert stat.S_IMODE((_folder(fresh) / "afterbeam.db").stat().st_mode) == 0o600
    assert stat.S_IMODE(_folder(fresh).stat().st_mode) == 0o700


def test_a_check_of_an_empty_database_says_what_to_run(tmp_path: Path) -> None:
    said = command_for(tmp_path)("db", "check")
    assert said.code == 2
    assert said.sentence.endswith("Run `afterbeam db upgrade`.")


@pytest.mark.parametrize("arguments", [("clinic", "list"), ("dispatch", "--once"), ("serve",)])
def test_nothing_runs_on_a_database_that_was_not_migrated(
    tmp_path: Path, keys_made: Path, arguments: tuple[str, ...]
) -> None:
    shutil.copytree(keys_made, tmp_path / "keys")
    said = command_for(tmp_path)(*arguments, PORT=str(free_port()))
    assert (said.code, said.sentence) == (
        2,
        "The database is not up to date. Run `afterbeam db upgrade` first.",
    )


@pytest.mark.parametrize("arguments", [("db", "check"), ("clinic", "list"), ("db", "upgrade")])
@pytest.mark.parametrize(
    "url",
    ["postgresql://afterbeam:hunter22@127.0.0.1:1/none", "sqlite:////proc/nowhere/afterbeam.db"],
)
def test_a_database_that_is_not_there_is_one_sentence_without_its_password(
    tmp_path: Path, arguments: tuple[str, ...], url: str
) -> None:
    said = command_for(tmp_path, url)(*arguments)
    assert said.code == 2
    assert "AFTERBEAM_DATABASE_URL" in said.err.strip().splitlines()[-1]
    assert "hunter22" not in said.err
    assert "Traceback" not in said.err


def test_a_misspelt_setting_stops_the_program(afterbeam: Command) -> None:
    said = afterbeam("clinic", "list", DATABSE_URL="x")
    assert said.code == 2
    assert said.sentence == "AFTERBEAM_DATABSE_URL is not a setting. Did you mean AFTERBEAM_DATABASE_URL?"


def test_one_pass_of_the_dispatcher_says_what_was_accepted(afterbeam: Command) -> None:
    assert afterbeam("dispatch", "--once", "--json").json() == {"accepted": 0}
    assert afterbeam("dispatch", "--once").out == "0 accepted\n"


def _findings(said_out: str) -> dict[str, str]:
    return {one["check"]: one["state"] for one in json.loads(said_out)}


def test_the_doctor_finds_what_is_missing_and_ends_with_1(fresh: Command) -> None:
    said = fresh("doctor", "--json")
    assert said.code == 1
    states = _findings(said.out)
    assert states["master keys"] == states["VAPID key"] == states["schema"] == "failing"
    assert "Traceback" not in said.err
    assert all(set(one) == {"check", "state", "detail"} for one in json.loads(said.out))


def test_the_doctor_finds_an_installation_well_once_somebody_sends(afterbeam: Command) -> None:
    create_clinic(afterbeam)
    before = _findings(afterbeam("doctor", "--json").out)
    assert (before["schema"], before["clinics"], before["dispatcher"]) == ("ok", "ok", "failing")
    afterbeam("dispatch", "--once")
    after = _findings(afterbeam("doctor", "--json").out)
    assert after["dispatcher"] == "ok"
    assert after["VAPID subject"] == "warning"
    assert "dispatcher" in afterbeam("doctor").out


def test_the_doctor_finds_whether_photos_can_be_decoded_and_kept(afterbeam: Command, tmp_path: Path) -> None:
    assert _findings(afterbeam("doctor", "--json").out)["photos"] == "ok"
    (tmp_path / "file").touch()
    nowhere = Command({**afterbeam.environment, "AFTERBEAM_PHOTOS_DIR": str(tmp_path / "file" / "photos")})
    assert _findings(nowhere("doctor", "--json").out)["photos"] == "failing"
    assert "AFTERBEAM_PHOTOS_DIR" in nowhere("doctor").out


def test_the_doctor_says_when_the_database_does_not_answer(tmp_path: Path) -> None:
    said = command_for(tmp_path, "postgresql://afterbeam:hunter22@127.0.0.1:1/none")("doctor", "--json")
    assert said.code == 1
    assert _findings(said.out)["schema"] == "failing"
    assert "hunter22" not in said.out + said.err


def test_the_command_says_its_version_and_helps(fresh: Command) -> None:
    assert fresh("--version").out == f"afterbeam, version {__version__}\n"
    for command in ("demo", "serve", "dispatch", "clinic", "enrol", "protocol", "keys", "db", "doctor"):
        assert command in fresh("--help").out
        assert fresh(command, "--help").code == 0


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


@pytest.mark.parametrize("arguments", [("serve",), ("demo",)])
def test_a_port_in_use_is_one_sentence(
    afterbeam: Command, taken_port: int, arguments: tuple[str, ...]
) -> None:
    said = afterbeam(*arguments, PORT=str(taken_port))
    assert said.code == 2
    assert said.sentence == (
        f"Cannot listen on 127.0.0.1 port {taken_port} (Address already in use). "
        "Stop the other program, or choose another port: AFTERBEAM_PORT, or PORT= with make."
    )


def test_an_address_that_is_not_this_computers_is_one_sentence(afterbeam: Command) -> None:
    said = afterbeam("serve", HOST="192.0.2.1", PORT=str(free_port()), PUBLIC_URL="http://localhost")
    assert said.code == 2
    assert said.sentence.startswith("Cannot listen on 192.0.2.1 port ")


def test_several_workers_need_a_database_server(afterbeam: Command) -> None:
    said = afterbeam("serve", "--workers", "2", PORT=str(free_port()))
    assert said.code == 2
    assert "PostgreSQL" in said.sentence
    assert afterbeam("serve", "--workers", "0").code == 2


def test_serve_alone_answers_and_stops_cleanly(tmp_path: Path, keys_made: Path) -> None:
    port = free_port()
    environment = settings(tmp_path, port)
    shutil.copytree(keys_made, tmp_path / "keys")
    assert command_for(tmp_path)("db", "upgrade").code == 0
    web = RunningProcess.start("serve", [str(AFTERBEAM), "serve"], tmp_path / "serve.log", environment)
    try:
        web.wait_for_answer(f"http://127.0.0.1:{port}/healthz/live")
        assert web.stop() == 0, web.said
    finally:
        web.kill()
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", port))
    assert "Traceback" not in web.said
    assert os.listdir(tmp_path / "keys")


def test_serve_stops_while_its_worker_starts(tmp_path: Path, keys_made: Path) -> None:
    """A worker just forked has its parent's handlers: one that kept them would swallow the signal."""
    shutil.copytree(keys_made, tmp_path / "keys")
    assert command_for(tmp_path)("db", "upgrade").code == 0
    for delay in (0.0, 0.1, 0.3):
        environment = settings(tmp_path, free_port())
        web = RunningProcess.start("serve", [str(AFTERBEAM), "serve"], tmp_path / "serve.log", environment)
        try:
            until = time.monotonic() + START_SECONDS
            while not children_of(web.popen.pid):
                assert time.monotonic() < until, web.said
            time.sleep(delay)
            stopping = time.monotonic()
            web.stop()
            assert time.monotonic() - stopping < WORKER_STOPS_WITHIN_S, "it had to be killed"
        finally:
            web.kill()
