"""Notices and the occurrences they stand for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import delete, func, select

from pwa.domain.agenda import AgendaEntry
from pwa.domain.errors import NotFound
from pwa.domain.notice import DeliveryState, EndedBecause, Notice, NoticeKind, NoticeState
from pwa.store import tables
from pwa.store.dispatch import has_delivery
from pwa.store.ids import new_id
from pwa.store.scope import ClinicScope
from pwa.store.upserts import insert_ignoring

UNFINISHED = (NoticeState.PLANNED, NoticeState.CANCELLED, NoticeState.SENDING)


@dataclass(frozen=True, slots=True)
class ReminderItem:
    """One occurrence of a reminder, with the text that stands for it."""

    notice_id: UUID
    occurrence_id: UUID
    snooze: int
    care_plan_id: UUID
    step_id: str
    kind: str
    text_id: str
    nominal_day: date
    state: NoticeState


def lock_reminders(scope: ClinicScope, patient_id: UUID, since: datetime) -> None:
    """Keep dispatchers from claiming or settling this patient's reminders until they have been changed."""
    table = tables.Notice
    scope.session.execute(
        select(table.id)
        .where(
            table.clinic_id == scope.clinic_id,
            table.patient_id == patient_id,
            table.kind == NoticeKind.REMINDER,
            table.due_at >= since,
            table.state.in_(UNFINISHED),
        )
        .order_by(table.id)
        .with_for_update(key_share=True)
    ).all()


def reminders_since(scope: ClinicScope, patient_id: UUID, since: datetime) -> tuple[Notice, ...]:
    """A patient's reminders due from `since` on, whatever their state."""
    table = tables.Notice
    rows = scope.session.scalars(
        scope.select(table)
        .where(table.patient_id == patient_id, table.kind == NoticeKind.REMINDER, table.due_at >= since)
        .order_by(table.due_at, table.id)
    )
    return tuple(_notice(row) for row in rows)


def reminder_items_since(scope: ClinicScope, patient_id: UUID, since: datetime) -> tuple[ReminderItem, ...]:
    """The occurrences of those reminders."""
    item, notice = tables.NoticeItem, tables.Notice
    rows = scope.session.execute(
        select(item, notice.state)
        .join(notice, (notice.clinic_id == item.clinic_id) & (notice.id == item.notice_id))
        .where(
            item.clinic_id == scope.clinic_id,
            item.patient_id == patient_id,
            notice.due_at >= since,
        )
        .order_by(notice.due_at, item.notice_id, item.occurrence_id)
    )
    return tuple(
        ReminderItem(
            row.notice_id,
            row.occurrence_id,
            row.snooze,
            row.care_plan_id,
            row.step_id,
            row.kind,
            row.text_id,
            row.nominal_day,
            state,
        )
        for row, state in rows
    )


def end_reminders(scope: ClinicScope, notice_ids: Sequence[UUID], state: NoticeState, now: datetime) -> None:
    """Cancel or expire planned reminders; the occurrences of cancelled ones are free for others."""
    if not notice_ids:
        return
    notice = tables.Notice
    because = EndedBecause.TOO_LATE if state is NoticeState.EXPIRED else None
    scope.session.execute(
        scope.update(notice)
        .where(notice.id.in_(notice_ids), notice.state == NoticeState.PLANNED)
        .values(state=state, ended_because=because, changed_at=now)
    )
    if state is NoticeState.CANCELLED:
        free_items(scope, notice_ids)


def stop_sending(scope: ClinicScope, notice_ids: Sequence[UUID], now: datetime) -> None:
    """End reminders that are being sent and that nobody needs now.

    What a phone has taken is sent, and what is on its way at this moment cannot be taken back. Of the
    rest nobody has heard: it is cancelled, so that Undo can bring it back, and tried by nobody.
    """
    if not notice_ids:
        return
    notice, delivery = tables.Notice, tables.Delivery
    sending = scope.update(notice).where(notice.id.in_(notice_ids), notice.state == NoticeState.SENDING)
    answered = {"state": NoticeState.EXPIRED, "ended_because": EndedBecause.ANSWERED}
    for condition, values in (
        (has_delivery(DeliveryState.ACCEPTED), {"state": NoticeState.SENT}),
        (has_delivery(DeliveryState.LEASED), answered),
    ):
        ending = sending.where(condition).values(**values, changed_at=now)
        scope.session.execute(ending.execution_options(synchronize_session=False))
    cancelled = scope.session.scalars(
        sending.values(state=NoticeState.CANCELLED, changed_at=now)
        .returning(notice.id)
        .execution_options(synchronize_session=False)
    ).all()
    scope.session.execute(
        delete(delivery).where(
            delivery.clinic_id == scope.clinic_id,
            delivery.notice_id.in_(cancelled),
            delivery.state == DeliveryState.PENDING,
        )
    )
    free_items(scope, cancelled)


