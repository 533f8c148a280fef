"""The master keys: several with ids, one of them current. They live in a file, never in the database.

The file is JSON, mode 0600, for its owner alone:

    {
      "format": "afterbeam-master-keys",
      "version": 1,
      "current": "mk-5f0c9a31",
      "keys": {"mk-5f0c9a31": "<32 random bytes, standard base64>"}
    }

Older keys stay in the file until every patient key is wrapped anew. Lose the file and no name, message or
answer can ever be read again: keep a copy apart from the database's backups.
"""

from __future__ import annotations

import base64
import binascii
import json
import os
import re
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from pwa.domain.errors import ConfigurationError
from pwa.vault.errors import VaultError
from pwa.vault.sealing import KEY_BYTES, random_key

SETTING = "AFTERBEAM_MASTER_KEY_FILE"
_FORMAT = "afterbeam-master-keys"
_VERSION = 1
_KEY_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")


class MasterKeys:
    """Master keys by id; what is sealed or hashed from now on uses the current one. Threads may share it."""

    __slots__ = ("_derived", "_keys", "current_id")

    def __init__(self, current_id: str, keys: Mapping[str, bytes]) -> None:
        if current_id not in keys:
            raise ValueError("the current master key must be one of the keys")
        if any(len(key) != KEY_BYTES for key in keys.values()):
            raise ValueError(f"a master key has {KEY_BYTES} bytes")
        self.current_id = current_id
        self._keys = dict(keys)
        self._derived: dict[tuple[str, str], bytes] = {}  # HKDF costs more than the hash it is for

    @property
    def ids(self) -> tuple[str, ...]:
        """All key ids, the current one first."""
        return (self.current_id, *(key_id for key_id in self._keys if key_id != self.current_id))

    def derive(self, key_id: str, purpose: str) -> bytes:
        """A 256-bit key for one purpose (HKDF-SHA256, RFC 5869); VaultError when `key_id` is not here."""
        if key_id not in self._keys:
            raise VaultError(
                f"Master key '{key_id}' is not in the file that {SETTING} names. "
                "Put back the file that holds it."
            )
        if (key_id, purpose) not in self._derived:
            info = f"afterbeam/{_VERSION}/{purpose}".encode()
            hkdf = HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=info)
            self._derived[key_id, purpose] = hkdf.derive(self._keys[key_id])
        return self._derived[key_id, purpose]

    def mark(self, key_id: str) -> str:
        """What tells this key from another of the same id, and says nothing about it: 64 hex digits."""
        return self.derive(key_id, "mark").hex()

    def with_new_current(self) -> MasterKeys:
        """These keys and a new one, which is current."""
        key_id = f"mk-{os.urandom(4).hex()}"
        return MasterKeys(key_id, {**self._keys, key_id: random_key()})

    def to_document(self) -> str:
        """The keys in the clear, as the file holds them."""
        keys = {key_id: base64.b64encode(key).decode() for key_id, key in self._keys.items()}
        document = {"format": _FORMAT, "version": _VERSION, "current": self.current_id, "keys": keys}
        return json.dumps(document, indent=2) + "\n"


def new_master_keys() -> MasterKeys:
    """One new key, current."""
    key_id = f"mk-{os.urandom(4).hex()}"
    return MasterKeys(key_id, {key_id: random_key()})


def load_master_keys(path: Path) -> MasterKeys:
    """Read the file; ConfigurationError when it is missing, open to others, or not what create makes."""
    try:
        descriptor = os.open(path, os.O_RDONLY)
        with os.fdopen(descriptor, "rb") as file:
            _refuse_open_to_others(path, os.fstat(descriptor).st_mode)
            content = file.read()
    except OSError as error:
        raise ConfigurationError(
            f"{SETTING}: {path} cannot be read ({error.strerror}). "
            "Make one with `afterbeam keys create`, or put back the one you had."
        ) from None
    return _parse(path, content)


def create_master_key_file(path: Path) -> MasterKeys:
    """Make a file with one new key, mode 0600; ConfigurationError when there is already a file."""
    keys = new_master_keys()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        _write_new(path, keys)
    except FileExistsError:
        raise ConfigurationError(
            f"{path} is already there, and may be the only way to read what is stored. "
            "Keep it, or move it first."
        ) from None
    return keys


def add_master_key(path: Path) -> MasterKeys:
    """Add a new key and make it current; the older ones stay until each patient key is wrapped anew."""
    target = path.resolve()  # replacing a link would leave the file it points to as it was
    keys = load_master_keys(target).with_new_current()
    owner = target.stat()
    fresh = target.with_name(f"{target.name}.new")
    fresh.unlink(missing_ok=True)
    _write_new(fresh, keys)
    os.chown(fresh, owner.st_uid, owner.st_gid)  # root may rotate for a service that runs as somebody else
    os.replace(fresh, target)
    _sync_folder(target.parent)
    return keys


def _write_new(path: Path, keys: MasterKeys) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(keys.to_document())
            file.flush()
            os.fsync(descriptor)  # what was sealed with a key that a power cut took back would be lost
    except BaseException:
        path.unlink()
        raise
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _refuse_open_to_others(path: Path, mode: int) -> None:
    if stat.S_IMODE(mode) & 0o077:
        raise ConfigurationError(f"{SETTING}: others may read {path}. Run `chmod 600 {path}`.")


def _parse(path: Path, content: bytes) -> MasterKeys:
    try:
        document = json.loads(content)
        if (document["format"], document["version"]) != (_FORMAT, _VERSION):
            raise ValueError
        return MasterKeys(document["current"], dict(_read_keys(document["keys"])))
    except (ValueError, KeyError, TypeError, AttributeError):
        # Without the cause: it may quote the key.
        raise ConfigurationError(
            f"{SETTING}: {path} is not a master key file of version {_VERSION}. "
            "Give the file that `afterbeam keys create` made."
        ) from None


def _read_keys(keys: Mapping[str, str]) -> Iterator[tuple[str, bytes]]:
    for key_id, text in keys.items():
        if not _KEY_ID.fullmatch(key_id):
            raise ValueError("not a key id")
        try:
            yield key_id, base64.b64decode(text, validate=True)
        except binascii.Error:
            raise ValueError("not base64") from None
