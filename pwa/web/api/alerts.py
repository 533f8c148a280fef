"""The clinic's inbox: what to act on, the acts, and what stands beside it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from apiflask import APIBlueprint
from flask import Response, jsonify, request
from sqlalchemy.orm import Session

from pwa.domain.alert import Alert, AlertOutcome
from pwa.domain.clinic import Clinic
from pwa.domain.errors import BadInput
from pwa.services import acting, inbox, viewing
from pwa.services.inbox import ShownAlert, ShownCheckIn, ShownConflict, ShownReason, Whose
from pwa.services.instants import instant
from pwa.services.silence import SilentPatient, silent_patients
from pwa.store import alerts, clinics
from pwa.store.alerts import AlertReason
from pwa.store.scope import ClinicScope, in_clinic
from pwa.web.api.schemas import CloseAlertIn
from pwa.web.auth import for_staff, moment, this_person
from pwa.web.units import reading, the_house, writing

blueprint = APIBlueprint("alerts", __name__, url_prefix="/api/v1/clinic")


@blueprint.get("/alerts")
@for_staff
def show_alerts() -> Response:
    """What is not closed, in the order to act on it; 304 while nothing has changed.

    That somebody has read of an alert is recorded once an hour: their page asks every 3 seconds, and a
    trail of that would hide the rest. Who took it is recorded by itself.
    """
    person = this_person()
    with reading() as session:
        scope = in_clinic(session, person.clinic_id)
        # Read before the rest: what changes meanwhile makes the next question a new one.
        tag = f"{person.clinic_id}.{alerts.changes(scope)}"
        if request.if_none_match.contains(tag):
            return _tagged(Response(status=304), tag)
        rows = inbox.waiting(scope, the_house().keys)
        ids = [row.alert.id for row in rows]
        unrecorded = viewing.unrecorded(scope, person.staff_id, viewing.ALERT_VIEW, ids, moment())
    _record_views(viewing.ALERT_VIEW, unrecorded)
    return _tagged(jsonify(alerts=[_alert(row) for row in rows]), tag)


def _tagged(response: Response, tag: str) -> Response:
    response.set_etag(tag)
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.post("/alerts/<uuid:alert_id>/acknowledge")
@for_staff
def acknowledge(alert_id: UUID) -> Response:
    """Take an alert: nobody else is told. The patient hears that it was seen once this cannot be undone."""
    return _acted(lambda scope, clinic: acting.acknowledge(scope, clinic, alert_id, this_person(), moment()))


@blueprint.post("/alerts/<uuid:alert_id>/undo")
@for_staff
def undo(alert_id: UUID) -> Response:
    """Give an alert back that was taken by mistake, within 30 seconds."""
    return _acted(
        lambda scope, clinic: acting.undo_acknowledge(scope, clinic, alert_id, this_person(), moment())
    )


@blueprint.post("/alerts/<uuid:alert_id>/return")
@for_staff
def put_back(alert_id: UUID) -> Response:
    """Put an acknowledged alert back to the top, for others."""
    return _acted(lambda scope, clinic: acting.put_back(scope, clinic, alert_id, this_person(), moment()))


@blueprint.post("/alerts/<uuid:alert_id>/close")
@for_staff
@blueprint.input(CloseAlertIn)
def close(alert_id: UUID, json_data: CloseAlertIn) -> Response:
    """Close an alert with what was done."""
    ending = AlertOutcome(json_data.outcome), json_data.note
    return _acted(
        lambda scope, clinic: acting.close(
            scope, clinic, the_house().keys, alert_id, this_person(), ending, moment()
        )
    )


def _acted(act: Callable[[ClinicScope, Clinic], Alert]) -> Response:
    clinic_id = this_person().clinic_id
    with writing() as session:
        scope = in_clinic(session, clinic_id)
        done = act(scope, clinics.get_clinic(session, clinic_id))
        row = inbox.one_alert(scope, the_house().keys, done)
    return jsonify(_alert(row))


@blueprint.get("/check-ins")
@for_staff
def show_check_ins() -> Response:
    """The check-ins of `?patient=` of the last 60 days, the newest first. That they were read is recorded."""
    try:
        patient_id = UUID(request.args.get("patient", ""))
    except ValueError:
        raise BadInput("Say whose: ?patient= and their id.") from None
    with reading() as session:
        scope = in_clinic(session, this_person().clinic_id)
        found = inbox.recent_check_ins(scope, the_house().keys, patient_id, moment())
    _record_views(viewing.CHECK_INS_VIEW, [patient_id])
    return jsonify(check_ins=[_check_in(one) for one in found])


@blueprint.get("/silent")
@for_staff
def show_silent() -> Response:
    """Patients who do not answer, and phones that nothing reaches."""
    with reading() as session:
        scope, clinic = _scope_and_clinic(session)
        found = silent_patients(scope, clinic, the_house().keys, moment())
    return jsonify(patients=[_silent(one) for one in found])


@blueprint.get("/conflicts")
@for_staff
def show_conflicts() -> Response:
    """What phones sent under an id that had another content already. As with alerts, reading is recorded."""
    with reading() as session:
        scope, _ = _scope_and_clinic(session)
        found = inbox.conflicts(scope, the_house().keys)
        whose, staff_id = [one.whose.patient_id for one in found], this_person().staff_id
        unrecorded = viewing.unrecorded(scope, staff_id, viewing.CONFLICTS_VIEW, whose, moment())
    _record_views(viewing.CONFLICTS_VIEW, unrecorded)
    return jsonify(conflicts=[_conflict(one) for one in found])


def _record_views(view: tuple[str, str], ids: Sequence[UUID]) -> None:
    person = this_person()
    if ids:
        with writing() as session:
            scope = in_clinic(session, person.clinic_id)
            viewing.record_views(scope, person.staff_id, view, ids, moment())


def _scope_and_clinic(session: Session) -> tuple[ClinicScope, Clinic]:
    clinic_id = this_person().clinic_id
    return in_clinic(session, clinic_id), clinics.get_clinic(session, clinic_id)


def _alert(row: ShownAlert) -> dict[str, Any]:
    alert = row.alert
    return {
        "id": str(alert.id),
        "state": alert.state,
        "level": alert.level,
        "patient": _whose(row.whose),
        "opened_at": instant(alert.opened_at),
        "waiting_since": instant(alert.waiting_since),
        "call_at": _instant(alert.call_at),
        "acknowledged": _acknowledged(row),
        "came_after": [_later(one) for one in row.came_after],  # it was taken, and that stands
        "closed": _closed(alert),
        "called": None if alert.called is None else {"answer": alert.called, "at": _instant(alert.called_at)},
        "reopens": str(alert.reopens_id) if alert.reopens_id else None,
        "reasons": [_reason(one) for one in row.reasons],
        "check_ins": [_check_in(one) for one in row.check_ins],
    }


def _acknowledged(row: ShownAlert) -> dict[str, Any] | None:
    held = row.alert.acknowledgement
    if held is None:
        return None
    return {
        "by": {"id": str(held.by), "name": row.acknowledged_by},
        "at": instant(held.at),
        "undo_until": instant(held.undo_until),
        "returns_at": _instant(held.returns_at),
    }


def _later(reason: AlertReason) -> dict[str, Any]:
    return {
        "check_in_id": str(reason.event_id),
        "rule": reason.rule or None,
        "level": reason.level,
        "at": instant(reason.tapped_at),
        "joined_at": instant(reason.at),
    }


def _closed(alert: Alert) -> dict[str, Any] | None:
    closing = alert.closing
    if closing is None:
        return None
    return {"by": str(closing.by), "at": instant(closing.at), "outcome": closing.outcome}


def _whose(whose: Whose) -> dict[str, Any]:
    return {
        "id": str(whose.patient_id),
        "first_name": whose.first_name,
        "language": whose.language,
        "procedure": whose.procedure,
        "treated_on": whose.treated_on.isoformat() if whose.treated_on else None,
    }


def _reason(one: ShownReason) -> dict[str, Any]:
    reason = one.reason
    return {
        "rule": reason.rule or None,
        "level": reason.level,
        "day": reason.day,
        "check_in_id": str(reason.event_id),
        "at": instant(reason.tapped_at),
        "values": dict(one.values),
    }


def _check_in(one: ShownCheckIn) -> dict[str, Any]:
    stored = one.stored
    return {
        "id": str(stored.event_id),
        "plan_id": str(stored.care_plan_id),
        "day": stored.day,
        "tapped_at": instant(stored.tapped_at),
        "received_at": instant(stored.received_at),
        "level": stored.level,
        "complete": stored.complete,
        "incomplete": stored.incomplete,  # part of what was sent could not be read
        "reasons": list(stored.reasons),
        "undone": stored.undone,
        "superseded": stored.superseded,
        "answers": None if one.answers is None else dict(one.answers),  # the record cannot be read
        "note": one.note,
    }


def _silent(one: SilentPatient) -> dict[str, Any]:
    return {
        "id": str(one.id),
        "first_name": one.first_name,
        "procedure": one.procedure,
        "day_number": one.day_number,
        "because": list(one.because),
        "missed_days": one.missed_days,
        "unheard_reminders": one.unheard_reminders,
        "last_seen_at": _instant(one.last_seen_at),
        "last_check_in_at": _instant(one.last_check_in_at),
    }


def _conflict(one: ShownConflict) -> dict[str, Any]:
    return {
        "id": str(one.id),
        "patient": _whose(one.whose),
        "event_id": str(one.event_id),
        "kind": one.kind,
        "stored_at": instant(one.stored_at),
        "received_at": instant(one.received_at),
        "stored": one.stored,
        "other": one.other,
    }


def _instant(at: datetime | None) -> str | None:
    return None if at is None else instant(at)
