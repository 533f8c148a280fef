"""Phones: how one joins, when it was last seen, and that it was shut out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from pwa.domain.patient import Device, DeviceState, RevokedBy
from pwa.store import tables
from pwa.store.ids import new_id
from pwa.store.scope import ClinicScope
from pwa.store.upserts import rows_changed


@dataclass(frozen=True, slots=True)
class StoredJoin:
    """An invitation as found by its token or its code, whatever its state."""

    id: UUID
    clinic_id: UUID
    patient_id: UUID
    token_expires_at: datetime
    code_expires_at: datetime
    used_at: datetime | None
    device_id: UUID | None


def add_join(
    scope: ClinicScope,
    patient_id: UUID,
    token_hash: bytes,
    code_index: bytes,
    expires: tuple[datetime, datetime],
    made_by: UUID | None,
    now: datetime,
) -> UUID:
    """Store an invitation; `expires` is when its token and when its code stop working.

    `made_by` is the device that asked for it; None is the clinic.
    """
    row = tables.Join(
        id=new_id(now),
        patient_id=patient_id,
        token_hash=token_hash,
        code_index=code_index,
        token_expires_at=expires[0],
        code_expires_at=expires[1],
        made_by_device_id=made_by,
        created_at=now,
    )
    scope.add(row)
    scope.session.flush()
    return row.id


def made_joins(scope: ClinicScope, device_id: UUID) -> bool:
    """Whether this device has asked for an invitation before."""
    made = scope.select(tables.Join).where(tables.Join.made_by_device_id == device_id)
    return scope.session.scalars(made).first() is not None


def joined_for_app(scope: ClinicScope, device_id: UUID) -> bool:
    """Whether this device came in by an invitation that another device asked for."""
    table = tables.Join
    found = scope.select(table).where(table.device_id == device_id, table.made_by_device_id.is_not(None))
    return scope.session.scalars(found).first() is not None


def end_joins_made_by(scope: ClinicScope, device_id: UUID, now: datetime) -> None:
    """Make the unused invitations that a device asked for useless."""
    table = tables.Join
    scope.session.execute(
        scope.update(table)
        .where(table.made_by_device_id == device_id, table.used_at.is_(None))
        .values(token_expires_at=now, code_expires_at=now)
    )


def find_join_by_token(session: Session, token_hash: bytes) -> StoredJoin | None:
    """The invitation with that token; looked up before any clinic is known."""
    return _join(
        session.scalars(select(tables.Join).where(tables.Join.token_hash == token_hash)).one_or_none()
    )


def find_join_by_code(session: Session, code_index: bytes) -> StoredJoin | None:
    """The invitation with that short code."""
    return _join(
        session.scalars(select(tables.Join).where(tables.Join.code_index == code_index)).one_or_none()
    )


def use_join(scope: ClinicScope, join_id: UUID, key_hash: bytes | None, now: datetime) -> int:
    """Use an invitation up. 1 for the one caller who got it, 0 for everybody after."""
    result = scope.session.execute(
        scope.update(tables.Join)
        .where(tables.Join.id == join_id, tables.Join.used_at.is_(None))
        .values(used_at=now, key_hash=key_hash)
    )
    return rows_changed(result)


def used_with(scope: ClinicScope, join_id: UUID, key_hash: bytes) -> UUID | None:
    """The device that an invitation let in with that key and that has not answered yet.

    The row stays locked: until this unit of work ends, that device can neither answer nor use it again.
    """
    table = tables.Join
    return scope.session.scalars(
        select(table.device_id)
        .where(table.clinic_id == scope.clinic_id, table.id == join_id, table.key_hash == key_hash)
        .with_for_update()
    ).one_or_none()


def bind_join(scope: ClinicScope, join_id: UUID, device_id: UUID) -> None:
    """Remember which device an invitation let in."""
    scope.get(tables.Join, join_id).device_id = device_id


def end_open_joins(scope: ClinicScope, patient_id: UUID, now: datetime) -> None:
    """Make every invitation of a patient useless that could still be used: a new one replaces them."""
    table = tables.Join
    scope.session.execute(
        scope.update(table)
        .where(table.patient_id == patient_id, table.used_at.is_(None) | table.key_hash.is_not(None))
        .values(token_expires_at=now, code_expires_at=now, key_hash=None)
    )


def _forget_key(scope: ClinicScope, device: tables.Device) -> None:
    """The invitation that let this device in cannot be used again."""
    table = tables.Join
    scope.session.execute(
        scope.update(table)
        .where(table.patient_id == device.patient_id, table.device_id == device.id)
        .values(key_hash=None)
    )


def newest_join(scope: ClinicScope, patient_id: UUID) -> StoredJoin | None:
    """The patient's latest invitation."""
    table = tables.Join
    return _join(
        scope.session.scalars(
            scope.select(table)
            .where(table.patient_id == patient_id)
            .order_by(table.created_at.desc())
            .limit(1)
        ).one_or_none()
    )


