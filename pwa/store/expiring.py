"""The dispatcher's queries for what comes too late: end it, and find who missed something."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, exists, literal, select, update
from sqlalchemy.orm import Session, aliased

from pwa.domain.notice import DeliveryState, EndedBecause, NoticeKind, NoticeState
from pwa.domain.patient import TargetState
from pwa.store import tables
from pwa.store.dispatch import OPEN_DELIVERY, has_delivery, lease_clock
from pwa.store.upserts import rows_changed

UNDER_WAY = (NoticeState.PLANNED, NoticeState.SENDING, NoticeState.SENT)


@dataclass(frozen=True, slots=True)
class Missed:
    """Somebody who got no reminder because nobody was sending."""

    clinic_id: UUID
    patient_id: UUID


def expire(session: Session, care: datetime, wall: datetime, limit: int) -> int:
    """End up to `limit` notices whose useful time has passed; returns how many. Late never beats useful.

    One that is being sent at this moment is left to whoever sends it: the answer may be "accepted".
    """
    notice, delivery = tables.Notice, tables.Delivery
    in_hand = exists(
        select(literal(1)).where(
            delivery.notice_id == notice.id,
            delivery.state == DeliveryState.LEASED,
            delivery.next_try_at > lease_clock(session, wall),
        )
    )
    past = (
        select(notice.id)
        .where(
            notice.state.in_((NoticeState.PLANNED, NoticeState.SENDING)),
            notice.useful_until <= care,
            ~in_hand,
        )
        .order_by(notice.useful_until)
        .limit(limit)
        .with_for_update(of=notice, skip_locked=True)
        .cte("past")
    )
    expired = session.scalars(
        update(notice)
        .where(notice.id.in_(select(past.c.id)))
        .values(state=NoticeState.EXPIRED, ended_because=EndedBecause.TOO_LATE, changed_at=wall)
        .returning(notice.id)
        .execution_options(synchronize_session=False)
    ).all()
    _end_deliveries(session, expired, wall)
    return len(expired)


def _end_deliveries(session: Session, notice_ids: Sequence[UUID], wall: datetime) -> None:
    """End what is open of these notices; one that reached a phone all the same counts as sent."""
    if not notice_ids:
        return
    notice, delivery = tables.Notice, tables.Delivery
    session.execute(
        update(delivery)
        .where(delivery.notice_id.in_(notice_ids), delivery.state.in_(OPEN_DELIVERY))
        .values(state=DeliveryState.EXPIRED, changed_at=wall)
        .execution_options(synchronize_session=False)
    )
    session.execute(
        update(notice)
        .where(notice.id.in_(notice_ids), has_delivery(DeliveryState.ACCEPTED))
        .values(state=NoticeState.SENT, ended_because=None)
        .execution_options(synchronize_session=False)
    )


def collapse_late(session: Session, care: datetime, late_before: datetime, wall: datetime) -> int:
    """End late reminders of people for whom a later one is due as well: nobody gets a burst.

    The one that is sent leads to the app, where everything still open stands.
    """
    notice = tables.Notice
    later = aliased(tables.Notice)
    late = (
        select(notice.id)
        .where(
            notice.state == NoticeState.PLANNED,
            notice.kind == NoticeKind.REMINDER,
            notice.due_at <= late_before,
            notice.useful_until > care,
            exists(
                select(literal(1))
                .where(
                    later.patient_id == notice.patient_id,
                    later.kind == NoticeKind.REMINDER,
                    later.state.in_(UNDER_WAY),
                    later.due_at > notice.due_at,
                    later.due_at <= care,
                    later.useful_until > care,
                )
                .correlate(notice)
            ),
        )
        .with_for_update(of=notice, skip_locked=True)
        .cte("late")
    )
    result = session.execute(
        update(notice)
        .where(notice.id.in_(select(late.c.id)))
        .values(state=NoticeState.EXPIRED, ended_because=EndedBecause.COLLAPSED, changed_at=wall)
        .execution_options(synchronize_session=False)
    )
    return rows_changed(result)


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


def is_told(session: Session, patient_id: UUID, care: datetime) -> bool:
    """Whether a notice that is still useful has reached this person, or will reach them now."""
    notice = tables.Notice
    return bool(
        session.scalar(
            select(
                exists().where(
                    and_(
                        notice.patient_id == patient_id,
                        notice.kind.in_((NoticeKind.REMINDER, NoticeKind.SUMMARY)),
                        notice.state.in_(UNDER_WAY),
                        notice.due_at <= care,
                        notice.useful_until > care,
                    )
                )
            )
        )
    )
