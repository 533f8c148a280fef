"""Check-ins: what is readable of them, and the sealed event that each one came with."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session, aliased

from pwa.domain.errors import NotFound
from pwa.domain.rules import Level
from pwa.store import tables
from pwa.store.ids import new_id
from pwa.store.scope import ClinicScope
from pwa.store.upserts import insert_ignoring

UNDONE, SUPERSEDED = "undone", "superseded"


@dataclass(frozen=True, slots=True)
class PhoneResult:
    """What the phone said at once, and by which rules."""

    level: Level
    rule_set: str | None
    reasons: tuple[str, ...] = ()  # not stored: they become the check-in's own
    complete: bool = False  # likewise


@dataclass(frozen=True, slots=True)
class NewCheckIn:
    """A check-in as it came."""

    event_id: UUID
    patient_id: UUID
    care_plan_id: UUID
    device_id: UUID
    day: int
    tapped_at: datetime
    received_at: datetime
    phone: PhoneResult | None
    incomplete: bool = False  # something in it could not be read


@dataclass(frozen=True, slots=True)
class StoredCheckIn:
    """A check-in with the event that holds its answers, sealed."""

    id: UUID
    event_id: UUID
    patient_id: UUID
    care_plan_id: UUID
    day: int
    tapped_at: datetime
    received_at: datetime
    level: Level | None
    complete: bool | None
    reasons: tuple[str, ...]
    phone: PhoneResult | None
    judged: bool
    undone: bool
    superseded: bool
    payload_sealed: bytes
    incomplete: bool
    refused: bool  # its event was rejected: it is there for its signs alone, which staff must see

    @property
    def is_current(self) -> bool:
        """Taken in, and neither taken back nor replaced."""
        return not self.undone and not self.superseded and not self.refused


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two different contents under one id: the one that was stored, and one that came later."""

    id: UUID
    patient_id: UUID
    event_id: UUID
    kind: str
    stored_at: datetime
    received_at: datetime
    stored_sealed: bytes
    other_sealed: bytes


def add_check_in(scope: ClinicScope, new: NewCheckIn, now: datetime) -> UUID:
    """Store a check-in, not yet judged."""
    row = tables.CheckIn(
        id=new_id(now),
        patient_id=new.patient_id,
        event_id=new.event_id,
        care_plan_id=new.care_plan_id,
        device_id=new.device_id,
        day=new.day,
        tapped_at=new.tapped_at,
        received_at=new.received_at,
        reasons="[]",
        incomplete=new.incomplete,
        phone_level=new.phone.level if new.phone else None,
        phone_rule_set=new.phone.rule_set if new.phone else None,
    )
    scope.add(row)
    scope.session.flush()
    return row.id


def end_check_in(scope: ClinicScope, patient_id: UUID, event_id: UUID, by: UUID, because: str) -> None:
    """Note that a check-in was taken back or replaced by another event; it may not have come yet."""
    insert_ignoring(
        scope.session,
        tables.CheckInEnd,
        [
            {
                "patient_id": patient_id,
                "event_id": event_id,
                "by_event_id": by,
                "clinic_id": scope.clinic_id,
                "because": because,
            }
        ],
    )


def set_judgement(
    scope: ClinicScope,
    check_in_id: UUID,
    judged: tuple[Level | None, bool | None, Sequence[str]],
    now: datetime,
) -> None:
    """Store what a check-in came to: (level, complete, rule ids), by care time."""
    level, complete, reasons = judged
    table = tables.CheckIn
    scope.session.execute(
        scope.update(table)
        .where(table.id == check_in_id)
        .values(level=level, complete=complete, reasons=json.dumps(list(reasons)), judged_at=now)
    )


def check_ins_between(
    scope: ClinicScope, patient_id: UUID, since: datetime, until: datetime
) -> tuple[StoredCheckIn, ...]:
    """A patient's check-ins tapped from `since` up to and including `until`, oldest first."""
    table, event = tables.CheckIn, tables.PatientEvent
    rows = scope.session.execute(
        select(table, event.payload_sealed, event.rejected, _undone(), _superseded())  # type: ignore[call-overload]  # exists() is a column
        .join(event, (event.patient_id == table.patient_id) & (event.event_id == table.event_id))
        .where(
            table.clinic_id == scope.clinic_id,
            table.patient_id == patient_id,
            table.tapped_at >= since,
            table.tapped_at <= until,
        )
        .order_by(table.tapped_at, table.event_id)
        .execution_options(populate_existing=True)
    )
    return tuple(_stored(*row) for row in rows)


def _undone() -> object:
    table, end = tables.CheckIn, tables.CheckInEnd
    return exists().where(
        end.patient_id == table.patient_id, end.event_id == table.event_id, end.because == UNDONE
    )


