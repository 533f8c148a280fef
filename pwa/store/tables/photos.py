"""Photos: whose, of which check-in, and how large. The pictures are sealed files beside the database.

Readable: ids, the side shown, times, size. A check-in's id is the phone's: its event may come later.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from pwa.domain.photo import PhotoSlot, PhotoState
from pwa.store.tables.base import Base, InClinic, of_clinic, same_clinic
from pwa.store.types import UtcDateTime, words_of

_FIRST = text("NOT kept_apart")
_THERE = text("state = 'stored' AND NOT kept_apart")


class Photo(InClinic, Base):
    __tablename__ = "photos"
    __table_args__ = (
        *of_clinic(),
        same_clinic("patients", "patient_id"),
        same_clinic("devices", "device_id"),
        # The same content under the same id is stored once, whatever became of it.
        UniqueConstraint("patient_id", "photo_id", "content_hash"),
        Index(
            "uq_photos_first",
            "patient_id",
            "photo_id",
            unique=True,
            sqlite_where=_FIRST,
            postgresql_where=_FIRST,
        ),
        Index(
            "uq_photos_slot",
            *("patient_id", "check_in_id", "slot"),
            unique=True,
            sqlite_where=_THERE,
            postgresql_where=_THERE,
        ),
    )

    patient_id: Mapped[UUID]
    device_id: Mapped[UUID]
    photo_id: Mapped[UUID]
    check_in_id: Mapped[UUID]
    slot: Mapped[PhotoSlot] = mapped_column(words_of(PhotoSlot))
    taken_at: Mapped[datetime] = mapped_column(UtcDateTime)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    content_hash: Mapped[bytes] = mapped_column(LargeBinary(32))  # keyed, of what the phone sent
    size_bytes: Mapped[int]
    width: Mapped[int]
    height: Mapped[int]
    state: Mapped[PhotoState] = mapped_column(words_of(PhotoState))
    kept_apart: Mapped[bool]
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
