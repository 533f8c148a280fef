"""Where a patient can be told: push subscriptions now, other channels later."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from pwa.domain.errors import NotAllowed
from pwa.domain.patient import DeviceState, TargetKind, TargetState
from pwa.store import tables
from pwa.store.ids import new_id
from pwa.store.scope import ClinicScope, as_dispatcher

OVER = (TargetState.GONE, TargetState.RETIRED)


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

    An endpoint belongs to one device: it moves when another takes it over. One that its push service
    declared gone, or that was retired, stays so, or every launch would bring it back to fail again.
    """
    session, table = scope.session, tables.Target
    as_dispatcher(session)  # for the endpoint may have been somebody else's, in whatever clinic
    # One at a time for each device: its page and its worker may both subscribe at once.
    active = select(tables.Device.id).where(
        tables.Device.id == device_id, tables.Device.state == DeviceState.ACTIVE
    )
    if session.execute(active.with_for_update(key_share=True)).first() is None:
        raise NotAllowed  # it left while its subscription was on the way
    known = session.scalars(select(table).where(table.address == subscription.endpoint)).all()
    ended = next((row.state for row in known if row.state in OVER), None)
    if ended is not None:
        return ended
    _leave_others(scope, device_id, subscription.endpoint)
    _take_from_others(session, device_id, subscription.endpoint)
    row = next((row for row in known if row.device_id == device_id), None)
    if row is None:
        row = table(
            id=new_id(now),
            patient_id=patient_id,
            device_id=device_id,
            kind=TargetKind.PUSH,
            address=subscription.endpoint,
            suspect_failures=0,
            created_at=now,
        )
        scope.add(row)
    row.origin, row.state = subscription.origin, TargetState.LIVE
    row.p256dh, row.auth, row.vapid_key_id = subscription.p256dh, subscription.auth, subscription.vapid_key_id
    session.flush()
    return TargetState.LIVE


def _take_from_others(session: Session, device_id: UUID, endpoint: str) -> None:
    """The endpoint leaves whoever had it, in whatever clinic: a phone that was handed on has a new owner.

    Their row stays as it was: what was sent to them stays theirs.
    """
    table = tables.Target
    session.execute(
        update(table)
        .where(
            table.address == endpoint,
            # A browser of staff is no device.
            or_(table.device_id.is_(None), table.device_id != device_id),
            table.state == TargetState.LIVE,
        )
        .values(state=TargetState.LEFT)
    )


def _leave_others(scope: ClinicScope, device_id: UUID, endpoint: str) -> None:
    table = tables.Target
    scope.session.execute(
        scope.update(table)
        .where(table.device_id == device_id, table.address != endpoint, table.state == TargetState.LIVE)
        .values(state=TargetState.LEFT)
    )


def leave_all(scope: ClinicScope, device_id: UUID) -> None:
    """Stop telling anything to a device."""
    table = tables.Target
    scope.session.execute(
        scope.update(table)
        .where(table.device_id == device_id, table.state == TargetState.LIVE)
        .values(state=TargetState.LEFT)
    )


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
