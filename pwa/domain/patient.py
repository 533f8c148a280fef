"""A patient as scheduling sees them, and the phones they carry. No names: those are sealed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from pwa.domain.preferences import Preferences
from pwa.domain.sun import Place


class PatientState(StrEnum):
    ENROLLED = "enrolled"  # no phone has joined yet
    JOINED = "joined"
    LEFT = "left"


class DeviceState(StrEnum):
    ACTIVE = "active"
    REVOKED = "revoked"


class RevokedBy(StrEnum):
    CLINIC = "clinic"  # what it still sends is kept apart for a while
    PATIENT = "patient"  # left, or said that this is not their treatment


class CredentialKind(StrEnum):
    COOKIE = "cookie"
    TOKEN = "token"


class TargetKind(StrEnum):
    PUSH = "push"
    EMAIL = "email"
    PHONE = "phone"


class TargetState(StrEnum):
    LIVE = "live"
    GONE = "gone"  # the push service said so (404, 410)
    LEFT = "left"  # unsubscribed, replaced, or its device was revoked
    RETIRED = "retired"  # refused again and again while others were accepted


@dataclass(frozen=True, slots=True)
class Patient:
    """The person in recovery."""

    id: UUID
    clinic_id: UUID
    state: PatientState
    language: str
    preferences: Preferences
    lock_screen: int  # 0 neutral, 1 "Care step due", 2 the full text
    place: Place | None  # None: the clinic's


@dataclass(frozen=True, slots=True)
class Device:
    """One installed app or browser of a patient."""

    id: UUID
    clinic_id: UUID
    patient_id: UUID
    label: str
    state: DeviceState
    joined_at: datetime
    confirmed_at: datetime | None
    last_seq: int
    last_seen_at: datetime
    revoked_at: datetime | None
    revoked_by: RevokedBy | None
