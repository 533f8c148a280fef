"""Files of photos: whole or not there, for their owner alone, and found again."""

from __future__ import annotations

import os
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from pwa.photos.errors import PhotoMissing
from pwa.photos.folder import PhotoFolder

CLINIC, PHOTO = uuid4(), uuid4()


@pytest.fixture
def folder(tmp_path: Path) -> PhotoFolder:
    return PhotoFolder(tmp_path / "data" / "photos")


def _files(folder: PhotoFolder) -> list[Path]:
    return [file for file in folder.root.rglob("*") if file.is_file()]


def test_what_was_put_in_comes_out(folder: PhotoFolder) -> None:
    folder.put(CLINIC, PHOTO, b"sealed")
    assert folder.get(CLINIC, PHOTO) == b"sealed"
    assert _files(folder) == [folder.root / str(CLINIC) / PHOTO.hex[-2:] / str(PHOTO)]
    assert folder.clinics() == (CLINIC,)


def test_nobody_else_on_the_computer_may_read_it(folder: PhotoFolder) -> None:
    before = os.umask(0)
    try:
        folder.put(CLINIC, PHOTO, b"sealed")
    finally:
        os.umask(before)
    for file in folder.root.rglob("*"):
        assert stat.S_IMODE(file.stat().st_mode) == (0o700 if file.is_dir() else 0o600), file
    assert stat.S_IMODE(folder.root.stat().st_mode) == 0o700


def test_a_photo_that_is_not_there_is_told(folder: PhotoFolder) -> None:
    with pytest.raises(PhotoMissing):
        folder.get(CLINIC, PHOTO)
    folder.put(CLINIC, PHOTO, b"sealed")
    folder.drop(CLINIC, PHOTO)
    folder.drop(CLINIC, PHOTO)
    with pytest.raises(PhotoMissing):
        folder.get(CLINIC, PHOTO)
    assert _files(folder) == []


def test_a_file_that_could_not_be_finished_does_not_stand_under_its_name(
    folder: PhotoFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_descriptor: int) -> None:
        raise OSError("no space left")

    folder.put(CLINIC, PHOTO, b"before")
    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="no space"):
            folder.put(CLINIC, PHOTO, b"after")
    assert folder.get(CLINIC, PHOTO) == b"before"


def test_old_files_are_found_with_their_ids(folder: PhotoFolder) -> None:
    folder.put(CLINIC, PHOTO, b"sealed")
    [file] = _files(folder)
    part = file.with_name(f"{uuid4()}.part")
    part.write_bytes(b"half")
    now = datetime.now(UTC)
    assert list(folder.older_than(CLINIC, now - timedelta(minutes=1))) == []
    assert set(folder.older_than(CLINIC, now + timedelta(minutes=1))) == {(PHOTO, file), (None, part)}


def test_an_empty_installation_has_no_photos(folder: PhotoFolder) -> None:
    assert folder.clinics() == ()
    assert list(folder.older_than(CLINIC, datetime.now(UTC))) == []


def test_a_folder_that_cannot_be_written_is_found_out(folder: PhotoFolder, tmp_path: Path) -> None:
    folder.try_writing()
    assert _files(folder) == []
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match="file"):
        PhotoFolder(tmp_path / "file" / "photos").try_writing()
