from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest

from pwa.domain.errors import ConfigurationError
from pwa.vault.keyring import MasterKeys, add_master_key, create_master_key_file, load_master_keys
from pwa.vault.sealing import random_key


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    path = tmp_path / "keys" / "master-keys.json"
    create_master_key_file(path)
    return path


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_new_key_file_is_for_its_owner_alone_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        create_master_key_file(tmp_path / "keys" / "k.json")
    finally:
        os.umask(before)
    assert mode_of(tmp_path / "keys" / "k.json") == 0o600
    assert mode_of(tmp_path / "keys") == 0o700


def test_a_created_file_loads_as_the_same_keys(tmp_path: Path) -> None:
    made = create_master_key_file(tmp_path / "k.json")
    loaded = load_master_keys(tmp_path / "k.json")
    assert loaded.ids == made.ids
    assert loaded.derive(made.current_id, "x") == made.derive(made.current_id, "x")


def test_an_existing_file_is_never_overwritten(key_file: Path) -> None:
    before = key_file.read_bytes()
    with pytest.raises(ConfigurationError, match="already there"):
        create_master_key_file(key_file)
    assert key_file.read_bytes() == before


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o601, 0o777])
def test_a_file_that_others_may_touch_is_refused_with_the_mend(key_file: Path, mode: int) -> None:
    key_file.chmod(mode)
    with pytest.raises(ConfigurationError, match="chmod 600"):
        load_master_keys(key_file)


def test_a_missing_file_is_named_with_its_setting(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"AFTERBEAM_MASTER_KEY_FILE: .*absent.* cannot be read"):
        load_master_keys(tmp_path / "absent")


@pytest.mark.parametrize(
    "content",
    [
        "",
        "CANARY",
        "[]",
        "{}",
        '{"format": "afterbeam-master-keys", "version": 2, "current": "a", "keys": {"a": "CANARY"}}',
        '{"format": "afterbeam-master-keys", "version": 1, "current": "b", "keys": {"a": "CANARYCA"}}',
        '{"format": "afterbeam-master-keys", "version": 1, "current": "a", "keys": {"a": "CANARYCA"}}',
        '{"format": "afterbeam-master-keys", "version": 1, "current": "a", "keys": {"a": "CANARY?"}}',
        '{"format": "afterbeam-master-keys", "version": 1, "current": "a", "keys": ["CANARY"]}',
        '{"format": "afterbeam-master-keys", "version": 1, "current": "A/1", "keys": {"A/1": "CANARY"}}',
        '{"format": "afterbeam-master-keys", "version": 1, "current": ["a"], "keys": {"a": 7}}',
    ],
)
def test_a_file_that_is_not_a_key_file_is_refused_without_quoting_it(key_file: Path, content: str) -> None:
    key_file.write_text(content)
    with pytest.raises(ConfigurationError, match="not a master key file") as refused:
        load_master_keys(key_file)
    assert "CANARY" not in str(refused.value)
    assert refused.value.__suppress_context__


def test_a_file_that_is_not_text_is_refused(key_file: Path) -> None:
    key_file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigurationError, match="not a master key file"):
        load_master_keys(key_file)


def test_adding_a_key_makes_it_current_and_keeps_the_older_one(key_file: Path) -> None:
    before = load_master_keys(key_file)
    after = add_master_key(key_file)
    assert load_master_keys(key_file).ids == after.ids == (after.current_id, before.current_id)
    assert after.derive(before.current_id, "x") == before.derive(before.current_id, "x")
    assert mode_of(key_file) == 0o600
    assert [path.name for path in key_file.parent.iterdir()] == [key_file.name]


def test_adding_a_key_through_a_link_changes_the_file_and_keeps_the_link(
    key_file: Path, tmp_path: Path
) -> None:
    link = tmp_path / "link"
    link.symlink_to(key_file)
    after = add_master_key(link)
    assert link.is_symlink()
    assert load_master_keys(key_file).current_id == after.current_id


def test_the_file_says_its_format_and_version(key_file: Path) -> None:
    document = json.loads(key_file.read_text())
    assert (document["format"], document["version"]) == ("afterbeam-master-keys", 1)


def test_keys_that_cannot_work_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="current"):
        MasterKeys("b", {"a": random_key()})
    with pytest.raises(ValueError, match="32 bytes"):
        MasterKeys("a", {"a": b"short"})


def test_keys_stay_out_of_logs() -> None:
    key = random_key()
    assert key.hex() not in repr(MasterKeys("a", {"a": key}))
    assert repr(key) not in repr(MasterKeys("a", {"a": key}))
