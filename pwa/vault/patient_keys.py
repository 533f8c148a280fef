"""One 256-bit data key per patient, wrapped by a master key; destroying the wrapped key is erasure."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from pwa.vault.binding import bind
from pwa.vault.errors import VaultError
from pwa.vault.fields import PatientVault
from pwa.vault.keyring import SETTING, MasterKeys
from pwa.vault.sealing import open_bytes, random_key, seal_bytes


@dataclass(frozen=True, slots=True)
class WrappedKey:
    """A patient's data key as the database keeps it: useless without the master key it names."""

    master_key_id: str
    sealed: bytes = field(repr=False)


def new_patient_key(keys: MasterKeys, clinic_id: UUID, patient_id: UUID) -> WrappedKey:
    """Make a patient's data key, wrapped by the current master key."""
    return _wrap(keys, clinic_id, patient_id, random_key())


def unlock(keys: MasterKeys, clinic_id: UUID, patient_id: UUID, wrapped: WrappedKey) -> PatientVault:
    """Open a patient's vault for one unit of work; VaultError when the key belongs to somebody else."""
    return PatientVault(clinic_id, patient_id, _unwrap(keys, clinic_id, patient_id, wrapped))


def rewrap(keys: MasterKeys, clinic_id: UUID, patient_id: UUID, wrapped: WrappedKey) -> WrappedKey:
    """Wrap the same data key by the current master key; what it sealed stays as it is and still opens."""
    return _wrap(keys, clinic_id, patient_id, _unwrap(keys, clinic_id, patient_id, wrapped))


def _wrap(keys: MasterKeys, clinic_id: UUID, patient_id: UUID, data_key: bytes) -> WrappedKey:
    key_id = keys.current_id
    sealed = seal_bytes(_wrapping(keys, key_id), data_key, _place(clinic_id, patient_id, key_id))
    return WrappedKey(key_id, sealed)


def _unwrap(keys: MasterKeys, clinic_id: UUID, patient_id: UUID, wrapped: WrappedKey) -> bytes:
    key_id = wrapped.master_key_id
    wrapping = _wrapping(keys, key_id)
    try:
        return open_bytes(wrapping, wrapped.sealed, _place(clinic_id, patient_id, key_id))
    except VaultError:
        raise VaultError(
            f"This patient's key does not open with master key '{key_id}': the file that {SETTING} names "
            "holds another key of that name, or the patient's key was changed or moved."
        ) from None


def _wrapping(keys: MasterKeys, key_id: str) -> AESGCM:
    return AESGCM(keys.derive(key_id, "wrap_patient_key"))


def _place(clinic_id: UUID, patient_id: UUID, key_id: str) -> bytes:
    return bind("patient key", clinic_id, patient_id, key_id)
