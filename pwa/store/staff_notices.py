"""Notices to people who work in a clinic: one for each of them and each round of telling."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from pwa.domain.notice import NoticeKind, NoticeState
from pwa.domain.telling import alert_slots
from pwa.store import notices, tables
from pwa.store.ids import new_id
from pwa.store.scope import ClinicScope
from pwa.store.upserts import insert_ignoring


@dataclass(frozen=True, slots=True)
class StaffRound:
    """What the people of a clinic are told at once; `slot_key` is the round's own."""

    kind: NoticeKind
    slot_key: str
    due_at: datetime
    useful_until: datetime


def add_round(scope: ClinicScope, staff_ids: Sequence[UUID], told: StaffRound, now: datetime) -> int:
    """Plan a notice for each of these people; returns how many are new."""
    rows: list[dict[str, object]] = [
        {
            "id": new_id(now),
            "clinic_id": scope.clinic_id,
            "patient_id": None,
            "staff_id": staff_id,
            "device_id": None,
            "kind": told.kind,
            "slot_key": told.slot_key,
            "due_at": told.due_at,
            "useful_until": told.useful_until,
            "nominal_day": None,
            "state": NoticeState.PLANNED,
            "ended_because": None,
            "created_at": now,
            "changed_at": now,
        }
        for staff_id in staff_ids
    ]
    return insert_ignoring(scope.session, tables.Notice, rows)


def stop_alert(scope: ClinicScope, alert_id: UUID, now: datetime) -> int:
    """Cancel what of this alert still waits or is tried again; returns how many notices were open.

    What somebody was sent stays sent, and what is on its way at this moment cannot be taken back.
    """
    table = tables.Notice
    rows = scope.session.execute(
        select(table.id, table.state)
        .where(
            table.clinic_id == scope.clinic_id,
            table.staff_id.is_not(None),
            table.state.in_((NoticeState.PLANNED, NoticeState.SENDING)),
            table.slot_key.startswith(alert_slots(alert_id)),
        )
        .order_by(table.id)
        # A dispatcher that claims or settles one of them comes before or after, never in between.
        .with_for_update(key_share=True)
    ).all()
    planned = [row.id for row in rows if row.state is NoticeState.PLANNED]
    notices.end_reminders(scope, planned, NoticeState.CANCELLED, now)
    notices.stop_sending(scope, [row.id for row in rows if row.state is NoticeState.SENDING], now)
    return len(rows)
