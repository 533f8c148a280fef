"""docs/security/what-is-readable.md against the tables."""

from __future__ import annotations

import re

from pwa.store.tables import Base
from tests.unit.docs.pages import ROOT, code_words, section

PAGE = (ROOT / "docs" / "security" / "what-is-readable.md").read_text(encoding="utf-8")
COLUMNS = {f"{table.name}.{column.name}" for table in Base.metadata.sorted_tables for column in table.columns}
ENCRYPTED = {
    word for word in code_words(section(PAGE, "Encrypted")) if re.fullmatch(r"[a-z_]+\.[a-z_]+", word)
}
HASHED = {word for word in code_words(section(PAGE, "Hashed")) if re.fullmatch(r"[a-z_]+\.[a-z_]+", word)}


def readable() -> set[str]:
    rows = re.findall(r"^\| `([a-z_]+)` \| (.+) \|$", section(PAGE, "Readable"), re.MULTILINE)
    return {f"{table}.{column}" for table, columns in rows for column in code_words(columns)}


def test_every_column_is_listed_once_and_no_other() -> None:
    assert readable() | ENCRYPTED | HASHED == COLUMNS
    assert len(readable()) + len(ENCRYPTED) + len(HASHED) == len(COLUMNS)


def test_what_is_called_sealed_is_what_is_listed_as_encrypted() -> None:
    assert {column for column in COLUMNS if column.endswith("_sealed")} == ENCRYPTED - {
        "patient_keys.wrapped_key"
    }


def test_what_is_called_a_hash_or_an_index_is_not_listed_as_readable() -> None:
    own = {"protocol_documents.content_hash", "protocol_versions.content_hash"}
    assert not {column for column in readable() - own if column.endswith(("_hash", "_index"))}
