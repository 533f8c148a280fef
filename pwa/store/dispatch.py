"""The dispatcher's first queries: claim what is due, and lease it for sending.

They cross clinics and read scheduling and delivery rows only. The same statements run on both
databases; SKIP LOCKED is PostgreSQL's, and a SQLite writer is alone anyway. Whoever locks rows of more
than one table takes them in this order: a patient, their devices and joins, notices, targets, deliveries,
push services.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import CTE, ColumnElement, and_, exists, func, literal, or_, select, update
from sqlalchemy.orm import Session

from pwa.domain.notice import URGENT, DeliveryState, NoticeKind, NoticeState
from pwa.domain.patient import TargetKind, TargetState
from pwa.domain.telling import alert_of
from pwa.store import tables
from pwa.store.ids import new_id
from pwa.store.staff_targets import works_there
from pwa.store.upserts import insert_ignoring

OPEN_DELIVERY = (DeliveryState.PENDING, DeliveryState.LEASED)
STAFF_LANGUAGE = "en"


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
    """One push or e-mail to send; `attempt` is the fence that settling must still match.

    `replaces` names what a later one makes out of date while it waits at the push service: the notice
    itself, or all rounds of one alert. `endpoint` is the address of an e-mail.
    """

    id: UUID
    clinic_id: UUID
    notice_id: UUID
    notice_kind: NoticeKind
    is_for_staff: bool
    replaces: UUID
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


def of_the_patient() -> ColumnElement[bool]:
    """Of a notice and a target: both are the same patient's, and the notice is for that target."""
    notice, target = tables.Notice, tables.Target
    return and_(target.patient_id == notice.patient_id, is_for(target))


def of_the_staff(channels: Collection[TargetKind]) -> ColumnElement[bool]:
    """Of a notice and a target: both are the same person's who works there, by a channel that can send."""
    notice, target = tables.Notice, tables.Target
    return and_(target.staff_id == notice.staff_id, target.kind.in_(channels), works_there())


def has_untried_target(of_the_person: ColumnElement[bool]) -> ColumnElement[bool]:
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
            target.state == TargetState.LIVE,
            of_the_person,
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
    """Take up to `limit` due notices whose patient has a live target not yet tried."""
    return _claim(session, care, wall, limit, has_untried_target(of_the_patient()))


def claim_for_staff(
    session: Session, care: datetime, wall: datetime, limit: int, channels: Collection[TargetKind]
) -> tuple[ClaimedNotice, ...]:
    """The same for notices to staff: whose person can be told by one of these channels."""
    theirs = and_(tables.Notice.staff_id.is_not(None), has_untried_target(of_the_staff(channels)))
    return _claim(session, care, wall, limit, theirs)


def _claim(
    session: Session, care: datetime, wall: datetime, limit: int, which: ColumnElement[bool]
) -> tuple[ClaimedNotice, ...]:
    notice = tables.Notice
    due = (
        select(notice.id)
        .where(
            notice.state == NoticeState.PLANNED,
            notice.due_at <= care,
            notice.useful_until > care,
            which,
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
    """Make a delivery of each notice for each of its patient's live targets; existing ones stay."""
    _open(session, notices, wall, of_the_patient())


def open_staff_deliveries(
    session: Session, notices: Sequence[ClaimedNotice], wall: datetime, channels: Collection[TargetKind]
) -> None:
    """The same for notices to staff, by these channels."""
    _open(session, notices, wall, of_the_staff(channels))


def _open(
    session: Session, notices: Sequence[ClaimedNotice], wall: datetime, of_the_person: ColumnElement[bool]
) -> None:
    if not notices:
        return
    ranks = {claimed.id: 0 if claimed.kind in URGENT else 1 for claimed in notices}
    notice, target = tables.Notice, tables.Target
    pairs = session.execute(
        select(notice.clinic_id, notice.id, target.id, target.kind)
        .join(target, (target.clinic_id == notice.clinic_id) & of_the_person)
        .where(notice.id.in_(ranks), target.state == TargetState.LIVE)
    )
    free_from = lease_clock(session, wall)
    rows: list[dict[str, object]] = [
        {
            "id": new_id(wall),
            "clinic_id": clinic_id,
            "notice_id": notice_id,
            "target_id": target_id,
            "channel": kind,
            "rank": ranks[notice_id],
            "state": DeliveryState.PENDING,
            "attempts": 0,
            "next_try_at": free_from,
            "changed_at": wall,
        }
        for clinic_id, notice_id, target_id, kind in pairs
    ]
    insert_ignoring(session, tables.Delivery, rows)


def lease(
    session: Session,
    care: datetime,
    wall: datetime,
    length: timedelta,
    limit: int,
    channel: TargetKind = TargetKind.PUSH,
) -> tuple[LeasedDelivery, ...]:
    """Lease up to `limit` deliveries that are free: never tried, due again, or their lease ran out.

    Alerts first. Only to targets that are still live: nothing goes to a phone that left while a retry
    waited, nor to somebody who no longer works there.
    """
    now = lease_clock(session, wall)
    delivery, free = tables.Delivery, _free(care, now, channel, limit)
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


def _free(care: datetime, now: datetime, channel: TargetKind, limit: int) -> CTE:
    delivery, notice, target = tables.Delivery, tables.Notice, tables.Target
    return (
        select(delivery.id)
        .join(notice, notice.id == delivery.notice_id)
        .join(target, target.id == delivery.target_id)
        .where(
            delivery.state.in_(OPEN_DELIVERY),
            delivery.channel == channel,
            delivery.next_try_at <= now,
            notice.state == NoticeState.SENDING,
            notice.useful_until > care,
            target.state == TargetState.LIVE,
            or_(target.staff_id.is_(None), works_there()),
        )
        .order_by(delivery.rank, delivery.next_try_at, delivery.id)
        .limit(limit)
        .with_for_update(of=delivery, skip_locked=True)
        .cte("free")
    )


def _what_to_send(session: Session, attempts: dict[UUID, int]) -> tuple[LeasedDelivery, ...]:
    if not attempts:
        return ()
    delivery, notice, target = tables.Delivery, tables.Notice, tables.Target
    rows = session.execute(
        select(delivery, notice, target, tables.Patient.language)
        .join(notice, notice.id == delivery.notice_id)
        .join(target, target.id == delivery.target_id)
        .outerjoin(tables.Patient, tables.Patient.id == notice.patient_id)
        .where(delivery.id.in_(attempts))
        .order_by(delivery.rank, notice.due_at, delivery.id)
    )
    return tuple(
        LeasedDelivery(
            id=row.id,
            clinic_id=row.clinic_id,
            notice_id=row.notice_id,
            notice_kind=about.kind,
            is_for_staff=about.staff_id is not None,
            replaces=alert_of(about.slot_key) or row.notice_id,
            useful_until=about.useful_until,
            target_id=to.id,
            endpoint=to.address,
            origin=to.origin,
            p256dh=to.p256dh or "",
            auth=to.auth or "",
            vapid_key_id=to.vapid_key_id or "",
            language=language or STAFF_LANGUAGE,
            attempt=attempts[row.id],
        )
        for row, about, to, language in rows
    )
