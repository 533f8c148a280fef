"""What was asked of the clinic's patients and never answered, for the list of silent ones."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, select

from pwa.domain.notice import EndedBecause, NoticeKind, NoticeState
from pwa.domain.patient import DeviceState, PatientState
from pwa.domain.protocol import StepKind
from pwa.store import tables
from pwa.store.scope import ClinicScope


def joined_patients(scope: ClinicScope) -> tuple[UUID, ...]:
    """Those who have a phone."""
    table = tables.Patient
    return tuple(
        scope.session.scalars(
            select(table.id)
            .where(table.clinic_id == scope.clinic_id, table.state == PatientState.JOINED)
            .order_by(table.id)
        )
    )


def asked_days(scope: ClinicScope, since: datetime, until: datetime) -> dict[UUID, list[date]]:
    """On which days each patient was asked to check in, by reminders due in that time; each day once."""
    item, notice = tables.NoticeItem, tables.Notice
    rows = scope.session.execute(
        select(item.patient_id, item.nominal_day)
        .distinct()
        .join(notice, (notice.clinic_id == item.clinic_id) & (notice.id == item.notice_id))
        .where(
            item.clinic_id == scope.clinic_id,
            item.kind == StepKind.CHECK_IN,
            notice.due_at >= since,
            notice.useful_until <= until,
            notice.state != NoticeState.CANCELLED,
        )
        .order_by(item.patient_id, item.nominal_day)
    )
    days: dict[UUID, list[date]] = {}
    for patient_id, day in rows:
        days.setdefault(patient_id, []).append(day)
    return days


def last_seen(scope: ClinicScope) -> dict[UUID, datetime]:
    """When a phone of each patient was last in touch, by the wall clock: opened, synced or reported."""
    table = tables.Device
    rows = scope.session.execute(
        select(table.patient_id, func.max(table.last_seen_at))
        .where(table.clinic_id == scope.clinic_id, table.state == DeviceState.ACTIVE)
        .group_by(table.patient_id)
    )
    return {patient_id: at for patient_id, at in rows}


def unheard_reminders(scope: ClinicScope) -> dict[UUID, int]:
    """How many reminders each patient was sent, or missed, since a phone of theirs was last in touch."""
    notice, device = tables.Notice, tables.Device
    in_touch = (
        select(device.patient_id, func.max(device.last_seen_at).label("at"))
        .where(device.clinic_id == scope.clinic_id, device.state == DeviceState.ACTIVE)
        .group_by(device.patient_id)
        .subquery()
    )
    too_late = (notice.state == NoticeState.EXPIRED) & (notice.ended_because == EndedBecause.TOO_LATE)
    rows = scope.session.execute(
        select(notice.patient_id, func.count())
        .join(in_touch, in_touch.c.patient_id == notice.patient_id)
        .where(
            notice.clinic_id == scope.clinic_id,
            notice.kind == NoticeKind.REMINDER,
            (notice.state == NoticeState.SENT) | too_late,
            notice.changed_at > in_touch.c.at,
        )
        .group_by(notice.patient_id)
    )
    return {patient_id: number for patient_id, number in rows if patient_id is not None}
