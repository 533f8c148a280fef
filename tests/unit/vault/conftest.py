from __future__ import annotations

import pytest

from pwa.vault.fields import PatientVault
from pwa.vault.keyring import MasterKeys, new_master_keys
from pwa.vault.patient_keys import new_patient_key, unlock
from tests.unit.vault.people import ANA, CLINIC


@pytest.fixture(scope="session")
def keys() -> MasterKeys:
    return new_master_keys()


@pytest.fixture(scope="session")
def ana(keys: MasterKeys) -> PatientVault:
    return unlock(keys, CLINIC, ANA, new_patient_key(keys, CLINIC, ANA))
