"""Follow-up notices: what the patient is told while nobody at the clinic has seen an alert."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from pwa.domain.notice import Notice, NoticeKind, NoticeState
from pwa.store import notices, tables
from pwa.store.scope import ClinicScope


def plan_follow_up(scope: ClinicScope, notice: Notice, now: datetime) -> None:
    """Plan a follow-up, or move one that has not gone out yet to its new time, cancelled ones too."""
    if notices.add_notice(scope, notice, now):
        return
    table = tables.Notice
    scope.session.execute(
        scope.update(table)
        .where(
            table.patient_id == notice.patient_id,
            table.slot_key == notice.slot_key,
            table.state.in_((NoticeState.PLANNED, NoticeState.CANCELLED)),
        )
        .values(
            state=NoticeState.PLANNED,
            due_at=notice.due_at,
            useful_until=notice.useful_until,
            changed_at=now,
        )
    )


def recent_follow_ups(scope: ClinicScope, patient_id: UUID, since: datetime) -> tuple[UUID, ...]:
    """Follow-ups due from `since` on that are planned or went out."""
    table = tables.Notice
    return tuple(
        scope.session.scalars(
            select(table.id)
            .where(
                table.clinic_id == scope.clinic_id,
                table.patient_id == patient_id,
                table.kind == NoticeKind.FOLLOW_UP,
                table.due_at >= since,
                table.state != NoticeState.CANCELLED,
            )
            .order_by(table.due_at, table.id)
        )
    )


def end_follow_ups(scope: ClinicScope, patient_id: UUID, now: datetime) -> None:
    """Cancel what a patient need not be told any more; what a phone has taken cannot be taken back."""
    table = tables.Notice
    live = scope.session.execute(
        select(table.id, table.state)
        .where(
            table.clinic_id == scope.clinic_id,
            table.patient_id == patient_id,
            table.kind == NoticeKind.FOLLOW_UP,
            table.state.in_((NoticeState.PLANNED, NoticeState.SENDING)),
        )
        .order_by(table.id)
        .with_for_update(key_share=True)
    ).all()
    planned = [notice_id for notice_id, state in live if state is NoticeState.PLANNED]
    notices.end_reminders(scope, planned, NoticeState.CANCELLED, now)
    notices.stop_sending(scope, [notice_id for notice_id, state in live if state is NoticeState.SENDING], now)
