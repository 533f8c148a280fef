"""What phones sent after their clinic shut them out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, tuple_

from pwa.store import tables
from pwa.store.scope import ClinicScope


@dataclass(frozen=True, slots=True)
class QuarantinedEvent:
    """One event: its readable frame and the sealed content."""

    id: UUID
    patient_id: UUID
    device_id: UUID
    event_id: UUID
    kind: str
    tapped_at: datetime
    received_at: datetime
    payload_hash: bytes
    payload_sealed: bytes


def add(scope: ClinicScope, event: QuarantinedEvent) -> None:
    """Keep an event. Raises IntegrityError when the patient has one of this id and content."""
    scope.add(
        tables.QuarantinedEvent(
            id=event.id,
            patient_id=event.patient_id,
            device_id=event.device_id,
            event_id=event.event_id,
            kind=event.kind,
            tapped_at=event.tapped_at,
            received_at=event.received_at,
            payload_hash=event.payload_hash,
            payload_sealed=event.payload_sealed,
        )
    )
    scope.session.flush()


def holds(scope: ClinicScope, patient_id: UUID, event_id: UUID, payload_hash: bytes) -> bool:
    """Whether this content is kept under this id already."""
    table = tables.QuarantinedEvent
    found = select(table.id).where(
        table.clinic_id == scope.clinic_id,
        table.patient_id == patient_id,
        table.event_id == event_id,
        table.payload_hash == payload_hash,
    )
    return scope.session.scalar(found) is not None


def number_of(scope: ClinicScope, device_id: UUID) -> int:
    """How many events of a device are kept."""
    table = tables.QuarantinedEvent
    counted = select(func.count()).where(table.clinic_id == scope.clinic_id, table.device_id == device_id)
    return scope.session.scalar(counted) or 0


def newest(scope: ClinicScope, limit: int, before: UUID | None) -> tuple[tuple[QuarantinedEvent, str], ...]:
    """(event, label of its device), the newest first; from after the row `before` on. Raises NotFound."""
    table, device = tables.QuarantinedEvent, tables.Device
    order = tuple_(table.received_at, table.tapped_at, table.id)
    found = (
        select(table, device.label)
        .join(device, (device.clinic_id == table.clinic_id) & (device.id == table.device_id))
        .where(table.clinic_id == scope.clinic_id)
        .order_by(table.received_at.desc(), table.tapped_at.desc(), table.id.desc())
        .limit(limit)
    )
    if before is not None:
        last = scope.get(table, before)
        found = found.where(order < (last.received_at, last.tapped_at, last.id))
    return tuple((_event(row), label) for row, label in scope.session.execute(found))


def _event(row: tables.QuarantinedEvent) -> QuarantinedEvent:
    return QuarantinedEvent(
        row.id,
        row.patient_id,
        row.device_id,
        row.event_id,
        row.kind,
        row.tapped_at,
        row.received_at,
        row.payload_hash,
        row.payload_sealed,
    )
