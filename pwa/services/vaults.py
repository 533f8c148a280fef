"""Opens a patient's vault: their wrapped key from the store, the master keys from outside it."""

from __future__ import annotations

from uuid import UUID

from pwa.store import patients
from pwa.store.scope import ClinicScope
from pwa.vault.fields import PatientVault
from pwa.vault.keyring import MasterKeys
from pwa.vault.patient_keys import WrappedKey, unlock


def open_vault(scope: ClinicScope, keys: MasterKeys, patient_id: UUID) -> PatientVault:
    """The patient's vault, for one unit of work. Raises NotFound once the record was erased."""
    stored = patients.get_key(scope, patient_id)
    return unlock(keys, scope.clinic_id, patient_id, WrappedKey(stored.master_key_id, stored.wrapped))


def first_name(scope: ClinicScope, vault: PatientVault) -> str:
    """What the patient is called."""
    sealed = patients.get_sealed(scope, vault.patient_id)
    return vault.open("patients", "first_name", vault.patient_id, sealed.first_name)
