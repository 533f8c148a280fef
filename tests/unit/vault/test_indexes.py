from __future__ import annotations

import hmac
import re
from uuid import UUID

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from hypothesis import given
from hypothesis import strategies as st

from pwa.vault.binding import bind
from pwa.vault.indexes import Purpose, external_id_indexes, join_code_indexes, keyed_hashes, push_topic
from pwa.vault.keyring import MasterKeys, new_master_keys
from tests.unit.vault.people import CLINIC, OTHER_CLINIC, ROW

parts = st.lists(st.text(max_size=8), max_size=4)


def test_the_same_identifier_is_found_again_in_its_clinic_and_nowhere_else(keys: MasterKeys) -> None:
    here = external_id_indexes(keys, CLINIC, "pvs", "4711")
    assert here == external_id_indexes(keys, CLINIC, "pvs", "4711")
    assert here != external_id_indexes(keys, OTHER_CLINIC, "pvs", "4711")
    assert here != external_id_indexes(keys, CLINIC, "pvs4", "711")
    assert here != external_id_indexes(new_master_keys(), CLINIC, "pvs", "4711")


def test_after_rotation_what_was_stored_before_is_still_among_the_hashes_to_look_for(
    keys: MasterKeys,
) -> None:
    before = join_code_indexes(keys, "K7QF2M")
    after = join_code_indexes(keys.with_new_current(), "K7QF2M")
    assert len(after) == 2
    assert after[0] != before[0]
    assert after[1] == before[0]


def test_two_purposes_never_give_the_same_hash(keys: MasterKeys) -> None:
    assert len({keyed_hashes(keys, purpose, "K7QF2M") for purpose in Purpose}) == len(Purpose)


def test_a_keyed_hash_is_hmac_sha256_under_an_hkdf_key_of_its_purpose() -> None:
    master = bytes(range(32))
    derived = HKDF(SHA256(), 32, None, b"afterbeam/1/join_code").derive(master)
    expected = hmac.digest(derived, b"\x00\x00\x00\x06K7QF2M", "sha256")
    assert join_code_indexes(MasterKeys("mk-1", {"mk-1": master}), "K7QF2M") == (expected,)


def test_a_topic_is_what_rfc_8030_allows_and_always_the_same_for_a_notice(keys: MasterKeys) -> None:
    assert re.fullmatch(r"[A-Za-z0-9_-]{1,32}", push_topic(keys, ROW))
    assert push_topic(keys, ROW) == push_topic(keys, ROW) != push_topic(keys, UUID(int=7))


@given(one=parts, other=parts)
def test_different_parts_never_become_the_same_bytes(one: list[str], other: list[str]) -> None:
    assert (bind(*one) == bind(*other)) == (one == other)


def test_half_a_character_in_a_typed_code_finds_nothing_instead_of_failing(keys: MasterKeys) -> None:
    assert join_code_indexes(keys, "\ud800") != join_code_indexes(keys, "")