def add_device(scope: ClinicScope, patient_id: UUID, label: str, now: datetime) -> Device:
    """Store a phone that has just joined."""
    row = tables.Device(
        id=new_id(now),
        patient_id=patient_id,
        label=label,
        state=DeviceState.ACTIVE,
        joined_at=now,
        last_seen_at=now,
        last_seq=0,
    )
    scope.add(row)
    scope.session.flush()
    return device_of(row)


def get_device(scope: ClinicScope, device_id: UUID) -> Device:
    """One device of this clinic. Raises NotFound."""
    return device_of(scope.get(tables.Device, device_id))


def devices_of(scope: ClinicScope, patient_id: UUID) -> tuple[Device, ...]:
    """A patient's devices, oldest first."""
    table = tables.Device
    rows = scope.session.scalars(
        scope.select(table).where(table.patient_id == patient_id).order_by(table.joined_at, table.id)
    )
    return tuple(device_of(row) for row in rows)


def saw_device(scope: ClinicScope, device_id: UUID, now: datetime, seq: int, zone: str | None) -> None:
    """The device was in touch: it has sent events up to `seq`, and its clock says `zone`."""
    row = scope.get(tables.Device, device_id)
    row.last_seen_at = now
    row.last_seq = max(row.last_seq, seq)
    row.reported_zone = zone or row.reported_zone


def last_tap(scope: ClinicScope, device_id: UUID, before_seq: int) -> datetime | None:
    """When what the device made just before that sequence number was tapped; None when nothing was."""
    table = tables.PatientEvent
    return scope.session.scalars(
        select(table.tapped_at)
        .where(
            table.clinic_id == scope.clinic_id,
            table.device_id == device_id,
            table.seq > 0,  # what could not be read has no place in the order
            table.seq < before_seq,
        )
        .order_by(table.seq.desc())
        .limit(1)
    ).first()


def confirm_device(scope: ClinicScope, device_id: UUID, now: datetime) -> None:
    """The person said: yes, this is my treatment."""
    row = scope.get(tables.Device, device_id)
    _forget_key(scope, row)
    row.confirmed_at = now


def revoke_device(scope: ClinicScope, device_id: UUID, by: RevokedBy, now: datetime) -> None:
    """Shut a device out: none of its credentials opens anything any more, nor what it joined by."""
    row = scope.get(tables.Device, device_id)
    _forget_key(scope, row)
    row.state, row.revoked_at, row.revoked_by = DeviceState.REVOKED, now, by


def device_of(row: tables.Device) -> Device:
    """The device of a row."""
    return Device(
        id=row.id,
        clinic_id=row.clinic_id,
        patient_id=row.patient_id,
        label=row.label,
        state=row.state,
        joined_at=row.joined_at,
        confirmed_at=row.confirmed_at,
        last_seq=row.last_seq,
        last_seen_at=row.last_seen_at,
        revoked_at=row.revoked_at,
        revoked_by=row.revoked_by,
    )


def _join(row: tables.Join | None) -> StoredJoin | None:
    if row is None:
        return None
    return StoredJoin(
        row.id,
        row.clinic_id,
        row.patient_id,
        row.token_expires_at,
        row.code_expires_at,
        row.used_at,
        row.device_id,
    )
