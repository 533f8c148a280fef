"""The dispatcher's first queries: claim what is due, and lease it for sending.

They cross clinics and read scheduling and delivery rows only. The same statements run on both
databases; SKIP LOCKED is PostgreSQL's, and a SQLite writer is alone anyway. Whoever locks rows of more
than one table takes them in this order: a patient, their devices and joins, notices, targets, deliveries,
push services.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, exists, func, literal, or_, select, update
from sqlalchemy.orm import Session

from pwa.domain.notice import DeliveryState, NoticeKind, NoticeState
from pwa.domain.patient import TargetState
from pwa.store import tables
from pwa.store.ids import new_id
from pwa.store.upserts import insert_ignoring

OPEN_DELIVERY = (DeliveryState.PENDING, DeliveryState.LEASED)


@dataclass(frozen=True, slots=True)
class ClaimedNotice:
    """A notice taken for sending."""

    id: UUID
    clinic_id: UUID
    kind: NoticeKind
    due_at: datetime
    useful_until: datetime


@dataclass(frozen=True, slots=True)
class LeasedDelivery:
    """One push to send; `attempt` is the fence that settling must still match."""

    id: UUID
    clinic_id: UUID
    notice_id: UUID
    notice_kind: NoticeKind
    useful_until: datetime
    target_id: UUID
    endpoint: str
    origin: str
    p256dh: str
    auth: str
    vapid_key_id: str
    language: str
    attempt: int


def lease_clock(session: Session, wall: datetime) -> datetime:
    """What leases are counted by: the database's own clock on PostgreSQL, which all machines share."""
    if session.get_bind().dialect.name == "postgresql":
        now: datetime = session.execute(select(func.clock_timestamp())).scalar_one()
        return now
    return wall


def has_untried_target() -> ColumnElement[bool]:
    """Of a notice: its person has a live target that it was not yet sent to."""
    notice, target, delivery = tables.Notice, tables.Target, tables.Delivery
    tried = (
        select(literal(1))
        .where(delivery.notice_id == notice.id, delivery.target_id == target.id)
        # Named, or the inner query reads notices of its own: then any notice ever tried counts for all.
        .correlate(notice, target)
    )
    return exists(
        select(literal(1))
        .where(
            target.clinic_id == notice.clinic_id,
            target.patient_id == notice.patient_id,
            target.state == TargetState.LIVE,
            is_for(target),
            ~exists(tried),
        )
        .correlate(notice)
    )


def is_for(target: type[tables.Target]) -> ColumnElement[bool]:
    """Of a notice and a target: the target is one of those that the notice is for."""
    notice = tables.Notice
    return or_(notice.device_id.is_(None), notice.device_id == target.device_id)


def has_delivery(*states: DeliveryState) -> ColumnElement[bool]:
    """Of a notice: one of its deliveries is in one of these states."""
    notice, delivery = tables.Notice, tables.Delivery
    return exists(select(literal(1)).where(delivery.notice_id == notice.id, delivery.state.in_(states)))


def claim_due(session: Session, care: datetime, wall: datetime, limit: int) -> tuple[ClaimedNotice, ...]:
    """Take up to `limit` due notices whose person has a live target not yet tried."""
    notice = tables.Notice
    due = (
        select(notice.id)
        .where(
            notice.state == NoticeState.PLANNED,
            notice.due_at <= care,
            notice.useful_until > care,
            has_untried_target(),
        )
        .order_by(notice.due_at, notice.id)
        .limit(limit)
        .with_for_update(of=notice, skip_locked=True)
        .cte("due")
    )
    rows = session.execute(
        update(notice)
        .where(notice.id.in_(select(due.c.id)))
        .values(state=NoticeState.SENDING, changed_at=wall)
        .returning(notice.id, notice.clinic_id, notice.kind, notice.due_at, notice.useful_until)
        .execution_options(synchronize_session=False)
    ).all()
    claimed = (ClaimedNotice(*row) for row in rows)
    return tuple(sorted(claimed, key=lambda notice: (notice.due_at, str(notice.id))))


