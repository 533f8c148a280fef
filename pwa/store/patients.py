"""Patients: what scheduling reads in the clear, and what only the vault can open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from pwa.domain.errors import NotFound
from pwa.domain.patient import Patient, PatientState
from pwa.domain.preferences import Preferences
from pwa.domain.quiet_hours import QuietHours
from pwa.domain.sun import Place
from pwa.store import tables
from pwa.store.scope import ClinicScope


@dataclass(frozen=True, slots=True)
class WrappedKey:
    """A patient's data key as stored: unreadable without the master key of that id."""

    master_key_id: str
    wrapped: bytes


@dataclass(frozen=True, slots=True)
class SealedPatient:
    """What of a patient is sealed; the patient's own key opens it."""

    first_name: bytes
    phone: bytes | None


def add_patient(
    scope: ClinicScope, patient: Patient, sealed: SealedPatient, key: WrappedKey, now: datetime
) -> None:
    """Store a new patient with their wrapped key."""
    preferences, place = patient.preferences, patient.place
    scope.add(
        tables.Patient(
            id=patient.id,
            state=patient.state,
            language=patient.language,
            zone=preferences.zone.key,
            wake=preferences.wake,
            quiet_start=preferences.quiet.start,
            quiet_end=preferences.quiet.end,
            lock_screen=patient.lock_screen,
            one_a_day=preferences.one_a_day,
            latitude=place.latitude if place else None,
            longitude=place.longitude if place else None,
            first_name_sealed=sealed.first_name,
            phone_sealed=sealed.phone,
            created_at=now,
        )
    )
    scope.session.flush()
    scope.session.add(
        tables.PatientKey(
            patient_id=patient.id,
            clinic_id=scope.clinic_id,
            master_key_id=key.master_key_id,
            wrapped_key=key.wrapped,
        )
    )
    scope.session.flush()


def get_patient(scope: ClinicScope, patient_id: UUID) -> Patient:
    """One patient of this clinic. Raises NotFound."""
    return _patient(scope.get(tables.Patient, patient_id))


def all_patients(scope: ClinicScope) -> tuple[Patient, ...]:
    """The clinic's patients, newest first."""
    table = tables.Patient
    rows = scope.session.scalars(scope.select(table).order_by(table.created_at.desc(), table.id.desc()))
    return tuple(_patient(row) for row in rows)


def get_key(scope: ClinicScope, patient_id: UUID) -> WrappedKey:
    """The patient's wrapped data key. Raises NotFound once it has been destroyed."""
    table = tables.PatientKey
    row = scope.session.scalars(
        select(table).where(table.clinic_id == scope.clinic_id, table.patient_id == patient_id)
    ).one_or_none()
    if row is None:
        raise NotFound("This patient's record was erased.")
    return WrappedKey(row.master_key_id, row.wrapped_key)


def get_sealed(scope: ClinicScope, patient_id: UUID) -> SealedPatient:
    """The sealed parts of one patient. Raises NotFound."""
    row = scope.get(tables.Patient, patient_id)
    return SealedPatient(row.first_name_sealed, row.phone_sealed)


def change_patient(scope: ClinicScope, patient: Patient) -> None:
    """Store a patient's new state, language, preferences and place."""
    row = scope.get(tables.Patient, patient.id)
    preferences = patient.preferences
    row.state, row.language, row.lock_screen = patient.state, patient.language, patient.lock_screen
    row.zone, row.wake, row.one_a_day = preferences.zone.key, preferences.wake, preferences.one_a_day
    row.quiet_start, row.quiet_end = preferences.quiet.start, preferences.quiet.end
    row.latitude = patient.place.latitude if patient.place else None
    row.longitude = patient.place.longitude if patient.place else None


def lock_patient(scope: ClinicScope, patient_id: UUID) -> None:
    """Let one unit of work at a time plan this patient's reminders; another waits, and then reads anew."""
    table = tables.Patient
    scope.session.execute(
        select(table.id)
        .where(table.clinic_id == scope.clinic_id, table.id == patient_id)
        .with_for_update(key_share=True)
    ).all()


def set_composed_until(scope: ClinicScope, patient_id: UUID, until: datetime) -> None:
    """Say how far this patient's reminders are planned."""
    _change(scope, patient_id, composed_until=until, compose_failed_at=None)


def compose_again(scope: ClinicScope, patient_id: UUID) -> None:
    """Ask the compose job to plan this patient's reminders anew."""
    _change(scope, patient_id, composed_until=None)


def note_compose_failed(scope: ClinicScope, patient_id: UUID, wall: datetime) -> None:
    """This patient's reminders could not be planned just now."""
    _change(scope, patient_id, compose_failed_at=wall)


def _change(scope: ClinicScope, patient_id: UUID, **values: datetime | None) -> None:
    scope.session.execute(
        scope.update(tables.Patient).where(tables.Patient.id == patient_id).values(**values)
    )


def unplanned(session: Session, planned_until: datetime) -> int:
    """How many patients' reminders cannot be planned, or are not planned as far as `planned_until`."""
    table = tables.Patient
    behind = or_(
        table.compose_failed_at.is_not(None),
        table.composed_until.is_(None),
        table.composed_until < planned_until,
    )
    return session.scalar(select(func.count()).where(behind, table.state != PatientState.LEFT)) or 0


def to_compose(
    session: Session, planned_until: datetime, failed_before: datetime, limit: int
) -> tuple[tuple[UUID, UUID], ...]:
    """(clinic id, patient id) of those whose reminders are not planned as far as `planned_until`.

    Those that could not be planned wait until that is as long ago as `failed_before`.
    """
    table = tables.Patient
    rows = session.execute(
        select(table.clinic_id, table.id)
        .where(
            or_(table.composed_until.is_(None), table.composed_until < planned_until),
            or_(table.compose_failed_at.is_(None), table.compose_failed_at < failed_before),
            table.state != PatientState.LEFT,
        )
        .order_by(table.composed_until.nulls_first(), table.id)
        .limit(limit)
    )
    return tuple((clinic_id, patient_id) for clinic_id, patient_id in rows)


def find_by_identifier(scope: ClinicScope, system: str, value_index: bytes) -> UUID | None:
    """The patient who has that identifier, by its keyed hash."""
    table = tables.PatientIdentifier
    return scope.session.scalars(
        select(table.patient_id).where(
            table.clinic_id == scope.clinic_id, table.system == system, table.value_index == value_index
        )
    ).one_or_none()


def add_identifier(
    scope: ClinicScope, identifier_id: UUID, patient_id: UUID, system: str, index: bytes, sealed: bytes
) -> None:
    """Give a patient an identifier in another system; unique in the clinic."""
    scope.add(
        tables.PatientIdentifier(
            id=identifier_id,
            patient_id=patient_id,
            system=system,
            value_index=index,
            value_sealed=sealed,
        )
    )
    scope.session.flush()


def _patient(row: tables.Patient) -> Patient:
    place = None
    if row.latitude is not None and row.longitude is not None:
        place = Place(row.latitude, row.longitude)
    return Patient(
        id=row.id,
        clinic_id=row.clinic_id,
        state=row.state,
        language=row.language,
        preferences=Preferences(
            zone=ZoneInfo(row.zone),
            wake=row.wake,
            quiet=QuietHours(row.quiet_start, row.quiet_end),
            one_a_day=row.one_a_day,
        ),
        lock_screen=row.lock_screen,
        place=place,
    )
