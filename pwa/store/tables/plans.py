"""Care plans, their tasks, what is known of the skin, and all that patients reported."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, LargeBinary, SmallInteger, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from pwa.domain.care_plan import CarePlanStatus, OutcomeValue
from pwa.domain.protocol import Area, FactName
from pwa.store.tables.base import Base, InClinic, of_clinic, same_clinic
from pwa.store.types import UtcDateTime, words_of


class CarePlan(InClinic, Base):
    __tablename__ = "care_plans"
    __table_args__ = (
        *of_clinic(),
        same_clinic("patients", "patient_id"),
        same_clinic("protocol_versions", "protocol_version_id"),
        Index("ix_care_plans_patient", "patient_id"),
    )

    patient_id: Mapped[UUID]
    protocol_version_id: Mapped[UUID]
    status: Mapped[CarePlanStatus] = mapped_column(words_of(CarePlanStatus))
    variant: Mapped[str | None] = mapped_column(String(32))
    area: Mapped[Area | None] = mapped_column(words_of(Area))
    treated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    treated_on: Mapped[date]
    risks_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)  # None: not asked
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class TaskRow(InClinic, Base):
    """A step in a care plan. A change makes a new version; the old one keeps its past."""

    __tablename__ = "tasks"
    __table_args__ = (
        *of_clinic(),
        same_clinic("care_plans", "care_plan_id"),
        UniqueConstraint("care_plan_id", "step_id", "version"),
        CheckConstraint("ends_on >= starts_on", name="ends_after_start"),
    )

    care_plan_id: Mapped[UUID]
    step_id: Mapped[str] = mapped_column(String(64))
    version: Mapped[int]
    starts_on: Mapped[date]
    ends_on: Mapped[date]  # exclusive
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    superseded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class PatientEvent(Base):
    """Everything a phone sent, exactly as sent and sealed: the ledger all else can be rebuilt from."""

    __tablename__ = "patient_events"
    __table_args__ = (
        same_clinic("patients", "patient_id"),
        same_clinic("devices", "device_id"),
        Index("ix_patient_events_device_seq", "device_id", "seq"),
    )

    # Unique per patient, so that one patient's ids can neither probe nor block another's.
    patient_id: Mapped[UUID] = mapped_column(primary_key=True)
    event_id: Mapped[UUID] = mapped_column(primary_key=True)
    clinic_id: Mapped[UUID]
    device_id: Mapped[UUID]
    seq: Mapped[int]
    kind: Mapped[str] = mapped_column(String(32))
    schema: Mapped[int] = mapped_column(SmallInteger)
    tapped_at: Mapped[datetime] = mapped_column(UtcDateTime)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    payload_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    payload_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    # Why the phone was told that it could not be used; it is kept all the same.
    rejected: Mapped[str | None] = mapped_column(String(200))


class EventConflict(InClinic, Base):
    """A second, different content under an id already stored: kept for staff, never written over."""

    __tablename__ = "event_conflicts"
    __table_args__ = (
        *of_clinic(),
        same_clinic("patients", "patient_id"),
        UniqueConstraint("patient_id", "event_id", "payload_hash"),
    )

    patient_id: Mapped[UUID]
    event_id: Mapped[UUID]
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    payload_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    payload_sealed: Mapped[bytes] = mapped_column(LargeBinary)


class QuarantinedEvent(InClinic, Base):
    """What a phone sent after its clinic shut it out: kept apart for staff, applied to nothing."""

    __tablename__ = "quarantined_events"
    __table_args__ = (
        *of_clinic(),
        same_clinic("patients", "patient_id"),
        same_clinic("devices", "device_id"),
        UniqueConstraint("patient_id", "event_id", "payload_hash"),
        Index("ix_quarantined_events_device", "device_id"),
        Index("ix_quarantined_events_newest", "clinic_id", "received_at"),
    )

    patient_id: Mapped[UUID]
    device_id: Mapped[UUID]
    event_id: Mapped[UUID]
    kind: Mapped[str] = mapped_column(String(32))
    tapped_at: Mapped[datetime] = mapped_column(UtcDateTime)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    payload_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    payload_sealed: Mapped[bytes] = mapped_column(LargeBinary)


class OutcomeRow(Base):
    """What a patient did with one occurrence; the latest by tap time, then sequence, holds."""

    __tablename__ = "outcomes"
    __table_args__ = (
        same_clinic("patients", "patient_id"),
        Index("ix_outcomes_occurrence", "patient_id", "occurrence_id"),
        CheckConstraint("(value = 'snoozed') = (until IS NOT NULL)", name="snoozed_says_until"),
    )

    patient_id: Mapped[UUID] = mapped_column(primary_key=True)
    event_id: Mapped[UUID] = mapped_column(primary_key=True)
    occurrence_id: Mapped[UUID] = mapped_column(primary_key=True)
    clinic_id: Mapped[UUID]
    value: Mapped[OutcomeValue] = mapped_column(words_of(OutcomeValue))
    until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    tapped_at: Mapped[datetime] = mapped_column(UtcDateTime)  # by the phone, whose clock may be wrong
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)  # by ours, in care time
    seq: Mapped[int]


class FactRow(InClinic, Base):
    """One answer about the skin; the latest per plan and name holds."""

    __tablename__ = "facts"
    __table_args__ = (
        *of_clinic(),
        same_clinic("care_plans", "care_plan_id"),
        CheckConstraint("said_by IN ('patient', 'clinic')", name="said_by"),
        Index("ix_facts_plan", "care_plan_id", "name"),
    )

    care_plan_id: Mapped[UUID]
    name: Mapped[FactName] = mapped_column(words_of(FactName))
    value: Mapped[bool]
    said_by: Mapped[str] = mapped_column(String(16))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seq: Mapped[int]
