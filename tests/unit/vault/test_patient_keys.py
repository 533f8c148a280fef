from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest

from pwa.vault.errors import VaultError
from pwa.vault.keyring import MasterKeys, new_master_keys
from pwa.vault.patient_keys import WrappedKey, new_patient_key, rewrap, unlock
from pwa.vault.sealing import random_key
from tests.unit.vault.people import ANA, BEN, CLINIC, OTHER_CLINIC, ROW


def test_every_patient_has_a_key_of_their_own(keys: MasterKeys) -> None:
    sealed = unlock(keys, CLINIC, ANA, new_patient_key(keys, CLINIC, ANA)).seal("notes", "text", ROW, "x")
    with pytest.raises(VaultError):
        unlock(keys, CLINIC, ANA, new_patient_key(keys, CLINIC, ANA)).open("notes", "text", ROW, sealed)


@pytest.mark.parametrize(("clinic", "patient"), [(CLINIC, BEN), (OTHER_CLINIC, ANA)])
def test_a_wrapped_key_moved_to_another_patient_or_clinic_is_refused(
    keys: MasterKeys, clinic: UUID, patient: UUID
) -> None:
    wrapped = new_patient_key(keys, CLINIC, ANA)
    with pytest.raises(VaultError, match="changed or moved"):
        unlock(keys, clinic, patient, wrapped)


def test_a_wrapped_key_that_names_another_master_key_is_refused(keys: MasterKeys) -> None:
    both = keys.with_new_current()
    wrapped = new_patient_key(keys, CLINIC, ANA)
    with pytest.raises(VaultError):
        unlock(both, CLINIC, ANA, replace(wrapped, master_key_id=both.current_id))


def test_a_changed_wrapped_key_is_refused(keys: MasterKeys) -> None:
    wrapped = new_patient_key(keys, CLINIC, ANA)
    for position in range(len(wrapped.sealed)):
        changed = bytearray(wrapped.sealed)
        changed[position] ^= 1
        with pytest.raises(VaultError):
            unlock(keys, CLINIC, ANA, replace(wrapped, sealed=bytes(changed)))


def test_after_rotation_old_fields_open_with_the_new_master_key_alone(keys: MasterKeys) -> None:
    wrapped = new_patient_key(keys, CLINIC, ANA)
    sealed = unlock(keys, CLINIC, ANA, wrapped).seal("notes", "text", ROW, "itching")
    both = keys.with_new_current()

    anew = rewrap(both, CLINIC, ANA, wrapped)

    assert anew.master_key_id == both.current_id != wrapped.master_key_id
    new_alone = MasterKeys(both.current_id, {both.current_id: both._keys[both.current_id]})
    assert unlock(new_alone, CLINIC, ANA, anew).open("notes", "text", ROW, sealed) == "itching"


def test_between_adding_a_master_key_and_wrapping_anew_everything_still_opens(keys: MasterKeys) -> None:
    wrapped = new_patient_key(keys, CLINIC, ANA)
    sealed = unlock(keys, CLINIC, ANA, wrapped).seal("notes", "text", ROW, "itching")
    assert (
        unlock(keys.with_new_current(), CLINIC, ANA, wrapped).open("notes", "text", ROW, sealed) == "itching"
    )


def test_a_missing_master_key_is_named(keys: MasterKeys) -> None:
    wrapped = new_patient_key(keys, CLINIC, ANA)
    with pytest.raises(VaultError, match=rf"'{keys.current_id}' is not in .* AFTERBEAM_MASTER_KEY_FILE"):
        unlock(new_master_keys(), CLINIC, ANA, wrapped)


def test_a_wrong_master_key_under_the_right_name_is_said_so(keys: MasterKeys) -> None:
    wrapped = new_patient_key(keys, CLINIC, ANA)
    impostor = MasterKeys(keys.current_id, {keys.current_id: random_key()})
    with pytest.raises(VaultError, match="another key of that name"):
        unlock(impostor, CLINIC, ANA, wrapped)


def test_a_wrapped_key_keeps_its_bytes_out_of_logs() -> None:
    assert "CANARY" not in repr(WrappedKey("mk-1", b"CANARY"))
