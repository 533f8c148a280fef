"""Patients, the phones they carry, and how a phone joins.

Readable: ids, states, zone, times, procedure. Encrypted (`_sealed`): names, numbers, identifiers.
"""

from __future__ import annotations

from datetime import datetime, time
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, LargeBinary, SmallInteger, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from pwa.domain.patient import CredentialKind, DeviceState, PatientState, RevokedBy
from pwa.store.tables.base import Base, InClinic, of_clinic, same_clinic
from pwa.store.types import UtcDateTime, words_of


class Patient(InClinic, Base):
    __tablename__ = "patients"
    __table_args__ = (
        *of_clinic(),
        CheckConstraint("lock_screen BETWEEN 0 AND 2", name="lock_screen"),
        CheckConstraint("(latitude IS NULL) = (longitude IS NULL)", name="whole_place"),
        # The compose job asks for patients whose horizon is stale or running out.
        Index("ix_patients_to_compose", "composed_until"),
    )

    state: Mapped[PatientState] = mapped_column(words_of(PatientState))
    language: Mapped[str] = mapped_column(String(16))
    zone: Mapped[str] = mapped_column(String(64))
    wake: Mapped[time]
    quiet_start: Mapped[time]
    quiet_end: Mapped[time]
    lock_screen: Mapped[int] = mapped_column(SmallInteger)
    one_a_day: Mapped[bool]
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    first_name_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    phone_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    composed_until: Mapped[datetime | None] = mapped_column(UtcDateTime)  # None: compose now
    compose_failed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # since it last went well
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class PatientKey(Base):
    """The patient's data key, wrapped by a master key outside the database. Erasure destroys it."""

    __tablename__ = "patient_keys"
    __table_args__ = (same_clinic("patients", "patient_id"),)

    patient_id: Mapped[UUID] = mapped_column(primary_key=True)
    clinic_id: Mapped[UUID]
    master_key_id: Mapped[str] = mapped_column(String(64))
    wrapped_key: Mapped[bytes] = mapped_column(LargeBinary)


class PatientIdentifier(InClinic, Base):
    """An identifier in another system, found by a keyed hash and kept sealed."""

    __tablename__ = "patient_identifiers"
    __table_args__ = (
        *of_clinic(),
        same_clinic("patients", "patient_id"),
        UniqueConstraint("clinic_id", "system", "value_index"),
    )

    patient_id: Mapped[UUID]
    system: Mapped[str] = mapped_column(String(200))
    value_index: Mapped[bytes] = mapped_column(LargeBinary(32))
    value_sealed: Mapped[bytes] = mapped_column(LargeBinary)


class Device(InClinic, Base):
    __tablename__ = "devices"
    __table_args__ = (
        *of_clinic(),
        same_clinic("patients", "patient_id"),
        CheckConstraint("(revoked_at IS NULL) = (revoked_by IS NULL)", name="revoked_says_by_whom"),
        Index("ix_devices_patient", "patient_id"),
    )

    patient_id: Mapped[UUID]
    label: Mapped[str] = mapped_column(String(80))  # "iPhone", "Firefox on Linux"
    state: Mapped[DeviceState] = mapped_column(words_of(DeviceState))
    joined_at: Mapped[datetime] = mapped_column(UtcDateTime)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # "Is this right?" yes
    last_seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_seq: Mapped[int]
    reported_zone: Mapped[str | None] = mapped_column(String(64))
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_by: Mapped[RevokedBy | None] = mapped_column(words_of(RevokedBy))


class DeviceCredential(Base):
    """What a device shows to be let in; kept as a SHA-256, found without any health data."""

    __tablename__ = "device_credentials"
    __table_args__ = (
        same_clinic("devices", "device_id"),
        Index("ix_device_credentials_device", "device_id"),
    )

    credential_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    clinic_id: Mapped[UUID]
    device_id: Mapped[UUID]
    kind: Mapped[CredentialKind] = mapped_column(words_of(CredentialKind))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Join(InClinic, Base):
    """An invitation for one phone: a long token in a QR code, and a short code to type."""

    __tablename__ = "joins"
    __table_args__ = (
        *of_clinic(),
        same_clinic("patients", "patient_id"),
        same_clinic("devices", "device_id"),
        same_clinic("devices", "made_by_device_id"),
        Index("ix_joins_patient", "patient_id"),
    )

    patient_id: Mapped[UUID]
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    code_index: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)  # keyed hash
    token_expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    code_expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # Of the key of the phone that used it, which may do so again; gone once that phone has answered.
    key_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    device_id: Mapped[UUID | None]  # whom it let in
    made_by_device_id: Mapped[UUID | None]  # a browser, for the app it puts on the Home Screen
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
