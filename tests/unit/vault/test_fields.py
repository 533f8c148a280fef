from __future__ import annotations

import hashlib
import pickle
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pwa.domain.errors import BadInput
from pwa.vault.errors import VaultError
from pwa.vault.fields import PatientVault
from pwa.vault.sealing import random_key
from tests.unit.vault.people import ANA, BEN, CLINIC, OTHER_CLINIC, OTHER_ROW, ROW

Place = tuple[str, str, UUID]
HERE: Place = ("messages", "body_sealed", ROW)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=300)


@given(text=texts)
def test_what_is_sealed_opens_as_it_was(ana: PatientVault, text: str) -> None:
    sealed = ana.seal(*HERE, text)
    assert ana.open(*HERE, sealed) == text
    assert len(sealed) == len(text.encode()) + 29


@given(value=st.binary(max_size=300))
def test_bytes_open_as_they_were(ana: PatientVault, value: bytes) -> None:
    assert ana.open_bytes(*HERE, ana.seal(*HERE, value)) == value


@given(text=texts.filter(lambda text: len(text.encode()) >= 4))
def test_the_text_does_not_stand_in_what_is_sealed(ana: PatientVault, text: str) -> None:
    assert text.encode() not in ana.seal(*HERE, text)


def test_the_same_text_is_sealed_differently_each_time(ana: PatientVault) -> None:
    assert len({ana.seal(*HERE, "yes") for _ in range(50)}) == 50


@pytest.mark.parametrize(
    "elsewhere",
    [
        ("notes", "body_sealed", ROW),
        ("messages", "subject_sealed", ROW),
        ("messages", "body_sealed", OTHER_ROW),
        # The same letters, split otherwise.
        ("messagesbody", "_sealed", ROW),
    ],
)
def test_a_field_moved_to_another_table_column_or_row_is_refused(ana: PatientVault, elsewhere: Place) -> None:
    sealed = ana.seal(*HERE, "itching")
    with pytest.raises(VaultError):
        ana.open(*elsewhere, sealed)


def test_two_fields_swapped_between_rows_are_both_refused(ana: PatientVault) -> None:
    first = ana.seal("answers", "value_sealed", ROW, "none")
    second = ana.seal("answers", "value_sealed", OTHER_ROW, "severe")
    for row, swapped in ((ROW, second), (OTHER_ROW, first)):
        with pytest.raises(VaultError):
            ana.open("answers", "value_sealed", row, swapped)


@pytest.mark.parametrize(("clinic", "patient"), [(CLINIC, BEN), (OTHER_CLINIC, ANA)])
def test_a_field_of_another_patient_or_clinic_is_refused_even_under_the_same_key(
    clinic: UUID, patient: UUID
) -> None:
    key = random_key()
    sealed = PatientVault(CLINIC, ANA, key).seal(*HERE, "itching")
    with pytest.raises(VaultError):
        PatientVault(clinic, patient, key).open(*HERE, sealed)


@given(text=texts, data=st.data())
def test_one_changed_bit_anywhere_is_refused(ana: PatientVault, text: str, data: st.DataObject) -> None:
    sealed = bytearray(ana.seal(*HERE, text))
    position = data.draw(st.integers(0, len(sealed) - 1))
    sealed[position] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(VaultError):
        ana.open(*HERE, bytes(sealed))


@given(data=st.data())
def test_what_is_cut_short_is_refused(ana: PatientVault, data: st.DataObject) -> None:
    sealed = ana.seal(*HERE, "itching")
    with pytest.raises(VaultError):
        ana.open(*HERE, sealed[: data.draw(st.integers(0, len(sealed) - 1))])


def test_another_key_opens_nothing(ana: PatientVault) -> None:
    with pytest.raises(VaultError):
        PatientVault(CLINIC, ANA, random_key()).open(*HERE, ana.seal(*HERE, "itching"))


@given(text=texts, other=texts)
def test_a_digest_tells_same_from_other(ana: PatientVault, text: str, other: str) -> None:
    assert (ana.digest(*HERE, text) == ana.digest(*HERE, other)) is (text == other)


def test_a_digest_says_nothing_without_the_patient_s_key(ana: PatientVault) -> None:
    """A plain hash of "pain": 7 is found by trying eleven."""
    plain = {hashlib.sha256(text.encode()).digest() for text in ("yes", f"{HERE}yes")}
    elsewhere = ana.digest("messages", "body_sealed", OTHER_ROW, "yes")
    stranger = PatientVault(CLINIC, ANA, random_key()).digest(*HERE, "yes")
    assert ana.digest(*HERE, "yes") not in {*plain, elsewhere, stranger}
    assert len(elsewhere) == 32


def test_half_a_character_is_refused_as_bad_input_and_not_kept(ana: PatientVault) -> None:
    with pytest.raises(BadInput):
        ana.seal(*HERE, "\ud800")


def test_no_error_quotes_what_was_sealed(ana: PatientVault) -> None:
    sealed = ana.seal(*HERE, b"CANARY\xff")
    with pytest.raises(VaultError) as refused:
        ana.open(*HERE, sealed)
    assert refused.value.__cause__ is None
    assert refused.value.__suppress_context__
    assert "CANARY" not in str(refused.value)


def test_a_vault_shows_its_key_to_nobody_and_cannot_be_stored() -> None:
    key = random_key()
    vault = PatientVault(CLINIC, ANA, key)
    assert key.hex() not in repr(vault)
    with pytest.raises(TypeError):
        pickle.dumps(vault)


def test_threads_may_share_a_vault(ana: PatientVault) -> None:
    def there_and_back(number: int) -> bool:
        row = UUID(int=number)
        return all(
            ana.open("answers", "value", row, ana.seal("answers", "value", row, f"{number} {turn}"))
            == f"{number} {turn}"
            for turn in range(50)
        )

    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(there_and_back, range(32)))
