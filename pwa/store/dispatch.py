"""The dispatcher's queries: claim what is due, lease it, settle it, let it expire.

They cross clinics and read scheduling and delivery rows only. The same statements run on both
databases; SKIP LOCKED is PostgreSQL's, and a SQLite writer is alone anyway.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import and_, bindparam, exists, func, literal, or_, select, update
from sqlalchemy.orm import Session, aliased

from pwa.domain.notice import DeliveryState, NoticeKind, NoticeState
from pwa.domain.patient import TargetState
from pwa.store import tables
from pwa.store.ids import new_id
from pwa.store.notices import insert_ignoring

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
class Missed:
    """Somebody who got no reminder because nobody was sending."""

    clinic_id: UUID
    patient_id: UUID


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


@dataclass(frozen=True, slots=True)
class Settlement:
    """How one leased delivery went."""

    delivery_id: UUID
    attempt: int
    state: DeliveryState
    next_try_at: datetime
    status_code: int | None
    accepted_at: datetime | None


def lease_clock(session: Session, wall: datetime) -> datetime:
    """What leases are counted by: the database's own clock on PostgreSQL, which all machines share."""
    if session.get_bind().dialect.name == "postgresql":
        return session.execute(select(func.clock_timestamp())).scalar_one()  # type: ignore[no-any-return]
    return wall


