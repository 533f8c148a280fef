"""Care plans with their tasks, facts about the skin, and the ledger of what phones sent."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select

from pwa.domain.care_plan import CarePlanStatus, Fact, OutcomeValue, Task
from pwa.domain.protocol import Area, FactName
from pwa.store import tables
from pwa.store.ids import new_id
from pwa.store.scope import ClinicScope


@dataclass(frozen=True, slots=True)
class StoredPlan:
    """A care plan as stored; its protocol is named by the hash of its content."""

    id: UUID
    patient_id: UUID
    protocol_version_id: UUID
    content_hash: str
    approved: bool
    status: CarePlanStatus
    variant: str | None
    area: Area | None
    treated_at: datetime
    treated_on: date
    tasks: tuple[Task, ...]
    risks_sealed: bytes | None = None  # None: not asked


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a patient did with one occurrence."""

    event_id: UUID
    occurrence_id: UUID
    value: OutcomeValue
    until: datetime | None
    tapped_at: datetime
    seq: int


@dataclass(frozen=True, slots=True)
class KnownEvent:
    """An event that came before: what it held, and the code word of why it could not be used if so."""

    payload_hash: bytes
    rejected: str | None


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """One event of a phone as it came: the readable frame and the sealed content."""

    event_id: UUID
    device_id: UUID
    seq: int
    kind: str
    schema: int
    tapped_at: datetime
    payload_hash: bytes
    payload_sealed: bytes
    rejected: str | None = None


def add_plan(scope: ClinicScope, plan: StoredPlan, now: datetime) -> None:
    """Store a care plan and its tasks."""
    scope.add(
        tables.CarePlan(
            id=plan.id,
            patient_id=plan.patient_id,
            protocol_version_id=plan.protocol_version_id,
            status=plan.status,
            variant=plan.variant,
            area=plan.area,
            treated_at=plan.treated_at,
            treated_on=plan.treated_on,
            risks_sealed=plan.risks_sealed,
            created_at=now,
        )
    )
    scope.session.flush()
    add_tasks(scope, plan.tasks, now)


def add_tasks(scope: ClinicScope, tasks: Iterable[Task], now: datetime) -> None:
    """Store new task versions."""
    for task in tasks:
        scope.add(
            tables.TaskRow(
                id=task.id,
                care_plan_id=task.care_plan_id,
                step_id=task.step_id,
                version=task.version,
                starts_on=task.starts_on,
                ends_on=task.ends_on,
                created_at=now,
            )
        )
    scope.session.flush()


def plans_of(scope: ClinicScope, patient_id: UUID) -> tuple[StoredPlan, ...]:
    """A patient's care plans with their current tasks, oldest treatment first."""
    plan, version = tables.CarePlan, tables.ProtocolVersion
    rows = scope.session.execute(
        select(plan, version.content_hash, version.approved_at)
        .join(version, (version.clinic_id == plan.clinic_id) & (version.id == plan.protocol_version_id))
        .where(plan.clinic_id == scope.clinic_id, plan.patient_id == patient_id)
        .order_by(plan.treated_at, plan.id)
    ).all()
    tasks = _current_tasks(scope, [row.id for row, _, _ in rows])
    return tuple(
        StoredPlan(
            id=row.id,
            patient_id=row.patient_id,
            protocol_version_id=row.protocol_version_id,
            content_hash=content_hash,
            approved=approved_at is not None,
            status=row.status,
            variant=row.variant,
            area=row.area,
            treated_at=row.treated_at,
            treated_on=row.treated_on,
            tasks=tuple(tasks.get(row.id, ())),
            risks_sealed=row.risks_sealed,
        )
        for row, content_hash, approved_at in rows
    )


def _current_tasks(scope: ClinicScope, plan_ids: Sequence[UUID]) -> dict[UUID, list[Task]]:
    table = tables.TaskRow
    rows = scope.session.scalars(
        scope.select(table)
        .where(table.care_plan_id.in_(plan_ids), table.superseded_at.is_(None))
        .order_by(table.care_plan_id, table.step_id, table.version)
    )
    by_plan: dict[UUID, list[Task]] = {}
    for row in rows:
        task = Task(row.id, row.care_plan_id, row.step_id, row.version, row.starts_on, row.ends_on)
        by_plan.setdefault(row.care_plan_id, []).append(task)
    return by_plan


