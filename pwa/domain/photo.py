"""A photo of the skin, as others than the folder it lies in know it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

MOST_PER_CHECK_IN = 3


class PhotoSlot(StrEnum):
    """What of a check-in a photo shows; one photo for each."""

    FRONT = "front"
    LEFT = "left"
    RIGHT = "right"
    SPOT = "spot"


class PhotoState(StrEnum):
    STORED = "stored"
    DELETED = "deleted"  # by the patient; the file is destroyed


@dataclass(frozen=True, slots=True)
class PhotoLabel:
    """What a phone says of a photo: its own id for it, and where it belongs. `taken_at` is care time."""

    photo_id: UUID
    check_in_id: UUID
    slot: PhotoSlot
    taken_at: datetime


@dataclass(frozen=True, slots=True)
class StoredPhoto:
    """A photo that was taken in. `id` is ours, and names its file.

    `kept_apart`: another had its id or its place before; staff see it, the patient's list does not.
    """

    id: UUID
    patient_id: UUID
    label: PhotoLabel
    received_at: datetime
    content_hash: bytes
    size_bytes: int
    width: int
    height: int
    state: PhotoState
    kept_apart: bool