def free_items(scope: ClinicScope, notice_ids: Sequence[UUID]) -> None:
    """Forget which occurrences planned or cancelled reminders stand for."""
    if not notice_ids:
        return
    item = tables.NoticeItem
    scope.session.execute(
        delete(item).where(item.clinic_id == scope.clinic_id, item.notice_id.in_(notice_ids))
    )


def plan_reminder(
    scope: ClinicScope, patient_id: UUID, notice_id: UUID | None, entry: AgendaEntry, now: datetime
) -> None:
    """Plan a reminder for an agenda entry: a new one, or an existing planned or cancelled one again."""
    if notice_id is None:
        notice_id = new_id(now)
        scope.add(
            tables.Notice(
                id=notice_id,
                patient_id=patient_id,
                kind=NoticeKind.REMINDER,
                slot_key=entry.slot_key,
                due_at=entry.due_at,
                useful_until=entry.useful_until,
                nominal_day=entry.items[0].nominal_day,
                state=NoticeState.PLANNED,
                created_at=now,
                changed_at=now,
            )
        )
    else:
        row = scope.get(tables.Notice, notice_id)
        row.due_at, row.useful_until, row.changed_at = entry.due_at, entry.useful_until, now
        row.nominal_day, row.state = entry.items[0].nominal_day, NoticeState.PLANNED
    scope.session.flush()
    _add_items(scope, patient_id, notice_id, entry)


def _add_items(scope: ClinicScope, patient_id: UUID, notice_id: UUID, entry: AgendaEntry) -> None:
    for item in entry.items:
        each = zip(item.occurrence_ids, item.care_plan_ids, item.step_ids, item.text_ids, strict=True)
        for occurrence, care_plan, step_id, text_id in each:
            scope.add(
                tables.NoticeItem(
                    notice_id=notice_id,
                    occurrence_id=occurrence,
                    patient_id=patient_id,
                    snooze=item.snooze,
                    kind=item.kind,
                    care_plan_id=care_plan,
                    step_id=step_id,
                    text_id=text_id,
                    nominal_day=item.nominal_day,
                )
            )
    scope.session.flush()


def add_notice(scope: ClinicScope, notice: Notice, now: datetime) -> bool:
    """Plan a notice that is no reminder; False when that slot already has one."""
    made = insert_ignoring(
        scope.session,
        tables.Notice,
        [
            {
                "id": notice.id,
                "clinic_id": scope.clinic_id,
                "patient_id": notice.patient_id,
                "staff_id": None,
                "device_id": notice.device_id,
                "kind": notice.kind,
                "slot_key": notice.slot_key,
                "due_at": notice.due_at,
                "useful_until": notice.useful_until,
                "nominal_day": None,
                "state": notice.state,
                "ended_because": None,
                "created_at": now,
                "changed_at": now,
            }
        ],
    )
    return made == 1


def get_notice(scope: ClinicScope, notice_id: UUID) -> Notice:
    """One notice of this clinic. Raises NotFound."""
    return _notice(scope.get(tables.Notice, notice_id))


def newest_notice(scope: ClinicScope, patient_id: UUID, kind: NoticeKind) -> Notice | None:
    """The latest notice of a kind that a patient was to get."""
    table = tables.Notice
    row = scope.session.scalars(
        scope.select(table)
        .where(table.patient_id == patient_id, table.kind == kind)
        .order_by(table.created_at.desc(), table.id.desc())
        .limit(1)
    ).one_or_none()
    return None if row is None else _notice(row)


def accepted_at(scope: ClinicScope, notice_id: UUID) -> datetime | None:
    """When a push service first took the notice; accepted is not shown."""
    table = tables.Delivery
    return scope.session.scalar(
        select(func.min(table.accepted_at)).where(
            table.clinic_id == scope.clinic_id,
            table.notice_id == notice_id,
            table.state == DeliveryState.ACCEPTED,
        )
    )


def _notice(row: tables.Notice) -> Notice:
    if row.patient_id is None:
        raise NotFound
    return Notice(
        id=row.id,
        clinic_id=row.clinic_id,
        patient_id=row.patient_id,
        kind=row.kind,
        slot_key=row.slot_key,
        due_at=row.due_at,
        useful_until=row.useful_until,
        state=row.state,
    )
