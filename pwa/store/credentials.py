"""What phones show to be let in: found by a hash, before any clinic is known."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, delete, select
from sqlalchemy.orm import Session

from pwa.domain.patient import CredentialKind, Device, DeviceState, RevokedBy
from pwa.store import tables
from pwa.store.devices import device_of
from pwa.store.scope import ClinicScope


def add_credential(
    scope: ClinicScope,
    device_id: UUID,
    credential_hash: bytes,
    kind: CredentialKind,
    now: datetime,
    expires_at: datetime,
) -> None:
    """Let a device in by what hashes to `credential_hash`."""
    scope.add(
        tables.DeviceCredential(
            credential_hash=credential_hash,
            device_id=device_id,
            kind=kind,
            created_at=now,
            expires_at=expires_at,
        )
    )
    scope.session.flush()


def drop_credentials(scope: ClinicScope, device_id: UUID) -> None:
    """Let nobody in any more by what this device was given."""
    scope.session.execute(
        delete(tables.DeviceCredential).where(
            tables.DeviceCredential.clinic_id == scope.clinic_id,
            tables.DeviceCredential.device_id == device_id,
        )
    )


def find_device(session: Session, credential_hash: bytes, now: datetime) -> Device | None:
    """The active device that shows this credential."""
    row = session.scalars(
        _showing(credential_hash, now).where(tables.Device.state == DeviceState.ACTIVE)
    ).one_or_none()
    return None if row is None else device_of(row)


def find_shut_out(session: Session, credential_hash: bytes, since: datetime, now: datetime) -> Device | None:
    """The confirmed device that shows this credential and that its clinic shut out after `since`."""
    device = tables.Device
    row = session.scalars(
        _showing(credential_hash, now).where(
            device.state == DeviceState.REVOKED,
            device.revoked_by == RevokedBy.CLINIC,
            device.revoked_at > since,
            device.confirmed_at.is_not(None),
        )
    ).one_or_none()
    return None if row is None else device_of(row)


def _showing(credential_hash: bytes, now: datetime) -> Select[tables.Device]:
    credential, device = tables.DeviceCredential, tables.Device
    return (
        select(device)
        .join(credential, (credential.clinic_id == device.clinic_id) & (credential.device_id == device.id))
        .where(credential.credential_hash == credential_hash, credential.expires_at > now)
    )
