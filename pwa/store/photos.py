"""Rows of photos; what they show lies sealed in a folder."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select

from pwa.domain.errors import NotFound
from pwa.domain.photo import PhotoLabel, PhotoSlot, PhotoState, StoredPhoto
from pwa.store import tables
from pwa.store.scope import ClinicScope


def add_photo(scope: ClinicScope, device_id: UUID, photo: StoredPhoto) -> None:
    """Store the row of a photo."""
    scope.add(
        tables.Photo(
            id=photo.id,
            patient_id=photo.patient_id,
            device_id=device_id,
            photo_id=photo.label.photo_id,
            check_in_id=photo.label.check_in_id,
            slot=photo.label.slot,
            taken_at=photo.label.taken_at,
            received_at=photo.received_at,
            content_hash=photo.content_hash,
            size_bytes=photo.size_bytes,
            width=photo.width,
            height=photo.height,
            state=photo.state,
            kept_apart=photo.kept_apart,
        )
    )
    scope.session.flush()


def photos_of(scope: ClinicScope, patient_id: UUID) -> tuple[StoredPhoto, ...]:
    """A patient's photos that are there, those kept apart too, oldest first."""
    table = tables.Photo
    rows = scope.session.scalars(
        scope.select(table)
        .where(table.patient_id == patient_id, table.state == PhotoState.STORED)
        .order_by(table.taken_at, table.id)
    )
    return tuple(_photo(row) for row in rows)


def photos_under(scope: ClinicScope, patient_id: UUID, photo_id: UUID) -> tuple[StoredPhoto, ...]:
    """All that this patient sent under one id, deleted ones too, the one that was first at the front."""
    table = tables.Photo
    rows = scope.session.scalars(
        scope.select(table)
        .where(table.patient_id == patient_id, table.photo_id == photo_id)
        .order_by(table.kept_apart, table.id)
    )
    return tuple(_photo(row) for row in rows)


def slots_taken(scope: ClinicScope, patient_id: UUID, check_in_id: UUID) -> frozenset[PhotoSlot]:
    """What of a check-in is shown by a photo already."""
    table = tables.Photo
    rows = scope.session.scalars(
        select(table.slot).where(
            table.clinic_id == scope.clinic_id,
            table.patient_id == patient_id,
            table.check_in_id == check_in_id,
            table.state == PhotoState.STORED,
            table.kept_apart.is_(False),
        )
    )
    return frozenset(rows)


def get_photo(scope: ClinicScope, stored_id: UUID) -> StoredPhoto:
    """The photo of that id, ours, if it was not deleted. Raises NotFound."""
    row = scope.get(tables.Photo, stored_id)
    if row.state is not PhotoState.STORED:
        raise NotFound
    return _photo(row)


def used_by(scope: ClinicScope, patient_id: UUID) -> tuple[int, int]:
    """(photos, bytes) that a patient has here."""
    table = tables.Photo
    count, size = scope.session.execute(
        select(func.count(), func.coalesce(func.sum(table.size_bytes), 0)).where(
            table.clinic_id == scope.clinic_id,
            table.patient_id == patient_id,
            table.state == PhotoState.STORED,
        )
    ).one()
    return int(count), int(size)


def mark_deleted(scope: ClinicScope, stored_ids: Sequence[UUID], now: datetime) -> None:
    """Say that these photos are no more."""
    table = tables.Photo
    scope.session.execute(
        scope.update(table).where(table.id.in_(stored_ids)).values(state=PhotoState.DELETED, deleted_at=now)
    )


def there_of(scope: ClinicScope, stored_ids: Sequence[UUID]) -> frozenset[UUID]:
    """Which of these ids are photos of this clinic that were not deleted."""
    table = tables.Photo
    rows = scope.session.scalars(
        select(table.id).where(
            table.clinic_id == scope.clinic_id,
            table.state == PhotoState.STORED,
            table.id.in_(stored_ids),
        )
    )
    return frozenset(rows)


def _photo(row: tables.Photo) -> StoredPhoto:
    return StoredPhoto(
        id=row.id,
        patient_id=row.patient_id,
        label=PhotoLabel(row.photo_id, row.check_in_id, row.slot, row.taken_at),
        received_at=row.received_at,
        content_hash=row.content_hash,
        size_bytes=row.size_bytes,
        width=row.width,
        height=row.height,
        state=row.state,
        kept_apart=row.kept_apart,
    )
