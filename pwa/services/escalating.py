"""The dispatcher's watch over alerts: tell staff again, bring back what nobody closed, judge what is left."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from uuid import UUID

from sqlalchemy.orm import Session

from pwa.clock import Moment
from pwa.logs import get_logger
from pwa.services import vaults
from pwa.services.alerting import escalate_one
from pwa.services.judging import Bench, judge
from pwa.store import alerts, check_ins, clinics, patients
from pwa.store.database import Database
from pwa.store.scope import as_dispatcher, in_clinic
from pwa.vault.keyring import MasterKeys

AT_ONCE = 200

log = get_logger()


def escalate(database: Database, keys: MasterKeys, moment: Moment, stopping: Callable[[], bool]) -> int:
    """Do what is due for up to 200 alerts, each in a unit of work of its own; returns for how many.

    Any number of dispatchers may run: an alert that another one holds is left to it.
    """
    with database.read() as session:
        as_dispatcher(session)
        due = alerts.due_alerts(session, moment.care, AT_ONCE)
        unjudged = check_ins.unjudged(session, AT_ONCE)
    done = 0
    for clinic_id, patient_id, event_id in unjudged:
        if not stopping():
            one = (clinic_id, patient_id, event_id)
            done += _tried(database, partial(_judge, keys=keys, which=one, moment=moment))
    for clinic_id, alert_id in due:
        if not stopping():
            done += _tried(database, partial(_escalate, which=(clinic_id, alert_id), moment=moment))
    return done


def _tried(database: Database, work: Callable[[Session], bool]) -> bool:
    """One that fails must not keep the others waiting; the next beat tries it again."""
    try:
        with database.write() as session:
            return work(session)
    except Exception:
        log.exception("not_escalated")
        return False


def _judge(session: Session, keys: MasterKeys, which: tuple[UUID, UUID, UUID], moment: Moment) -> bool:
    clinic_id, patient_id, event_id = which
    scope, clinic = in_clinic(session, clinic_id), clinics.get_clinic(session, clinic_id)
    patients.lock_patient(scope, patient_id)
    vault = vaults.open_vault(scope, keys, patient_id)
    judge(Bench(scope, clinic, vault, moment), event_id)
    return True


def _escalate(session: Session, which: tuple[UUID, UUID], moment: Moment) -> bool:
    clinic_id, alert_id = which
    scope, clinic = in_clinic(session, clinic_id), clinics.get_clinic(session, clinic_id)
    return escalate_one(scope, clinic, alert_id, moment)
