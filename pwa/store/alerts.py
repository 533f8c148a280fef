"""Alerts with their reasons, and the number that says whether a clinic's inbox has changed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Exists, Select, and_, exists, or_, select
from sqlalchemy.orm import Session

from pwa.domain.alert import Acknowledgement, Alert, AlertState, Closing, Concern, urgency
from pwa.domain.rules import Level
from pwa.store import tables
from pwa.store.ids import new_id
from pwa.store.scope import ClinicScope
from pwa.store.upserts import dialect_insert

UNGRADED = ""  # the rule of a reason that none has
NamedReason = tuple[str, Level | None]


@dataclass(frozen=True, slots=True)
class AlertReason:
    """One rule that one check-in met; `rule` is empty and `level` None when nothing was graded."""

    check_in_id: UUID
    event_id: UUID
    rule: str
    level: Level | None
    day: int
    at: datetime  # care time, when it joined the alert
    tapped_at: datetime
    undone: bool


def add_alert(scope: ClinicScope, alert: Alert) -> None:
    """Store a new alert. Raises IntegrityError when its patient has one that is not closed."""
    row = tables.Alert(id=alert.id, patient_id=alert.patient_id, reopens_id=alert.reopens_id)
    _write(row, alert)
    scope.add(row)
    scope.session.flush()


def save_alert(scope: ClinicScope, alert: Alert, note_sealed: bytes | None = None) -> None:
    """Store what has become of an alert."""
    row = scope.get(tables.Alert, alert.id)
    _write(row, alert)
    row.note_sealed = note_sealed or row.note_sealed
    scope.session.flush()


def lock_alert(scope: ClinicScope, alert_id: UUID) -> Alert:
    """One alert, which no other unit of work changes until this one has ended. Raises NotFound."""
    scope.get(tables.Alert, alert_id)
    found = _locked(scope, tables.Alert.id == alert_id)
    assert found is not None
    return found


def lock_free_alert(scope: ClinicScope, alert_id: UUID) -> Alert | None:
    """The same; None when another unit of work holds it, which then does what is to be done."""
    table = tables.Alert
    row = scope.session.scalars(
        scope.select(table)
        .where(table.id == alert_id)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    ).one_or_none()
    return None if row is None else _alert(row)


def lock_unclosed(scope: ClinicScope, patient_id: UUID) -> Alert | None:
    """The patient's alert that is not closed, locked; at most one is there."""
    table = tables.Alert
    return _locked(scope, and_(table.patient_id == patient_id, table.state != AlertState.CLOSED))


def _locked(scope: ClinicScope, which: ColumnElement[bool]) -> Alert | None:
    row = scope.session.scalars(
        scope.select(tables.Alert).where(which).with_for_update().execution_options(populate_existing=True)
    ).one_or_none()
    return None if row is None else _alert(row)


def newest_alert(scope: ClinicScope, patient_id: UUID) -> Alert | None:
    """The patient's latest alert, closed or not."""
    table = tables.Alert
    row = scope.session.scalars(
        scope.select(table)
        .where(table.patient_id == patient_id)
        .order_by(table.opened_at.desc(), table.id.desc())
        .limit(1)
    ).one_or_none()
    return None if row is None else _alert(row)


def find_alert(scope: ClinicScope, alert_id: UUID) -> Alert | None:
    """One alert of this clinic."""
    row = scope.find(tables.Alert, alert_id)
    return None if row is None else _alert(row)


def unclosed_alerts(scope: ClinicScope) -> tuple[Alert, ...]:
    """What the clinic has to act on, in no order."""
    table = tables.Alert
    rows = scope.session.scalars(scope.select(table).where(table.state != AlertState.CLOSED))
    return tuple(_alert(row) for row in rows)


def due_alerts(session: Session, care: datetime, limit: int) -> tuple[tuple[UUID, UUID], ...]:
    """(clinic, alert) of those that staff are to be told of now, or that come back to the top."""
    table = tables.Alert
    rows = session.execute(
        select(table.clinic_id, table.id)
        .where(
            table.state != AlertState.CLOSED,
            or_(
                and_(table.state == AlertState.OPEN, table.next_tell_at <= care),
                and_(table.state == AlertState.ACKNOWLEDGED, table.returns_at <= care),
            ),
        )
        .order_by(table.waiting_since)
        .limit(limit)
    )
    return tuple((clinic_id, alert_id) for clinic_id, alert_id in rows)


def add_reasons(
    scope: ClinicScope, alert_id: UUID, check_in_id: UUID, reasons: Sequence[NamedReason], at: datetime
) -> None:
    """Group a check-in's reasons under an alert; one that is there takes the level given now."""
    table = tables.AlertReason
    for rule, level in reasons:
        row = dialect_insert(scope.session, table).values(
            id=new_id(at),
            clinic_id=scope.clinic_id,
            alert_id=alert_id,
            check_in_id=check_in_id,
            rule=rule,
            level=level,
            at=at,
        )
        scope.session.execute(
            row.on_conflict_do_update(
                index_elements=["alert_id", "check_in_id", "rule"], set_={"level": level, "at": at}
            )
        )


def alerted(scope: ClinicScope, check_in_id: UUID) -> dict[str, Level | None]:
    """Which rules of a check-in have been in an alert, and at which level."""
    table = tables.AlertReason
    rows = scope.session.execute(
        select(table.rule, table.level)
        .where(table.clinic_id == scope.clinic_id, table.check_in_id == check_in_id)
        .order_by(table.at)
    )
    return {rule: level for rule, level in rows}


