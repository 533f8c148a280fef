"""Check-ins as far as they are readable, and the alerts that they open. What was answered stays sealed."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from pwa.domain.alert import AlertOutcome, AlertState, CalledAnswer
from pwa.domain.rules import Level
from pwa.store.tables.base import Base, InClinic, of_clinic, same_clinic, works_here
from pwa.store.types import UtcDateTime, words_of

UNCLOSED = text("state <> 'closed'")


class CheckIn(InClinic, Base):
    """One symptom report. Its answers are in the event of that id; here is what they came to."""

    __tablename__ = "check_ins"
    __table_args__ = (
        *of_clinic(),
        same_clinic("patients", "patient_id"),
        same_clinic("care_plans", "care_plan_id"),
        same_clinic("devices", "device_id"),
        UniqueConstraint("patient_id", "event_id"),
        Index("ix_check_ins_patient_tapped", "patient_id", "tapped_at"),
        # Nearly always empty: what could not be judged when it came, and is tried again.
        Index(
            "ix_check_ins_unjudged",
            "received_at",
            postgresql_where=text("judged_at IS NULL"),
            sqlite_where=text("judged_at IS NULL"),
        ),
    )

    patient_id: Mapped[UUID]
    event_id: Mapped[UUID]
    care_plan_id: Mapped[UUID]
    device_id: Mapped[UUID]
    day: Mapped[int]  # of the plan, the one it is about
    tapped_at: Mapped[datetime] = mapped_column(UtcDateTime)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)  # in care time
    level: Mapped[Level | None] = mapped_column(words_of(Level))  # None in leaflet mode
    complete: Mapped[bool | None]
    reasons: Mapped[str] = mapped_column(String(500))  # a JSON list of rule ids, the most urgent first
    incomplete: Mapped[bool]  # something in it could not be read and was left out; its event has all of it
    phone_level: Mapped[Level | None] = mapped_column(
        words_of(Level, "phone_level")
    )  # what the phone said at once
    phone_rule_set: Mapped[str | None] = mapped_column(String(64))
    judged_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class CheckInEnd(Base):
    """A check-in that no longer counts: taken back, or replaced. This may come before the check-in does."""

    __tablename__ = "check_in_ends"
    __table_args__ = (
        same_clinic("patients", "patient_id"),
        CheckConstraint("because IN ('undone', 'superseded')", name="because"),
    )

    patient_id: Mapped[UUID] = mapped_column(primary_key=True)
    event_id: Mapped[UUID] = mapped_column(primary_key=True)
    by_event_id: Mapped[UUID] = mapped_column(primary_key=True)
    clinic_id: Mapped[UUID]
    because: Mapped[str] = mapped_column(String(16))


class Alert(InClinic, Base):
    """What staff must act on. Instants are care time."""

    __tablename__ = "alerts"
    __table_args__ = (
        *of_clinic(),
        same_clinic("patients", "patient_id"),
        same_clinic("alerts", "reopens_id"),
        works_here("acknowledged_by"),
        works_here("closed_by"),
        CheckConstraint(
            "(acknowledged_at IS NULL) = (acknowledged_by IS NULL)", name="acknowledged_by_somebody"
        ),
        CheckConstraint("(state = 'closed') = (outcome IS NOT NULL)", name="closed_with_an_outcome"),
        # Whatever else goes wrong, nobody has two at a time.
        Index(
            "uq_alerts_unclosed_patient",
            "patient_id",
            unique=True,
            postgresql_where=UNCLOSED,
            sqlite_where=UNCLOSED,
        ),
        Index("ix_alerts_unclosed", "clinic_id", postgresql_where=UNCLOSED, sqlite_where=UNCLOSED),
        Index("ix_alerts_patient", "patient_id", "opened_at"),
    )

    patient_id: Mapped[UUID]
    state: Mapped[AlertState] = mapped_column(words_of(AlertState))
    level: Mapped[Level | None] = mapped_column(words_of(Level))
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    waiting_since: Mapped[datetime] = mapped_column(UtcDateTime)
    turn: Mapped[int]
    call_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    next_tell_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    acknowledged_by: Mapped[UUID | None]
    acknowledged_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    acknowledged_level: Mapped[Level | None] = mapped_column(words_of(Level, "acknowledged_level"))
    undo_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    returns_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_by: Mapped[UUID | None]
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    outcome: Mapped[AlertOutcome | None] = mapped_column(words_of(AlertOutcome))
    note_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    called: Mapped[CalledAnswer | None] = mapped_column(words_of(CalledAnswer))
    called_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reopens_id: Mapped[UUID | None]


class AlertReason(InClinic, Base):
    """Why: one rule that one check-in met. An ungraded one has neither rule nor level."""

    __tablename__ = "alert_reasons"
    __table_args__ = (
        *of_clinic(),
        same_clinic("alerts", "alert_id"),
        same_clinic("check_ins", "check_in_id"),
        UniqueConstraint("alert_id", "check_in_id", "rule"),
    )

    alert_id: Mapped[UUID]
    check_in_id: Mapped[UUID]
    rule: Mapped[str] = mapped_column(String(8))  # "" when ungraded
    level: Mapped[Level | None] = mapped_column(words_of(Level))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class ClinicChanges(Base):
    """Counts what changes in a clinic's inbox: a page that asks every 3 seconds is answered by a number."""

    __tablename__ = "clinic_changes"

    clinic_id: Mapped[UUID] = mapped_column(ForeignKey("clinics.id"), primary_key=True)
    number: Mapped[int]
