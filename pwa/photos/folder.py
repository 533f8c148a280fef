"""Where photos lie: a file for each, sealed before it gets here, in a folder that is nobody else's.

    <folder>/<clinic id>/<last two hex digits of the photo's id>/<photo's id>

The last digits, since ids begin with the time and would all fall into one folder.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from pwa.photos.errors import PhotoMissing

_PART = ".part"


@dataclass(frozen=True, slots=True)
class PhotoFolder:
    """The folder of all photos; it is made when the first is put in."""

    root: Path

    def put(self, clinic_id: UUID, photo_id: UUID, sealed: bytes) -> None:
        """Keep a photo: whole and on the disk when this returns, or not there under its name."""
        file = self._file(clinic_id, photo_id)
        self._make(file.parent)
        part = file.with_name(f"{file.name}{_PART}")
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
        with os.fdopen(descriptor, "wb") as written:
            written.write(sealed)
            written.flush()
            os.fsync(descriptor)
        os.replace(part, file)
        _sync(file.parent)

    def get(self, clinic_id: UUID, photo_id: UUID) -> bytes:
        """A photo as it was put in. Raises PhotoMissing."""
        try:
            return self._file(clinic_id, photo_id).read_bytes()
        except FileNotFoundError:
            raise PhotoMissing from None

    def drop(self, clinic_id: UUID, photo_id: UUID) -> None:
        """Destroy a photo; one that is gone already is no error."""
        file = self._file(clinic_id, photo_id)
        with suppress(FileNotFoundError):
            file.unlink()
            _sync(file.parent)

    def clinics(self) -> tuple[UUID, ...]:
        """The clinics that have a folder here."""
        return tuple(found for folder in _inside(self.root) if (found := _id(folder.name)))

    def older_than(self, clinic_id: UUID, written_before: datetime) -> Iterator[tuple[UUID | None, Path]]:
        """(id, file) of everything written before then; no id for what was never finished."""
        for folder in _inside(self.root / str(clinic_id)):
            for file in _inside(folder):
                with suppress(FileNotFoundError):
                    if datetime.fromtimestamp(file.stat().st_mtime, UTC) < written_before:
                        yield _id(file.name), file

    def try_writing(self) -> None:
        """Write and remove a file. Raises OSError."""
        self._make(self.root)
        probe = self.root / f"probe-{os.getpid()}{_PART}"
        probe.write_bytes(b"")
        probe.unlink()

    def _file(self, clinic_id: UUID, photo_id: UUID) -> Path:
        return self.root / str(clinic_id) / photo_id.hex[-2:] / str(photo_id)

    def _make(self, folder: Path) -> None:
        """Make a folder and those above it, as far as they are missing, so that a power cut leaves them."""
        if folder.is_dir():
            return
        if folder != self.root:
            self._make(folder.parent)
        folder.mkdir(mode=0o700, parents=folder == self.root, exist_ok=True)
        _sync(folder.parent)


def _inside(folder: Path) -> tuple[Path, ...]:
    try:
        return tuple(folder.iterdir())
    except (FileNotFoundError, NotADirectoryError):
        return ()


def _id(name: str) -> UUID | None:
    try:
        return UUID(name)
    except ValueError:
        return None


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
