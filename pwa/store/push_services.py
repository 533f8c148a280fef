"""How each push service takes what is signed with a key: is one down, or does it refuse our key?"""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, func, select, update
from sqlalchemy.orm import Session

from pwa.domain.patient import TargetState
from pwa.store import tables
from pwa.store.upserts import dialect_insert

ACCEPTED_NOTED_EVERY = timedelta(seconds=10)
Service = tuple[str, str]  # a push service's origin, and the id of the key that signed


@dataclass(frozen=True, slots=True)
class FailingService:
    """A push service that has taken nothing signed with a key since `since`, though phones wait there."""

    origin: str
    key_id: str
    since: datetime
    last_at: datetime
    failures: int  # in a row
    refused_phones: int  # answered 400, 401 or 403 since then: as if our key or clock were wrong


def note(session: Session, accepted: Set[Service], failed: Mapping[Service, int], wall: datetime) -> None:
    """What each service took of a chunk, or how often it failed; one that took anything does not fail.

    In one order, since dispatchers that settle at the same time share these rows.
    """
    for service in sorted(accepted | failed.keys()):
        if service in accepted:
            _note_accepted(session, service, wall)
        else:
            _note_failed(session, service, failed[service], wall)


def _note_accepted(session: Session, service: Service, wall: datetime) -> None:
    known = session.get(tables.PushOrigin, service)
    # One row for all dispatchers: written at every chunk, they would queue for it.
    if known is not None and known.failing_since is None and _is_fresh(known.last_accepted_at, wall):
        return
    _put(session, service, last_accepted_at=wall, failing_since=None, last_failed_at=None, failures=0)


def _is_fresh(noted: datetime | None, wall: datetime) -> bool:
    return noted is not None and wall - noted < ACCEPTED_NOTED_EVERY


def _note_failed(session: Session, service: Service, times: int, wall: datetime) -> None:
    table = tables.PushOrigin
    _put(
        session,
        service,
        failing_since=func.coalesce(table.failing_since, wall),
        last_failed_at=wall,
        failures=table.failures + times,
    )


def _put(session: Session, service: Service, **values: object) -> None:
    """Change a service's row, made first where there is none."""
    table = tables.PushOrigin
    origin, key_id = service
    statement = dialect_insert(session, table).values(origin=origin, vapid_key_id=key_id, failures=0)
    session.execute(statement.on_conflict_do_nothing())
    session.execute(
        update(table)
        .where(table.origin == origin, table.vapid_key_id == key_id)
        .values(values)
        .execution_options(synchronize_session=False)
    )


def failing(session: Session) -> tuple[FailingService, ...]:
    """The services that fail and have live targets, by origin."""
    table, target = tables.PushOrigin, tables.Target
    refused = func.count(target.id).filter(target.suspected_at >= table.failing_since)
    rows = session.execute(
        select(table, refused)
        .join(target, and_(target.origin == table.origin, target.vapid_key_id == table.vapid_key_id))
        .where(table.failing_since.is_not(None), target.state == TargetState.LIVE)
        .group_by(table.origin, table.vapid_key_id)
        .order_by(table.origin, table.vapid_key_id)
    )
    return tuple(
        FailingService(
            origin=row.origin,
            key_id=row.vapid_key_id,
            since=row.failing_since,
            last_at=row.last_failed_at,
            failures=row.failures,
            refused_phones=phones,
        )
        for row, phones in rows
        if row.failing_since is not None and row.last_failed_at is not None
    )


def last_accepted_at(session: Session) -> datetime | None:
    """When any push service last took anything, to within seconds."""
    return session.scalar(select(func.max(tables.PushOrigin.last_accepted_at)))
