"""Clinics, their staff, their hours, the protocols they use, and the audit trail."""

from __future__ import annotations

from datetime import date, datetime, time
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from pwa.domain.clinic import ClinicStage, MembershipStatus, StaffRole, TriageMode
from pwa.store.tables.base import Base, InClinic, of_clinic, works_here
from pwa.store.types import UtcDateTime, words_of


class Clinic(Base):
    __tablename__ = "clinics"
    __table_args__ = (
        CheckConstraint("latitude BETWEEN -90 AND 90", name="latitude"),
        CheckConstraint("longitude BETWEEN -180 AND 180", name="longitude"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    zone: Mapped[str] = mapped_column(String(64))
    country: Mapped[str] = mapped_column(String(2))
    day_phone: Mapped[str] = mapped_column(String(40))
    night_phone: Mapped[str] = mapped_column(String(40))
    latitude: Mapped[float]
    longitude: Mapped[float]
    stage: Mapped[ClinicStage] = mapped_column(words_of(ClinicStage))
    triage_mode: Mapped[TriageMode] = mapped_column(words_of(TriageMode))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ClinicHours(Base):
    __tablename__ = "clinic_hours"
    __table_args__ = (
        CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday"),
        CheckConstraint("closes > opens", name="closes_after_opening"),
    )

    clinic_id: Mapped[UUID] = mapped_column(ForeignKey("clinics.id"), primary_key=True)
    weekday: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)  # Monday is 0
    opens: Mapped[time]
    closes: Mapped[time]


class ClinicHoliday(Base):
    __tablename__ = "clinic_holidays"

    clinic_id: Mapped[UUID] = mapped_column(ForeignKey("clinics.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)


class StaffAccount(Base):
    """A person who signs in; global, since one person may work for several clinics."""

    __tablename__ = "staff_accounts"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)  # lower case
    name: Mapped[str] = mapped_column(String(200))
    password_hash: Mapped[str] = mapped_column(String(255))  # Argon2id, encoded
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    disabled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Membership(Base):
    __tablename__ = "memberships"

    clinic_id: Mapped[UUID] = mapped_column(ForeignKey("clinics.id"), primary_key=True)
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff_accounts.id"), primary_key=True)
    role: Mapped[StaffRole] = mapped_column(words_of(StaffRole))
    status: Mapped[MembershipStatus] = mapped_column(words_of(MembershipStatus))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class StaffSession(Base):
    """A signed-in browser. The token itself is only in the cookie; this keeps its SHA-256."""

    __tablename__ = "staff_sessions"
    __table_args__ = (works_here("staff_id"),)

    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    staff_id: Mapped[UUID] = mapped_column(index=True)
    clinic_id: Mapped[UUID]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ProtocolDocument(Base):
    """The immutable content of a protocol version, stored once under the SHA-256 of its bytes."""

    __tablename__ = "protocol_documents"

    content_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    procedure: Mapped[str] = mapped_column(String(64))
    version: Mapped[str] = mapped_column(String(32))
    document: Mapped[str] = mapped_column(Text)  # canonical JSON
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ProtocolVersion(InClinic, Base):
    """A protocol version as one clinic has it: offered by Afterbeam, approved by a person, or not yet."""

    __tablename__ = "protocol_versions"
    __table_args__ = (
        *of_clinic(),
        UniqueConstraint("clinic_id", "content_hash"),
        CheckConstraint("(approved_at IS NULL) = (approved_by IS NULL)", name="approval_names_its_approver"),
        Index("ix_protocol_versions_current", "clinic_id", "procedure", "created_at"),
    )

    procedure: Mapped[str] = mapped_column(String(64))
    content_hash: Mapped[str] = mapped_column(ForeignKey("protocol_documents.content_hash"))
    approved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    approved_by: Mapped[str | None] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class AuditEntry(InClinic, Base):
    """One staff or operator act, written in the act's own transaction. Never any health data."""

    __tablename__ = "audit_entries"
    __table_args__ = (
        *of_clinic(),
        CheckConstraint("actor_kind IN ('staff', 'operator', 'device')", name="actor_kind"),
        Index("ix_audit_entries_clinic_time", "clinic_id", "at"),
    )

    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor_kind: Mapped[str] = mapped_column(String(16))
    actor_id: Mapped[str] = mapped_column(String(64))
    act: Mapped[str] = mapped_column(String(64))
    object_kind: Mapped[str] = mapped_column(String(32))
    object_id: Mapped[str] = mapped_column(String(64))