def _superseded() -> object:
    """Replaced by one that stands: whoever takes an edit back has what was there before it."""
    table, end, taken_back = tables.CheckIn, tables.CheckInEnd, aliased(tables.CheckInEnd)
    edit_is_undone = exists().where(
        taken_back.patient_id == end.patient_id,
        taken_back.event_id == end.by_event_id,
        taken_back.because == UNDONE,
    )
    return exists().where(
        end.patient_id == table.patient_id,
        end.event_id == table.event_id,
        end.because == SUPERSEDED,
        ~edit_is_undone,
    )


def _stored(
    row: tables.CheckIn, payload: bytes, rejected: str | None, undone: bool, superseded: bool
) -> StoredCheckIn:
    said = None if row.phone_level is None else PhoneResult(row.phone_level, row.phone_rule_set)
    return StoredCheckIn(
        id=row.id,
        event_id=row.event_id,
        patient_id=row.patient_id,
        care_plan_id=row.care_plan_id,
        day=row.day,
        tapped_at=row.tapped_at,
        received_at=row.received_at,
        level=row.level,
        complete=row.complete,
        reasons=tuple(json.loads(row.reasons)),
        phone=said,
        judged=row.judged_at is not None,
        undone=undone,
        superseded=superseded,
        payload_sealed=payload,
        incomplete=row.incomplete,
        refused=rejected is not None,
    )


def last_check_ins(scope: ClinicScope) -> dict[UUID, datetime]:
    """When each patient of the clinic last checked in, by their own clock."""
    table = tables.CheckIn
    rows = scope.session.execute(
        select(table.patient_id, func.max(table.tapped_at))
        .where(table.clinic_id == scope.clinic_id)
        .group_by(table.patient_id)
    )
    return {patient_id: tapped_at for patient_id, tapped_at in rows}


def unjudged(session: Session, limit: int) -> tuple[tuple[UUID, UUID, UUID], ...]:
    """(clinic, patient, event) of what could not be judged when it came, oldest first."""
    table = tables.CheckIn
    rows = session.execute(
        select(table.clinic_id, table.patient_id, table.event_id)
        .where(table.judged_at.is_(None))
        .order_by(table.received_at)
        .limit(limit)
    )
    return tuple((clinic_id, patient_id, event_id) for clinic_id, patient_id, event_id in rows)


def first_and_last_tap(
    scope: ClinicScope, patient_id: UUID, event_ids: Collection[UUID]
) -> tuple[datetime, datetime]:
    """When the first and the last of these check-ins were made. Raises NotFound when none is there."""
    table = tables.CheckIn
    taps = scope.session.scalars(
        select(table.tapped_at)
        .where(
            table.clinic_id == scope.clinic_id,
            table.patient_id == patient_id,
            table.event_id.in_(tuple(event_ids)),
        )
        .order_by(table.tapped_at)
    ).all()
    if not taps:
        raise NotFound
    return taps[0], taps[-1]


def number_received(scope: ClinicScope, patient_id: UUID, since: datetime, but: Collection[UUID]) -> int:
    """How many check-ins of a patient have come in after `since`, without those events."""
    table = tables.CheckIn
    number = scope.session.scalar(
        select(func.count()).where(
            table.clinic_id == scope.clinic_id,
            table.patient_id == patient_id,
            table.received_at > since,
            table.event_id.not_in(tuple(but)),
        )
    )
    return number or 0


def conflicts(scope: ClinicScope, limit: int, of_each: int) -> tuple[Conflict, ...]:
    """The clinic's conflicts, the newest first: so many of each patient, who thus hides no other's."""
    other, event = tables.EventConflict, tables.PatientEvent
    newest_first = other.received_at.desc(), other.id.desc()
    rank = func.row_number().over(partition_by=other.patient_id, order_by=newest_first).label("rank")
    ranked = select(other.id, rank).where(other.clinic_id == scope.clinic_id).subquery()
    rows = scope.session.execute(
        select(other, event)
        .join(event, (event.patient_id == other.patient_id) & (event.event_id == other.event_id))
        .join(ranked, (ranked.c.id == other.id) & (ranked.c.rank <= of_each))
        .where(other.clinic_id == scope.clinic_id, event.clinic_id == scope.clinic_id)
        .order_by(*newest_first)
        .limit(limit)
    )
    return tuple(
        Conflict(
            id=conflict.id,
            patient_id=conflict.patient_id,
            event_id=conflict.event_id,
            kind=stored.kind,
            stored_at=stored.received_at,
            received_at=conflict.received_at,
            stored_sealed=stored.payload_sealed,
            other_sealed=conflict.payload_sealed,
        )
        for conflict, stored in rows
    )
