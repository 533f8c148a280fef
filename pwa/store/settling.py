"""The dispatcher's queries after sending: how deliveries went, and what that makes of notices and targets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, bindparam, exists, literal, or_, select, update
from sqlalchemy.orm import Session

from pwa.domain.notice import DeliveryState, EndedBecause, NoticeState
from pwa.domain.patient import TargetKind, TargetState
from pwa.store import tables
from pwa.store.dispatch import OPEN_DELIVERY, has_delivery, lease_clock
from pwa.store.upserts import rows_changed, table_of


@dataclass(frozen=True, slots=True)
class Settlement:
    """How one leased delivery went; `next_try_at` is by the wall clock of whoever sent it."""

    delivery_id: UUID
    attempt: int
    state: DeliveryState
    next_try_at: datetime
    status_code: int | None
    accepted_at: datetime | None


def lock(session: Session, notice_ids: Sequence[UUID], target_ids: Sequence[UUID]) -> None:
    """Take these rows in one order, so that two dispatchers settling the same ones wait in turn.

    Without it each of two settling one notice's deliveries would see the other's still open, and
    neither would close the notice.
    """
    for table, ids in ((tables.Notice, notice_ids), (tables.Target, target_ids)):
        session.execute(
            select(table.id).where(table.id.in_(ids)).order_by(table.id).with_for_update(key_share=True)
        ).all()


def settle(session: Session, settlements: Sequence[Settlement], wall: datetime) -> None:
    """Write how deliveries went; one whose lease another took over since is left alone."""
    if not settlements:
        return
    ahead = lease_clock(session, wall) - wall
    table = table_of(tables.Delivery)
    statement = (
        table.update()
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
                "to_next_try_at": one.next_try_at + ahead,
                "to_status": one.status_code,
                "to_accepted_at": one.accepted_at,
            }
            for one in settlements
        ],
    )


def close_notices(session: Session, notice_ids: Sequence[UUID], wall: datetime) -> None:
    """Bring notices up to what their deliveries say, once none of these is open any more.

    One accepted delivery makes a notice sent. With none it is planned again: a phone that subscribes
    anew within the window still gets it.
    """
    notice = tables.Notice
    these = notice.id.in_(notice_ids)
    settled = and_(notice.state == NoticeState.SENDING, ~has_delivery(*OPEN_DELIVERY))
    # Answered while it was on its way, and it arrived all the same.
    overtaken = notice.ended_because == EndedBecause.ANSWERED
    for condition, state in (
        (and_(or_(settled, overtaken), has_delivery(DeliveryState.ACCEPTED)), NoticeState.SENT),
        (settled, NoticeState.PLANNED),
    ):
        session.execute(
            update(notice)
            .where(these, condition)
            .values(state=state, ended_because=None, changed_at=wall)
            .execution_options(synchronize_session=False)
        )


def end_in_vain(session: Session, wall: datetime, limit: int) -> None:
    """End up to `limit` deliveries that can reach nobody: their target has ended, or their notice has.

    A notice whose targets have all ended is then free for a new one.
    """
    delivery, notice, target = tables.Delivery, tables.Notice, tables.Target
    ran_out = and_(delivery.state == DeliveryState.LEASED, delivery.next_try_at <= lease_clock(session, wall))
    in_vain = (
        select(delivery.id)
        .join(notice, notice.id == delivery.notice_id)
        .join(target, target.id == delivery.target_id)
        .where(
            or_(delivery.state == DeliveryState.PENDING, ran_out),
            or_(target.state != TargetState.LIVE, notice.state != NoticeState.SENDING),
        )
    )
    found = session.execute(in_vain.add_columns(delivery.notice_id).limit(limit)).all()
    if not found:
        return
    notice_ids = sorted({notice_id for _, notice_id in found}, key=str)
    lock(session, notice_ids, ())
    # Asked again now that they are locked: a phone may have come back, and no others may be taken along.
    session.execute(
        update(delivery)
        .where(delivery.id.in_([delivery_id for delivery_id, _ in found]), delivery.id.in_(in_vain))
        .values(state=DeliveryState.EXPIRED, changed_at=wall)
        .execution_options(synchronize_session=False)
    )
    close_notices(session, notice_ids, wall)


def note_accepted(session: Session, target_ids: Sequence[UUID], wall: datetime) -> None:
    """These targets took a push just now; suspicion is forgotten."""
    _change_targets(
        session,
        tables.Target.id.in_(target_ids),
        {"last_accepted_at": wall, "suspect_failures": 0, "suspected_at": None},
    )


def note_suspect(session: Session, target_ids: Sequence[UUID], wall: datetime) -> None:
    """These targets answered as if our key or clock were wrong (400, 401, 403).

    It counts against a target only when its push service took the same key from others since the time
    before: while it takes nobody's the fault is ours, and however long that lasts nobody comes nearer to
    being retired.
    """
    target = tables.Target
    suspected = target.id.in_(target_ids)
    counts = or_(target.suspected_at.is_(None), _others_were_accepted())
    _change_targets(session, and_(suspected, counts), {"suspect_failures": target.suspect_failures + 1})
    _change_targets(session, suspected, {"suspected_at": wall})


def note_refused(session: Session, target_ids: Sequence[UUID], wall: datetime) -> None:
    """Mail to these addresses was refused for good; they are tried again with the next notice."""
    target = tables.Target
    values = {"suspect_failures": target.suspect_failures + 1, "suspected_at": wall}
    _change_targets(session, target.id.in_(target_ids), values)


def retire_hopeless(session: Session, failures: int) -> int:
    """Retire phones refused `failures` times in a row while others were accepted; returns how many.

    An e-mail address is never retired: nobody would be told by it again though its owner mended it.
    """
    target = tables.Target
    hopeless = and_(
        target.kind == TargetKind.PUSH,
        target.state == TargetState.LIVE,
        target.suspect_failures >= failures,
    )
    return _change_targets(session, hopeless, {"state": TargetState.RETIRED})


def _others_were_accepted() -> ColumnElement[bool]:
    """Whether a target's push service took its key from others since this target was last refused."""
    target, service = tables.Target, tables.PushOrigin
    return exists(
        select(literal(1))
        .where(
            service.origin == target.origin,
            service.vapid_key_id == target.vapid_key_id,
            service.last_accepted_at > target.suspected_at,
        )
        .correlate(target)
    )


def _change_targets(session: Session, which: ColumnElement[bool], values: dict[str, Any]) -> int:
    result = session.execute(
        update(tables.Target).where(which).values(values).execution_options(synchronize_session=False)
    )
    return rows_changed(result)
