"""Where a patient can be told: push subscriptions now, other channels later."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from pwa.domain.patient import TargetKind, TargetState
from pwa.store import tables
from pwa.store.ids import new_id
from pwa.store.scope import ClinicScope


@dataclass(frozen=True, slots=True)
class PushSubscription:
    """What a browser handed over: where to push, with which keys (RFC 8030, RFC 8291)."""

    endpoint: str
    origin: str
    p256dh: str
    auth: str
    vapid_key_id: str


@dataclass(frozen=True, slots=True)
class Target:
    """A stored way to reach a patient."""

    id: UUID
    device_id: UUID | None
    state: TargetState
    address: str
    vapid_key_id: str | None
    last_accepted_at: datetime | None


def put_subscription(
    scope: ClinicScope, patient_id: UUID, device_id: UUID, subscription: PushSubscription, now: datetime
) -> TargetState:
    """Make this endpoint the device's only live one; returns the state it ended up in.

    An endpoint belongs to one device: it moves when another takes it over. One that its push
    service has declared gone stays gone, or every launch would bring it back to fail again.
    """
    row = scope.session.scalars(
        select(tables.Target).where(tables.Target.address == subscription.endpoint)
    ).one_or_none()
    if row is not None and row.state is TargetState.GONE:
        return TargetState.GONE
    if row is None:
        row = tables.Target(
            id=new_id(now),
            kind=TargetKind.PUSH,
            address=subscription.endpoint,
            suspect_failures=0,
            created_at=now,
        )
        scope.session.add(row)
    row.clinic_id, row.patient_id, row.device_id = scope.clinic_id, patient_id, device_id
    row.origin, row.state = subscription.origin, TargetState.LIVE
    row.p256dh, row.auth, row.vapid_key_id = subscription.p256dh, subscription.auth, subscription.vapid_key_id
    scope.session.flush()
    _leave_others(scope, device_id, row.id)
    return TargetState.LIVE


def _leave_others(scope: ClinicScope, device_id: UUID, kept: UUID | None) -> None:
    table = tables.Target
    statement = scope.update(table).where(table.device_id == device_id, table.state == TargetState.LIVE)
    if kept is not None:
        statement = statement.where(table.id != kept)
    scope.session.execute(statement.values(state=TargetState.LEFT))


def leave_all(scope: ClinicScope, device_id: UUID) -> None:
    """Stop telling anything to a device."""
    _leave_others(scope, device_id, None)


def leave_endpoint(scope: ClinicScope, device_id: UUID, endpoint: str) -> None:
    """The device unsubscribed from this endpoint."""
    table = tables.Target
    scope.session.execute(
        scope.update(table)
        .where(table.device_id == device_id, table.address == endpoint, table.state == TargetState.LIVE)
        .values(state=TargetState.LEFT)
    )


def live_targets(scope: ClinicScope, patient_id: UUID) -> tuple[Target, ...]:
    """Where this patient can be told now."""
    table = tables.Target
    rows = scope.session.scalars(
        scope.select(table)
        .where(table.patient_id == patient_id, table.state == TargetState.LIVE)
        .order_by(table.created_at, table.id)
    )
    return tuple(_target(row) for row in rows)


def target_of_device(scope: ClinicScope, device_id: UUID) -> Target | None:
    """The live push target of a device."""
    table = tables.Target
    row = scope.session.scalars(
        scope.select(table).where(table.device_id == device_id, table.state == TargetState.LIVE)
    ).first()
    return None if row is None else _target(row)


def set_state(session: Session, target_id: UUID, state: TargetState) -> None:
    """End a target (dispatcher): by its id only, and only while it is live."""
    table = tables.Target
    session.execute(
        update(table).where(table.id == target_id, table.state == TargetState.LIVE).values(state=state)
    )


def _target(row: tables.Target) -> Target:
    return Target(row.id, row.device_id, row.state, row.address, row.vapid_key_id, row.last_accepted_at)