def rules_of(scope: ClinicScope, alert_id: UUID) -> frozenset[str]:
    """Every rule that an alert names."""
    table = tables.AlertReason
    rows = scope.session.scalars(
        select(table.rule).where(table.clinic_id == scope.clinic_id, table.alert_id == alert_id)
    )
    return frozenset(rows)


def is_all_undone(scope: ClinicScope, alert_id: UUID, after: datetime | None) -> bool:
    """Whether the patient has taken back every check-in that an alert is about, or that joined it later."""
    standing = scope.session.execute(_standing(scope, alert_id, after).limit(1))
    return standing.first() is None


def concerns_after(scope: ClinicScope, alert_id: UUID, after: datetime) -> tuple[Concern, ...]:
    """What joined an alert after that and was not taken back, check-in by check-in; without reasons."""
    found: dict[UUID, Concern] = {}
    for check_in_id, tapped_at, level in scope.session.execute(_standing(scope, alert_id, after)):
        known = found.setdefault(check_in_id, Concern(level, (), tapped_at))
        found[check_in_id] = replace(known, level=min(known.level, level, key=urgency))
    return tuple(found.values())


def _standing(
    scope: ClinicScope, alert_id: UUID, after: datetime | None
) -> Select[UUID, datetime, Level | None]:
    reason, check_in = tables.AlertReason, tables.CheckIn
    query = (
        select(check_in.id, check_in.tapped_at, reason.level)
        .join(reason, (reason.clinic_id == check_in.clinic_id) & (reason.check_in_id == check_in.id))
        .where(check_in.clinic_id == scope.clinic_id, reason.alert_id == alert_id, ~_undone())
    )
    return query if after is None else query.where(reason.at > after)


def _undone() -> Exists:
    check_in, end = tables.CheckIn, tables.CheckInEnd
    return exists().where(
        end.patient_id == check_in.patient_id, end.event_id == check_in.event_id, end.because == "undone"
    )


def reasons_of(scope: ClinicScope, alert_ids: Iterable[UUID]) -> dict[UUID, list[AlertReason]]:
    """The reasons of each alert: the newest check-in first, the most urgent of each first."""
    table, check_in = tables.AlertReason, tables.CheckIn
    rows = scope.session.execute(
        select(table, check_in, _undone())
        .join(check_in, (check_in.clinic_id == table.clinic_id) & (check_in.id == table.check_in_id))
        .where(table.clinic_id == scope.clinic_id, table.alert_id.in_(tuple(alert_ids)))
        .order_by(check_in.tapped_at.desc(), check_in.id, table.rule)
    )
    found: dict[UUID, list[AlertReason]] = {}
    for row, of, is_undone in rows:
        reason = AlertReason(of.id, of.event_id, row.rule, row.level, of.day, row.at, of.tapped_at, is_undone)
        found.setdefault(row.alert_id, []).append(reason)
    return found


def get_note(scope: ClinicScope, alert_id: UUID) -> bytes | None:
    """The sealed note of whoever closed it. Raises NotFound."""
    return scope.get(tables.Alert, alert_id).note_sealed


def note_change(scope: ClinicScope) -> None:
    """Something in the clinic's inbox is not as it was. Comes last in a unit of work: it locks the number."""
    table = tables.ClinicChanges
    one_more = dialect_insert(scope.session, table).values(clinic_id=scope.clinic_id, number=1)
    scope.session.execute(
        one_more.on_conflict_do_update(index_elements=["clinic_id"], set_={"number": table.number + 1})
    )


def changes(scope: ClinicScope) -> int:
    """How often the clinic's inbox has changed so far."""
    table = tables.ClinicChanges
    number = scope.session.scalar(select(table.number).where(table.clinic_id == scope.clinic_id))
    return number or 0


def _write(row: tables.Alert, alert: Alert) -> None:
    held, closing = alert.acknowledgement, alert.closing
    row.state, row.level, row.turn = alert.state, alert.level, alert.turn
    row.opened_at, row.waiting_since = alert.opened_at, alert.waiting_since
    row.call_at, row.next_tell_at, row.seen_at = alert.call_at, alert.next_tell_at, alert.seen_at
    row.acknowledged_by = held.by if held else None
    row.acknowledged_at = held.at if held else None
    row.acknowledged_level = held.level if held else None
    row.undo_until = held.undo_until if held else None
    row.returns_at = held.returns_at if held else None
    row.closed_by = closing.by if closing else None
    row.closed_at = closing.at if closing else None
    row.outcome = closing.outcome if closing else None
    row.called, row.called_at = alert.called, alert.called_at


def _alert(row: tables.Alert) -> Alert:
    return Alert(
        id=row.id,
        clinic_id=row.clinic_id,
        patient_id=row.patient_id,
        state=row.state,
        level=row.level,
        opened_at=row.opened_at,
        waiting_since=row.waiting_since,
        turn=row.turn,
        call_at=row.call_at,
        next_tell_at=row.next_tell_at,
        seen_at=row.seen_at,
        acknowledgement=_acknowledgement(row),
        closing=_closing(row),
        called=row.called,
        called_at=row.called_at,
        reopens_id=row.reopens_id,
    )


def _acknowledgement(row: tables.Alert) -> Acknowledgement | None:
    if row.acknowledged_by is None or row.acknowledged_at is None or row.undo_until is None:
        return None
    return Acknowledgement(
        row.acknowledged_by, row.acknowledged_at, row.acknowledged_level, row.undo_until, row.returns_at
    )


def _closing(row: tables.Alert) -> Closing | None:
    if row.closed_by is None or row.closed_at is None or row.outcome is None:
        return None
    return Closing(row.closed_by, row.closed_at, row.outcome)
