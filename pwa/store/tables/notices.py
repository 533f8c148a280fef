"""Notices, where they go, every attempt to send them, and what phones reported back."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, SmallInteger, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from pwa.domain.notice import DeliveryState, NoticeKind, NoticeState, ReceiptKind
from pwa.domain.patient import TargetKind, TargetState
from pwa.domain.protocol import StepKind
from pwa.store.tables.base import Base, InClinic, of_clinic, same_clinic, works_here
from pwa.store.types import UtcDateTime, words_of

ONE_PERSON = "(patient_id IS NULL) <> (staff_id IS NULL)"
FOR_STAFF = "staff_id IS NOT NULL"


class Notice(InClinic, Base):
    __tablename__ = "notices"
    __table_args__ = (
        *of_clinic(),
        same_clinic("patients", "patient_id"),
        same_clinic("devices", "device_id"),
        UniqueConstraint("patient_id", "slot_key"),
        UniqueConstraint("staff_id", "slot_key"),
        works_here("staff_id"),
        CheckConstraint(ONE_PERSON, name="one_person"),
        CheckConstraint("useful_until > due_at", name="useful_after_due"),
        CheckConstraint("ended_because IN ('too_late', 'collapsed', 'answered')", name="ended_because"),
        # Only what can still be claimed is in this index, so years of sent rows cost nothing.
        Index(
            "ix_notices_planned",
            "due_at",
            postgresql_where=text("state = 'planned'"),
            sqlite_where=text("state = 'planned'"),
        ),
        Index(
            "ix_notices_open",
            "useful_until",
            postgresql_where=text("state IN ('planned', 'sending')"),
            sqlite_where=text("state IN ('planned', 'sending')"),
        ),
        # Few beside the patients' millions, and asked for before each chunk: alerts go first.
        Index(
            "ix_notices_staff",
            "state",
            "due_at",
            postgresql_where=text(FOR_STAFF),
            sqlite_where=text(FOR_STAFF),
        ),
        Index("ix_notices_patient_due", "patient_id", "due_at"),
    )

    patient_id: Mapped[UUID | None]
    staff_id: Mapped[UUID | None]
    device_id: Mapped[UUID | None]  # this device only; None: all of theirs
    kind: Mapped[NoticeKind] = mapped_column(words_of(NoticeKind))
    slot_key: Mapped[str] = mapped_column(String(80))
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    useful_until: Mapped[datetime] = mapped_column(UtcDateTime)
    nominal_day: Mapped[date | None]
    state: Mapped[NoticeState] = mapped_column(words_of(NoticeState))
    ended_because: Mapped[str | None] = mapped_column(String(32))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)


class NoticeItem(Base):
    """An occurrence a reminder stands for. A reminder that is cancelled gives its occurrences up."""

    __tablename__ = "notice_items"
    __table_args__ = (
        same_clinic("notices", "notice_id"),
        same_clinic("patients", "patient_id"),
        same_clinic("care_plans", "care_plan_id"),
        # Whatever else goes wrong, nobody is reminded twice of the same thing.
        UniqueConstraint("patient_id", "occurrence_id", "snooze"),
    )

    notice_id: Mapped[UUID] = mapped_column(primary_key=True)
    occurrence_id: Mapped[UUID] = mapped_column(primary_key=True)
    clinic_id: Mapped[UUID]
    patient_id: Mapped[UUID]
    snooze: Mapped[int]
    kind: Mapped[StepKind] = mapped_column(words_of(StepKind))
    care_plan_id: Mapped[UUID]
    step_id: Mapped[str] = mapped_column(String(64))
    text_id: Mapped[str] = mapped_column(String(96))
    nominal_day: Mapped[date]


class Target(InClinic, Base):
    __tablename__ = "targets"
    __table_args__ = (
        *of_clinic(),
        same_clinic("patients", "patient_id"),
        same_clinic("devices", "device_id"),
        works_here("staff_id"),
        CheckConstraint(ONE_PERSON, name="one_person"),
        CheckConstraint(
            "kind <> 'push' OR (p256dh IS NOT NULL AND auth IS NOT NULL AND vapid_key_id IS NOT NULL)",
            name="push_has_keys",
        ),
        Index("ix_targets_patient", "patient_id", "state"),
        Index("ix_targets_staff", "staff_id", "state"),
        Index("ix_targets_address", "address"),
        # How many phones wait at a push service that fails; watchdogs ask every minute.
        Index(
            "ix_targets_service",
            "origin",
            "vapid_key_id",
            postgresql_where=text("state = 'live'"),
            sqlite_where=text("state = 'live'"),
        ),
        # One push goes to one phone, and one phone has one subscription. Those that ended stay, as history.
        *(
            Index(
                name,
                column,
                unique=True,
                postgresql_where=text("kind = 'push' AND state = 'live'"),
                sqlite_where=text("kind = 'push' AND state = 'live'"),
            )
            for name, column in (
                ("uq_targets_live_address", "address"),
                ("uq_targets_live_device", "device_id"),
            )
        ),
    )

    patient_id: Mapped[UUID | None]
    staff_id: Mapped[UUID | None]
    device_id: Mapped[UUID | None]
    kind: Mapped[TargetKind] = mapped_column(words_of(TargetKind))
    state: Mapped[TargetState] = mapped_column(words_of(TargetState))
    address: Mapped[str] = mapped_column(String(2048))  # endpoint, e-mail, number
    origin: Mapped[str] = mapped_column(String(255))  # of a push endpoint: "https://push.example"; else ""
    p256dh: Mapped[str | None] = mapped_column(String(128))
    auth: Mapped[str | None] = mapped_column(String(64))
    vapid_key_id: Mapped[str | None] = mapped_column(String(64))
    suspect_failures: Mapped[int]  # refusals in a row while others were accepted
    suspected_at: Mapped[datetime | None] = mapped_column(
        UtcDateTime
    )  # the last refusal since it was accepted
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_accepted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class PushOrigin(Base):
    """How a push service takes what is signed with a key, to within seconds: is the key at fault?"""

    __tablename__ = "push_origins"
    __table_args__ = (
        CheckConstraint("(failing_since IS NULL) = (last_failed_at IS NULL)", name="failing_or_not"),
    )

    origin: Mapped[str] = mapped_column(String(255), primary_key=True)
    vapid_key_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    last_accepted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    failing_since: Mapped[datetime | None] = mapped_column(UtcDateTime)  # nothing was accepted since then
    last_failed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    failures: Mapped[int]  # in a row


class Delivery(InClinic, Base):
    """Sending one notice to one target. Leases, attempts and retries live here."""

    __tablename__ = "deliveries"
    __table_args__ = (
        *of_clinic(),
        same_clinic("notices", "notice_id"),
        same_clinic("targets", "target_id"),
        UniqueConstraint("notice_id", "target_id"),
        Index(
            "ix_deliveries_open",
            "channel",
            "rank",
            "next_try_at",
            postgresql_where=text("state IN ('pending', 'leased')"),
            sqlite_where=text("state IN ('pending', 'leased')"),
        ),
        Index("ix_deliveries_target", "target_id"),
    )

    notice_id: Mapped[UUID]
    target_id: Mapped[UUID]
    # The target's kind: each channel has a queue of its own, so that one that stands still holds up no other.
    channel: Mapped[TargetKind] = mapped_column(words_of(TargetKind))
    rank: Mapped[int] = mapped_column(SmallInteger)  # 0 goes before 1: alerts before reminders
    state: Mapped[DeliveryState] = mapped_column(words_of(DeliveryState))
    attempts: Mapped[int]
    # Free to be taken from this instant on: the next try of a pending one, the lease's end of a leased one.
    next_try_at: Mapped[datetime] = mapped_column(UtcDateTime)
    status_code: Mapped[int | None]
    accepted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Receipt(InClinic, Base):
    __tablename__ = "receipts"
    __table_args__ = (
        *of_clinic(),
        same_clinic("notices", "notice_id"),
        same_clinic("devices", "device_id"),
        UniqueConstraint("notice_id", "device_id", "kind"),
        Index("ix_receipts_device", "device_id", "received_at"),
    )

    notice_id: Mapped[UUID]
    device_id: Mapped[UUID]
    kind: Mapped[ReceiptKind] = mapped_column(words_of(ReceiptKind))
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
