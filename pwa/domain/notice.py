"""A notice: anything to tell one person, with its due time, its usefulness and its state."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class NoticeKind(StrEnum):
    REMINDER = "reminder"
    TEST = "test"
    ALERT = "alert"
    MESSAGE = "message"
    SUMMARY = "summary"


class NoticeState(StrEnum):
    PLANNED = "planned"
    SENDING = "sending"  # deliveries exist and at least one is open
    SENT = "sent"  # at least one delivery was accepted; accepted is not shown
    EXPIRED = "expired"
    CANCELLED = "cancelled"


class DeliveryState(StrEnum):
    PENDING = "pending"
    LEASED = "leased"
    ACCEPTED = "accepted"
    GONE = "gone"  # the endpoint no longer exists
    REFUSED = "refused"  # the service will not take it, ever
    EXPIRED = "expired"  # its useful time passed first
    DEAD = "dead"  # failed too often; operators see it


class ReceiptKind(StrEnum):
    SHOWN = "shown"
    OPENED = "opened"
    DISMISSED = "dismissed"


@dataclass(frozen=True, slots=True)
class Notice:
    """Something to tell one person."""

    id: UUID
    clinic_id: UUID
    patient_id: UUID
    kind: NoticeKind
    slot_key: str
    due_at: datetime
    useful_until: datetime
    state: NoticeState
