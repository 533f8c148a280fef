"""Seals single fields of one patient, each bound to its table, column and row."""

from __future__ import annotations

import hmac
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from pwa.domain.errors import BadInput
from pwa.vault.binding import bind
from pwa.vault.errors import VaultError
from pwa.vault.sealing import open_bytes, seal_bytes


class PatientVault:
    """One patient's unlocked data key, for one unit of work: make it, use it, let it go.

    Threads may share it. It shows its key to nobody, and cannot be pickled or stored by accident.
    """

    __slots__ = ("_cipher", "_digest_key", "clinic_id", "patient_id")

    def __init__(self, clinic_id: UUID, patient_id: UUID, data_key: bytes) -> None:
        self.clinic_id = clinic_id
        self.patient_id = patient_id
        self._cipher = AESGCM(data_key)
        self._digest_key = hmac.digest(data_key, b"afterbeam/1/digest", "sha256")

    def seal(self, table: str, column: str, row_id: UUID, value: str | bytes) -> bytes:
        """Encrypt a value for this place alone; 29 bytes longer than the value in UTF-8."""
        return seal_bytes(self._cipher, _to_bytes(value), self._place(table, column, row_id))

    def open(self, table: str, column: str, row_id: UUID, sealed: bytes) -> str:
        """Decrypt text sealed for this place; VaultError when it was changed or comes from another place."""
        try:
            return self.open_bytes(table, column, row_id, sealed).decode("utf-8")
        except UnicodeDecodeError:
            # Without the cause: it quotes the text.
            raise VaultError("This record holds bytes, not text.") from None

    def open_bytes(self, table: str, column: str, row_id: UUID, sealed: bytes) -> bytes:
        """Decrypt bytes sealed for this place; VaultError as `open`."""
        return open_bytes(self._cipher, sealed, self._place(table, column, row_id))

    def digest(self, table: str, column: str, row_id: UUID, value: str) -> bytes:
        """32 bytes that tell whether two values of this place are the same, and nothing without the key."""
        return hmac.digest(self._digest_key, self._place(table, column, row_id) + _to_bytes(value), "sha256")

    def _place(self, table: str, column: str, row_id: UUID) -> bytes:
        return bind("field", self.clinic_id, self.patient_id, table, column, row_id)


def _to_bytes(value: str | bytes) -> bytes:
    if isinstance(value, bytes):
        return value
    try:
        return value.encode("utf-8")
    except UnicodeEncodeError:
        # JSON can carry half of a surrogate pair ("\ud800"), which is no text.
        raise BadInput("This text holds a character that cannot be kept. Type it again.") from None
