"""What each column may hold: words that are checked, instants with their zone, health data sealed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from uuid import uuid4

import pytest
from sqlalchemy import Column, DateTime, Enum, LargeBinary, String, Text, inspect, text, update
from sqlalchemy.exc import IntegrityError, StatementError

from pwa.store.database import Database
from pwa.store.tables import Base
from pwa.store.types import UtcDateTime

# Design section 12: what may be read in the database, by table. Whatever is not in here is sealed or hashed.
READABLE_TEXT = {
    "alert_reasons": {"rule"},
    "audit_entries": {"actor_kind", "actor_id", "act", "object_kind", "object_id"},
    "care_plans": {"variant"},
    "check_in_ends": {"because"},
    "check_ins": {"reasons", "phone_rule_set"},  # ids of rules, never an answer
    "clinics": {"name", "zone", "country", "day_phone", "night_phone"},  # the clinic's own, on its door
    "devices": {"label", "reported_zone"},
    "facts": {"said_by"},
    "heartbeats": {"name"},
    "notice_items": {"step_id", "text_id"},
    "notices": {"slot_key", "ended_because"},
    "patient_events": {"kind", "rejected"},  # the kind of event, and our own word about it
    "patient_identifiers": {"system"},
    "patient_keys": {"master_key_id"},
    "patients": {"language", "zone"},
    "protocol_documents": {"content_hash", "procedure", "version", "document"},
    "protocol_versions": {"procedure", "content_hash", "approved_by"},
    "push_origins": {"origin", "vapid_key_id"},
    "quarantined_events": {"kind"},
    "server_meta": {"name", "value"},
    "staff_accounts": {"email", "name", "password_hash"},
    "targets": {"address", "origin", "p256dh", "auth", "vapid_key_id"},
    "tasks": {"step_id"},
    "vapid_keys": {"id", "public_key"},
}
SEALED = {
    "alerts": {"note_sealed"},
    "care_plans": {"risks_sealed"},
    "event_conflicts": {"payload_sealed"},
    "patient_events": {"payload_sealed"},
    "patient_identifiers": {"value_sealed"},
    "patients": {"first_name_sealed", "phone_sealed"},
    "quarantined_events": {"payload_sealed"},
}
HASHES_AND_WRAPPED_KEYS = {
    "device_credentials": {"credential_hash"},
    "event_conflicts": {"payload_hash"},
    "joins": {"token_hash", "code_index", "key_hash"},
    "patient_events": {"payload_hash"},
    "patient_identifiers": {"value_index"},
    "patient_keys": {"wrapped_key"},
    "photos": {"content_hash"},
    "quarantined_events": {"payload_hash"},
    "staff_sessions": {"token_hash"},
    "throttles": {"bucket"},
}

# Columns of words that are not an enumeration of the domain, with the CHECK that holds them.
CHECKED_WORDS = {
    ("audit_entries", "actor_kind"),
    ("check_in_ends", "because"),
    ("facts", "said_by"),
    ("notices", "ended_because"),
}

COLUMNS: list[tuple[str, Column[object]]] = [
    (name, column) for name, table in sorted(Base.metadata.tables.items()) for column in table.columns
]


@pytest.fixture(scope="module")
def no_tables(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """Binding comes before the statement is sent, so the tables need not be there."""
    made = Database(f"sqlite:///{tmp_path_factory.mktemp('columns')}/empty.db")
    yield made
    made.close()


def by_table(*kinds: type) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for name, column in COLUMNS:
        if isinstance(column.type, kinds) and not isinstance(column.type, Enum):
            found.setdefault(name, set()).add(column.name)
    return found


def test_readable_text_is_what_the_design_lists() -> None:
    assert by_table(String, Text) == READABLE_TEXT


def test_everything_else_that_could_name_a_person_is_sealed_or_hashed() -> None:
    expected = {
        table: SEALED.get(table, set()) | HASHES_AND_WRAPPED_KEYS.get(table, set())
        for table in SEALED | HASHES_AND_WRAPPED_KEYS
    }
    assert by_table(LargeBinary) == expected
    for columns in SEALED.values():
        assert all(column.endswith("_sealed") for column in columns)


def test_no_other_column_has_room_for_what_a_patient_said() -> None:
    wide = {
        f"{name}.{column.name}"
        for name, column in COLUMNS
        if isinstance(column.type, String) and (column.type.length or 10_000) > 128
    }
    assert wide == {
        "check_ins.reasons",  # a list of rule ids
        "clinics.name",
        "patient_events.rejected",
        "patient_identifiers.system",
        "protocol_documents.document",
        "protocol_versions.approved_by",
        "push_origins.origin",
        "server_meta.value",
        "staff_accounts.email",
        "staff_accounts.name",
        "staff_accounts.password_hash",
        "targets.address",
        "targets.origin",
    }


def test_an_instant_without_a_zone_is_refused_by_every_column(no_tables: Database) -> None:
    naive = datetime(2026, 11, 20, 10)  # noqa: DTZ001  # what must be refused
    instants = [(name, column) for name, column in COLUMNS if isinstance(column.type, UtcDateTime)]
    assert len(instants) > 40
    for name, column in instants:
        with no_tables.engine.connect() as connection, pytest.raises(StatementError, match="carry its zone"):
            connection.execute(update(Base.metadata.tables[name]).values({column.name: naive}))


def test_no_instant_is_stored_by_another_type() -> None:
    assert [f"{name}.{column.name}" for name, column in COLUMNS if isinstance(column.type, DateTime)] == []


def test_every_column_of_words_has_its_check(database: Database) -> None:
    with database.engine.connect() as connection:
        seen = inspect(connection)
        for name, table in Base.metadata.tables.items():
            checks = " ".join(str(check["sqltext"]) for check in seen.get_check_constraints(name))
            for column in table.columns:
                if isinstance(column.type, Enum) or (name, column.name) in CHECKED_WORDS:
                    assert column.name in checks, f"{name}.{column.name} takes any word"


def test_the_database_itself_refuses_a_word_that_is_none(database: Database) -> None:
    row = {"id": uuid4().hex, "at": "2026-11-20 10:00:00"}
    clinic = (
        "INSERT INTO clinics (id, name, zone, country, day_phone, night_phone, latitude, longitude, stage, "
        "triage_mode, created_at) VALUES (:id, 'x', 'UTC', 'GB', '1', '1', 0, 0, {stage}, 'leaflet', :at)"
    )
    with pytest.raises(IntegrityError), database.engine.begin() as connection:
        connection.execute(text(clinic.format(stage="'bankrupt'")), row)
    with database.engine.begin() as connection:
        connection.execute(text(clinic.format(stage="'live'")), row)