def claim_due(session: Session, care: datetime, wall: datetime, limit: int) -> tuple[ClaimedNotice, ...]:
    """Take up to `limit` due notices whose person has a live target not yet tried."""
    notice, target, delivery = tables.Notice, tables.Target, tables.Delivery
    untried = exists(
        select(literal(1)).where(
            target.clinic_id == notice.clinic_id,
            target.patient_id == notice.patient_id,
            target.state == TargetState.LIVE,
            ~exists(
                select(literal(1)).where(delivery.notice_id == notice.id, delivery.target_id == target.id)
            ),
        )
    )
    due = (
        select(notice.id)
        .where(
            notice.state == NoticeState.PLANNED,
            notice.due_at <= care,
            notice.useful_until > care,
            untried,
        )
        .order_by(notice.due_at, notice.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
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
        .where(notice.id.in_([claimed.id for claimed in notices]), target.state == TargetState.LIVE)
    )
    rows: list[dict[str, object]] = [
        {
            "id": new_id(wall),
            "clinic_id": clinic_id,
            "notice_id": notice_id,
            "target_id": target_id,
            "state": DeliveryState.PENDING,
            "attempts": 0,
            "next_try_at": wall,
            "changed_at": wall,
        }
        for clinic_id, notice_id, target_id in pairs
    ]
    insert_ignoring(session, tables.Delivery.__table__, rows)  # type: ignore[arg-type]  # it is a Table


def lease(
    session: Session, care: datetime, wall: datetime, length: timedelta, limit: int
) -> tuple[LeasedDelivery, ...]:
    """Lease up to `limit` deliveries that are free: never tried, due again, or their lease ran out."""
    now = lease_clock(session, wall)
    delivery, notice = tables.Delivery, tables.Notice
    free = (
        select(delivery.id)
        .join(notice, notice.id == delivery.notice_id)
        .where(
            delivery.state.in_(OPEN_DELIVERY),
            delivery.next_try_at <= now,
            notice.state == NoticeState.SENDING,
            notice.useful_until > care,
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


def settle(session: Session, settlements: Sequence[Settlement], wall: datetime) -> None:
    """Write how deliveries went; one whose lease another took over since is left alone."""
    if not settlements:
        return
    table = tables.Delivery.__table__
    statement = (
        table.update()  # type: ignore[attr-defined]  # a mapped class's table is a Table
        .where(
            table.c.id == bindparam("of_id"),
            table.c.attempts == bindparam("of_attempt"),
            table.c.state == DeliveryState.LEASED,
        )
        .values(
            state=bindparam("to_state"),
            next_try_at=bindparam("to_next_try_at"),
            status_code=bindparam("to_status"),
            accepted_at=bindparam("to_accepted_at"),
            changed_at=wall,
        )
    )
    session.execute(
        statement,
        [
            {
                "of_id": one.delivery_id,
                "of_attempt": one.attempt,
                "to_state": one.state,
                "to_next_try_at": one.next_try_at,
                "to_status": one.status_code,
                "to_accepted_at": one.accepted_at,
            }
            for one in settlements
        ],
    )


def close_notices(session: Session, notice_ids: Sequence[UUID], wall: datetime) -> None:
    """Bring notices up to what their deliveries say.

    One accepted delivery makes a notice sent. With none accepted and none open it is planned
    again: a phone that subscribes anew within the window still gets it.
    """
    notice, delivery = tables.Notice, tables.Delivery

    def has(*states: DeliveryState) -> object:
        return exists(select(literal(1)).where(delivery.notice_id == notice.id, delivery.state.in_(states)))

    chosen = and_(notice.id.in_(notice_ids), notice.state == NoticeState.SENDING)
    session.execute(
        update(notice)
        .where(chosen, has(DeliveryState.ACCEPTED))  # type: ignore[arg-type]
        .values(state=NoticeState.SENT, changed_at=wall)
        .execution_options(synchronize_session=False)
    )
    session.execute(
        update(notice)
        .where(chosen, ~has(*OPEN_DELIVERY, DeliveryState.ACCEPTED))  # type: ignore[operator]
        .values(state=NoticeState.PLANNED, changed_at=wall)
        .execution_options(synchronize_session=False)
    )


def expire(session: Session, care: datetime, wall: datetime, limit: int) -> tuple[ClaimedNotice, ...]:
    """End up to `limit` notices whose useful time has passed; returns them. Late never beats useful."""
    notice, delivery = tables.Notice, tables.Delivery
    past = (
        select(notice.id)
        .where(
            notice.state.in_((NoticeState.PLANNED, NoticeState.SENDING)),
            notice.useful_until <= care,
        )
        .order_by(notice.useful_until)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .cte("past")
    )
    rows = session.execute(
        update(notice)
        .where(notice.id.in_(select(past.c.id)))
        .values(state=NoticeState.EXPIRED, ended_because="too_late", changed_at=wall)
        .returning(notice.id, notice.clinic_id, notice.kind, notice.due_at, notice.useful_until)
        .execution_options(synchronize_session=False)
    ).all()
    expired = tuple(ClaimedNotice(*row) for row in rows)
    _end_deliveries(session, [one.id for one in expired], wall)
    session.execute(
        update(notice)
        .where(
            notice.id.in_([one.id for one in expired]),
            exists(
                select(literal(1)).where(
                    delivery.notice_id == notice.id, delivery.state == DeliveryState.ACCEPTED
                )
            ),
        )
        .values(state=NoticeState.SENT, ended_because=None)
        .execution_options(synchronize_session=False)
    )
    return expired


def collapse_late(session: Session, care: datetime, late_before: datetime, wall: datetime) -> int:
    """End late reminders of people for whom a later one is due as well: nobody gets a burst.

    The one that is sent leads to the app, where everything still open stands.
    """
    notice = tables.Notice
    later = aliased(tables.Notice)
    result = session.execute(
        update(notice)
        .where(
            notice.state == NoticeState.PLANNED,
            notice.kind == NoticeKind.REMINDER,
            notice.due_at <= late_before,
            exists(
                select(literal(1)).where(
                    later.patient_id == notice.patient_id,
                    later.kind == NoticeKind.REMINDER,
                    later.state == NoticeState.PLANNED,
                    later.due_at > notice.due_at,
                    later.due_at <= care,
                    later.useful_until > care,
                )
            ),
        )
        .values(state=NoticeState.EXPIRED, ended_because="collapsed", changed_at=wall)
        .execution_options(synchronize_session=False)
    )
    return int(result.rowcount)  # type: ignore[attr-defined]  # an UPDATE's result has it


def unsent_for_the_reachable(session: Session, care: datetime, limit: int) -> tuple[Missed, ...]:
    """Whose reminders are about to expire untried though they could have been reached, each once."""
    notice, delivery, target = tables.Notice, tables.Delivery, tables.Target
    rows = session.execute(
        select(notice.clinic_id, notice.patient_id)
        .where(
            notice.state == NoticeState.PLANNED,
            notice.kind == NoticeKind.REMINDER,
            notice.useful_until <= care,
            ~exists(select(literal(1)).where(delivery.notice_id == notice.id)),
            exists(
                select(literal(1)).where(
                    target.clinic_id == notice.clinic_id,
                    target.patient_id == notice.patient_id,
                    target.state == TargetState.LIVE,
                    target.created_at <= notice.due_at,
                )
            ),
        )
        .order_by(notice.useful_until)
        .limit(limit)
    )
    people = {patient_id: clinic_id for clinic_id, patient_id in rows if patient_id is not None}
    return tuple(Missed(clinic_id, patient_id) for patient_id, clinic_id in people.items())


def has_due(session: Session, patient_id: UUID, care: datetime) -> bool:
    """Whether a notice for this person is due and still useful, so that something will reach them now."""
    notice = tables.Notice
    return bool(
        session.scalar(
            select(
                exists().where(
                    notice.patient_id == patient_id,
                    notice.state.in_((NoticeState.PLANNED, NoticeState.SENDING)),
                    notice.due_at <= care,
                    notice.useful_until > care,
                )
            )
        )
    )


def _end_deliveries(session: Session, notice_ids: Sequence[UUID], wall: datetime) -> None:
    delivery = tables.Delivery
    session.execute(
        update(delivery)
        .where(delivery.notice_id.in_(notice_ids), delivery.state.in_(OPEN_DELIVERY))
        .values(state=DeliveryState.EXPIRED, changed_at=wall)
        .execution_options(synchronize_session=False)
    )


def note_accepted(session: Session, target_ids: Sequence[UUID], wall: datetime) -> None:
    """These targets took a push just now; earlier suspicion is forgotten."""
    target = tables.Target
    session.execute(
        update(target)
        .where(target.id.in_(target_ids))
        .values(last_accepted_at=wall, suspect_failures=0)
        .execution_options(synchronize_session=False)
    )


def note_suspect(session: Session, target_ids: Sequence[UUID]) -> None:
    """These targets answered as if our key or clock were wrong (400, 401, 403)."""
    target = tables.Target
    session.execute(
        update(target)
        .where(target.id.in_(target_ids))
        .values(suspect_failures=target.suspect_failures + 1)
        .execution_options(synchronize_session=False)
    )


def retire_hopeless(session: Session, failures: int, accepted_since: datetime) -> int:
    """Retire targets refused `failures` times while others of their origin were accepted since then.

    When nobody's push is accepted there, the fault is ours, and nobody is retired.
    """
    target = tables.Target
    other = tables.Target.__table__.alias("other")
    result = session.execute(
        update(target)
        .where(
            target.state == TargetState.LIVE,
            target.suspect_failures >= failures,
            exists(
                select(literal(1)).where(
                    other.c.origin == target.origin,
                    other.c.id != target.id,
                    other.c.last_accepted_at >= accepted_since,
                )
            ),
        )
        .values(state=TargetState.RETIRED)
        .execution_options(synchronize_session=False)
    )
    return int(result.rowcount)  # type: ignore[attr-defined]  # an UPDATE's result has it


def oldest_due(session: Session, care: datetime) -> datetime | None:
    """The due time of the oldest notice that should be on its way and is not, if any."""
    notice, target = tables.Notice, tables.Target
    reachable = exists(
        select(literal(1)).where(
            target.clinic_id == notice.clinic_id,
            target.patient_id == notice.patient_id,
            target.state == TargetState.LIVE,
        )
    )
    return session.scalar(
        select(func.min(notice.due_at)).where(
            or_(notice.state == NoticeState.PLANNED, notice.state == NoticeState.SENDING),
            notice.due_at <= care,
            notice.useful_until > care,
            reachable,
        )
    )


def release(session: Session, delivery_ids: Sequence[UUID], wall: datetime) -> None:
    """Give leases back unused, as a dispatcher that is stopping does."""
    delivery = tables.Delivery
    session.execute(
        update(delivery)
        .where(delivery.id.in_(delivery_ids), delivery.state == DeliveryState.LEASED)
        .values(state=DeliveryState.PENDING, next_try_at=wall, changed_at=wall)
        .execution_options(synchronize_session=False)
    )
