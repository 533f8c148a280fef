"""The dispatcher's other jobs: plan ahead, end what is too late, tell once about an outage."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from pwa.clock import Moment
from pwa.domain.notice import Notice, NoticeKind, NoticeState
from pwa.domain.quiet_hours import is_quiet, quiet_ends
from pwa.domain.schedule import local_day
from pwa.logs import get_logger
from pwa.services.composing import recompose, stale_before
from pwa.store import backups, clinics, expiring, notices, operations, patients
from pwa.store.database import Database
from pwa.store.expiring import Missed
from pwa.store.ids import new_id
from pwa.store.scope import as_dispatcher, in_clinic

COMPOSE_AT_ONCE = 100
RETRY_BROKEN = timedelta(minutes=10)
EXPIRE_AT_ONCE = 500
SUMMARY_USEFUL = timedelta(hours=3)
BACK_UP_EVERY = timedelta(hours=1)
HEARTBEAT = "dispatcher"

log = get_logger()


def compose_ahead(database: Database, moment: Moment, stopping: Callable[[], bool]) -> int:
    """Plan the reminders of up to 100 patients whose horizon is running out; 0: no more can be done now.

    Stops between patients when `stopping` says so.
    """
    with database.read() as session:
        as_dispatcher(session)
        failed_before = moment.wall - RETRY_BROKEN
        waiting = patients.to_compose(session, stale_before(moment), failed_before, COMPOSE_AT_ONCE)
    done = 0
    for clinic_id, patient_id in waiting:
        if stopping():
            return 0
        done += _compose_one(database, clinic_id, patient_id, moment)
    return done


def _compose_one(database: Database, clinic_id: UUID, patient_id: UUID, moment: Moment) -> bool:
    """Plan one patient's reminders, or note that it cannot be done; False when the database was too busy."""
    try:
        with database.write() as session:
            clinic = clinics.get_clinic(session, clinic_id)
            recompose(in_clinic(session, clinic_id), clinic, patient_id, moment)
    except OperationalError:  # no fault of the plan: the next beat tries again
        log.exception("compose_failed", patient_id=patient_id)
        return False
    except Exception:  # one broken plan must not leave the others without reminders
        log.exception("compose_failed", patient_id=patient_id)
        with database.write() as session:
            patients.note_compose_failed(in_clinic(session, clinic_id), patient_id, moment.wall)
    return True


def expire_late(database: Database, moment: Moment) -> int:
    """End notices whose useful time has passed; a person who got none of theirs is told once."""
    with database.write() as session:
        as_dispatcher(session)
        missed = expiring.unsent_for_the_reachable(session, moment.care, EXPIRE_AT_ONCE)
        expired = expiring.expire(session, moment.care, moment.wall, EXPIRE_AT_ONCE)
        for person in missed:
            _plan_summary(session, person, moment)
    return expired


def _plan_summary(session: Session, missed: Missed, moment: Moment) -> None:
    """Plan the one notice after an outage, unless a reminder that is due now says enough."""
    if expiring.is_told(session, missed.patient_id, moment.care):
        return
    scope = in_clinic(session, missed.clinic_id)
    preferences = patients.get_patient(scope, missed.patient_id).preferences
    due_at = moment.care
    if is_quiet(preferences.quiet, preferences.zone, due_at):
        due_at = quiet_ends(preferences.quiet, preferences.zone, due_at) or due_at
    notices.add_notice(
        scope,
        Notice(
            id=new_id(moment.wall),
            clinic_id=missed.clinic_id,
            patient_id=missed.patient_id,
            kind=NoticeKind.SUMMARY,
            slot_key=f"summary/{local_day(due_at, preferences.zone).isoformat()}",
            due_at=due_at,
            useful_until=due_at + SUMMARY_USEFUL,
            state=NoticeState.PLANNED,
        ),
        moment.wall,
    )


def keep_house(database: Database, moment: Moment) -> int:
    """Throw away what nobody needs any more; returns how many rows."""
    with database.write() as session:
        return operations.forget_old_tries(session, moment.wall)


def back_up(database: Database, folder: Path, moment: Moment) -> Path | None:
    """Copy an embedded database once an hour, and forget old copies; returns the new copy, if one was due."""
    if not database.is_sqlite or not backups.is_due(folder, moment.wall, BACK_UP_EVERY):
        return None
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    copy = folder / backups.name_at(moment.wall)
    backups.back_up(database, copy)
    backups.forget_old(folder)
    return copy


def beat(database: Database, moment: Moment) -> None:
    """Say that a whole pass went well."""
    with database.write() as session:
        operations.beat(session, HEARTBEAT, moment.wall)
