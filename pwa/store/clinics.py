"""Clinics, and the acts recorded in them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from pwa.domain.clinic import Clinic
from pwa.domain.errors import NotFound
from pwa.domain.opening_hours import OpeningHours
from pwa.domain.sun import Place
from pwa.store import tables
from pwa.store.ids import new_id
from pwa.store.scope import ClinicScope


def add_clinic(session: Session, clinic: Clinic, now: datetime) -> None:
    """Store a new clinic with its hours and holidays."""
    session.add(
        tables.Clinic(
            id=clinic.id,
            name=clinic.name,
            zone=clinic.zone.key,
            country=clinic.country,
            day_phone=clinic.day_phone,
            night_phone=clinic.night_phone,
            latitude=clinic.place.latitude,
            longitude=clinic.place.longitude,
            stage=clinic.stage,
            triage_mode=clinic.triage_mode,
            created_at=now,
        )
    )
    session.flush()
    for weekday, (opens, closes) in sorted(clinic.hours.week.items()):
        session.add(tables.ClinicHours(clinic_id=clinic.id, weekday=weekday, opens=opens, closes=closes))
    for day in sorted(clinic.hours.holidays):
        session.add(tables.ClinicHoliday(clinic_id=clinic.id, day=day))
    session.flush()


def get_clinic(session: Session, clinic_id: UUID) -> Clinic:
    """The clinic of that id. Raises NotFound."""
    row = session.get(tables.Clinic, clinic_id)
    if row is None:
        raise NotFound("There is no clinic with that id. `afterbeam clinic list` shows those there are.")
    return _clinic(session, row)


def all_clinics(session: Session) -> tuple[Clinic, ...]:
    """Every clinic, oldest first."""
    rows = session.scalars(select(tables.Clinic).order_by(tables.Clinic.created_at, tables.Clinic.id))
    return tuple(_clinic(session, row) for row in rows)


def _clinic(session: Session, row: tables.Clinic) -> Clinic:
    hours = session.scalars(select(tables.ClinicHours).where(tables.ClinicHours.clinic_id == row.id))
    holidays = session.scalars(
        select(tables.ClinicHoliday.day).where(tables.ClinicHoliday.clinic_id == row.id)
    )
    return Clinic(
        id=row.id,
        name=row.name,
        country=row.country,
        day_phone=row.day_phone,
        night_phone=row.night_phone,
        place=Place(row.latitude, row.longitude),
        stage=row.stage,
        triage_mode=row.triage_mode,
        hours=OpeningHours(
            ZoneInfo(row.zone),
            {row.weekday: (row.opens, row.closes) for row in hours},
            frozenset(holidays),
        ),
    )


def record_act(
    scope: ClinicScope,
    now: datetime,
    actor: tuple[str, str],
    act: str,
    subject: tuple[str, str],
) -> None:
    """Write who did what to what, in the transaction of the act itself.

    `actor` is (kind, id), e.g. ("staff", "<uuid>"); `subject` is (kind, id). Never health data.
    """
    scope.add(
        tables.AuditEntry(
            id=new_id(now),
            at=now,
            actor_kind=actor[0],
            actor_id=actor[1],
            act=act,
            object_kind=subject[0],
            object_id=subject[1],
        )
    )


def acted_on(
    scope: ClinicScope, actor: tuple[str, str], act: str, kind: str, since: datetime
) -> frozenset[str]:
    """The ids of the objects of a kind to which somebody has done this since then."""
    table = tables.AuditEntry
    found = scope.session.scalars(
        select(table.object_id).where(
            table.clinic_id == scope.clinic_id,
            table.at > since,
            table.actor_kind == actor[0],
            table.actor_id == actor[1],
            table.act == act,
            table.object_kind == kind,
        )
    )
    return frozenset(found)