def add_fact(
    scope: ClinicScope,
    plan_id: UUID,
    name: FactName,
    said: tuple[bool, str],
    at: tuple[datetime, int],
    now: datetime,
) -> None:
    """Store an answer about the skin: `said` is (value, by whom), `at` is (when, sequence)."""
    scope.add(
        tables.FactRow(
            id=new_id(now),
            care_plan_id=plan_id,
            name=name,
            value=said[0],
            said_by=said[1],
            recorded_at=at[0],
            seq=at[1],
        )
    )
    scope.session.flush()


def facts_of(scope: ClinicScope, plan_ids: Sequence[UUID]) -> tuple[Fact, ...]:
    """What holds now: the latest answer for each plan and name."""
    table = tables.FactRow
    rows = scope.session.scalars(
        scope.select(table)
        .where(table.care_plan_id.in_(plan_ids))
        .order_by(table.recorded_at, table.seq, table.id)
    )
    latest = {(row.care_plan_id, row.name): row for row in rows}
    return tuple(
        Fact(row.care_plan_id, row.name, row.value, row.recorded_at)
        for _, row in sorted(latest.items(), key=lambda pair: (str(pair[0][0]), pair[0][1]))
    )


def find_event(scope: ClinicScope, patient_id: UUID, event_id: UUID) -> KnownEvent | None:
    """What is stored under an event's id, or None when it is new."""
    table = tables.PatientEvent
    row = scope.session.execute(
        select(table.payload_hash, table.rejected).where(
            table.clinic_id == scope.clinic_id, table.patient_id == patient_id, table.event_id == event_id
        )
    ).one_or_none()
    return None if row is None else KnownEvent(*row)


def kind_of_event(scope: ClinicScope, patient_id: UUID, event_id: UUID) -> str | None:
    """What kind of event this patient sent under an id; None when none came."""
    table = tables.PatientEvent
    return scope.session.scalar(
        select(table.kind).where(
            table.clinic_id == scope.clinic_id, table.patient_id == patient_id, table.event_id == event_id
        )
    )


def add_event(scope: ClinicScope, patient_id: UUID, entry: LedgerEntry, now: datetime) -> None:
    """Keep an event as it came, for ever."""
    scope.add(
        tables.PatientEvent(
            patient_id=patient_id,
            event_id=entry.event_id,
            device_id=entry.device_id,
            seq=entry.seq,
            kind=entry.kind,
            schema=entry.schema,
            tapped_at=entry.tapped_at,
            received_at=now,
            payload_hash=entry.payload_hash,
            payload_sealed=entry.payload_sealed,
            rejected=entry.rejected,
        )
    )
    scope.session.flush()


def add_conflict(scope: ClinicScope, patient_id: UUID, entry: LedgerEntry, now: datetime) -> bool:
    """Keep a different content that came under an id already taken, once; False when it was there."""
    table = tables.EventConflict
    known = scope.session.scalars(
        scope.select(table).where(
            table.patient_id == patient_id,
            table.event_id == entry.event_id,
            table.payload_hash == entry.payload_hash,
        )
    ).one_or_none()
    if known is not None:
        return False
    scope.add(
        table(
            id=new_id(now),
            patient_id=patient_id,
            event_id=entry.event_id,
            received_at=now,
            payload_hash=entry.payload_hash,
            payload_sealed=entry.payload_sealed,
        )
    )
    scope.session.flush()
    return True


def add_outcome(scope: ClinicScope, patient_id: UUID, outcome: Outcome, received_at: datetime) -> None:
    """Store what a patient did with an occurrence; `received_at` is care time."""
    scope.add(
        tables.OutcomeRow(
            patient_id=patient_id,
            event_id=outcome.event_id,
            occurrence_id=outcome.occurrence_id,
            value=outcome.value,
            until=outcome.until,
            tapped_at=outcome.tapped_at,
            received_at=received_at,
            seq=outcome.seq,
        )
    )
    scope.session.flush()


def outcomes_of(scope: ClinicScope, patient_id: UUID, since: datetime) -> tuple[Outcome, ...]:
    """Every outcome that came in from `since` on, in the order it was tapped."""
    table = tables.OutcomeRow
    rows = scope.session.scalars(
        select(table)
        .where(table.clinic_id == scope.clinic_id, table.patient_id == patient_id, table.received_at >= since)
        .order_by(table.tapped_at, table.seq, table.event_id, table.occurrence_id)
    )
    return tuple(
        Outcome(row.event_id, row.occurrence_id, row.value, row.until, row.tapped_at, row.seq) for row in rows
    )