def open_deliveries(session: Session, notices: Sequence[ClaimedNotice], wall: datetime) -> None:
    """Make a delivery of each notice for each of its person's live targets; existing ones stay."""
    if not notices:
        return
    notice, target = tables.Notice, tables.Target
    pairs = session.execute(
        select(notice.clinic_id, notice.id, target.id)
        .join(target, (target.clinic_id == notice.clinic_id) & (target.patient_id == notice.patient_id))
        .where(
            notice.id.in_([claimed.id for claimed in notices]),
            target.state == TargetState.LIVE,
            is_for(target),
        )
    )
    free_from = lease_clock(session, wall)
    rows: list[dict[str, object]] = [
        {
            "id": new_id(wall),
            "clinic_id": clinic_id,
            "notice_id": notice_id,
            "target_id": target_id,
            "state": DeliveryState.PENDING,
            "attempts": 0,
            "next_try_at": free_from,
            "changed_at": wall,
        }
        for clinic_id, notice_id, target_id in pairs
    ]
    insert_ignoring(session, tables.Delivery, rows)


def lease(
    session: Session, care: datetime, wall: datetime, length: timedelta, limit: int
) -> tuple[LeasedDelivery, ...]:
    """Lease up to `limit` deliveries that are free: never tried, due again, or their lease ran out.

    Only to targets that are still live: nothing goes to a phone that left while a retry waited.
    """
    now = lease_clock(session, wall)
    delivery, notice, target = tables.Delivery, tables.Notice, tables.Target
    free = (
        select(delivery.id)
        .join(notice, notice.id == delivery.notice_id)
        .join(target, target.id == delivery.target_id)
        .where(
            delivery.state.in_(OPEN_DELIVERY),
            delivery.next_try_at <= now,
            notice.state == NoticeState.SENDING,
            notice.useful_until > care,
            target.state == TargetState.LIVE,
        )
        .order_by(delivery.next_try_at, delivery.id)
        .limit(limit)
        .with_for_update(of=delivery, skip_locked=True)
        .cte("free")
    )
    leased = session.execute(
        update(delivery)
        .where(delivery.id.in_(select(free.c.id)))
        .values(
            state=DeliveryState.LEASED,
            attempts=delivery.attempts + 1,
            next_try_at=now + length,
            changed_at=wall,
        )
        .returning(delivery.id, delivery.attempts)
        .execution_options(synchronize_session=False)
    ).all()
    return _what_to_send(session, {row.id: row.attempts for row in leased})


def _what_to_send(session: Session, attempts: dict[UUID, int]) -> tuple[LeasedDelivery, ...]:
    if not attempts:
        return ()
    delivery, notice, target = tables.Delivery, tables.Notice, tables.Target
    rows = session.execute(
        select(delivery, notice.kind, notice.useful_until, target, tables.Patient.language)
        .join(notice, notice.id == delivery.notice_id)
        .join(target, target.id == delivery.target_id)
        .join(tables.Patient, tables.Patient.id == notice.patient_id)
        .where(delivery.id.in_(attempts))
        .order_by(notice.due_at, delivery.id)
    )
    return tuple(
        LeasedDelivery(
            id=row.id,
            clinic_id=row.clinic_id,
            notice_id=row.notice_id,
            notice_kind=kind,
            useful_until=useful_until,
            target_id=to.id,
            endpoint=to.address,
            origin=to.origin,
            p256dh=to.p256dh or "",
            auth=to.auth or "",
            vapid_key_id=to.vapid_key_id or "",
            language=language,
            attempt=attempts[row.id],
        )
        for row, kind, useful_until, to, language in rows
    )


def given_up_since(session: Session, wall: datetime) -> int:
    """How many pushes could not be made, or were refused for good, since then."""
    delivery = tables.Delivery
    hopeless = delivery.state.in_((DeliveryState.DEAD, DeliveryState.REFUSED))
    return session.scalar(select(func.count()).where(hopeless, delivery.changed_at >= wall)) or 0


def oldest_due(session: Session, care: datetime) -> datetime | None:
    """The due time of the oldest notice that could be on its way and is not, if any.

    What was taken and is being tried, or was tried everywhere in vain, is no fault of the dispatcher.
    """
    notice = tables.Notice
    return session.scalar(
        select(func.min(notice.due_at)).where(
            notice.state == NoticeState.PLANNED,
            notice.due_at <= care,
            notice.useful_until > care,
            has_untried_target(),
        )
    )
