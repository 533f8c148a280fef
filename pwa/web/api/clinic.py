"""What clinic staff do: sign in, enrol, and see who has joined and what they did."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from apiflask import APIBlueprint
from flask import Response, jsonify, request
from sqlalchemy.orm import Session

from pwa.services import enrolment, joining, overview, staffing
from pwa.services.enrolment import Enrolled
from pwa.services.enrolment_form import Enrolment
from pwa.services.instants import instant
from pwa.services.joining import Invitation
from pwa.services.shelf import protocol
from pwa.store import clinics, patients, protocols
from pwa.store.scope import ClinicScope, in_clinic
from pwa.web.api.schemas import EnrolIn, SignInIn
from pwa.web.auth import (
    STAFF_COOKIE,
    caller,
    clear_cookie,
    for_staff,
    moment,
    set_cookie,
    this_person,
)
from pwa.web.units import reading, the_house, writing, written

REQUEST = "urn:afterbeam:enrolment-request"  # the system of the ids that the clinic page makes

blueprint = APIBlueprint("clinic", __name__, url_prefix="/api/v1/clinic")


@blueprint.post("/session")
@blueprint.input(SignInIn)
def sign_in(json_data: SignInIn) -> Response:
    """Sign this browser in; a session it had before ends."""
    with writing() as session:
        staffing.count_sign_in_try(session, the_house().keys, json_data.email, caller(), moment())
    with reading() as session:
        account = staffing.check_password(session, json_data.email, json_data.password)
    with writing() as session:
        staffing.end(session, request.cookies.get(STAFF_COOKIE, ""), moment())
        token = staffing.sign_in(session, account, moment())
        staffing.note_right_password(session, the_house().keys, json_data.email, caller(), moment())
    response = Response(status=204)
    set_cookie(response, STAFF_COOKIE, token, int(staffing.SESSION_LIFE.total_seconds()))
    return response


@blueprint.delete("/session")
@for_staff
def sign_out() -> Response:
    """Sign this browser out for good."""
    with writing() as session:
        staffing.sign_out(session, request.cookies[STAFF_COOKIE], this_person(), moment())
    response = Response(status=204)
    clear_cookie(response, STAFF_COOKIE)
    return response


@blueprint.get("/overview")
@for_staff
def show_overview() -> Response:
    """The clinic, what it can enrol with, and its patients."""
    person, house = this_person(), the_house()
    with reading() as session:
        scope = in_clinic(session, person.clinic_id)
        clinic = clinics.get_clinic(session, person.clinic_id)
        rows = overview.patient_rows(scope, clinic, house.keys, moment())
        procedures = [_procedure(scope, version) for version in protocols.versions(scope)]
    return jsonify(
        person={"name": person.name, "role": person.role},
        clinic={"name": clinic.name, "zone": clinic.zone.key, "trial": clinic.stage == "trial"},
        now=instant(moment().care),
        procedures=procedures,
        patients=[_patient(row) for row in rows],
    )


@blueprint.post("/patients")
@for_staff
@blueprint.input(EnrolIn)
def enrol(json_data: EnrolIn) -> Response:
    """Enrol a patient; answers with the invitation for their phone. Asked again, with a new one."""
    enrolled = written(lambda session: _enrolled(session, json_data))
    response = jsonify(patient_id=str(enrolled.patient_id), **_invitation(enrolled.invitation))
    response.status_code = 201
    return response


def _enrolled(session: Session, asked: EnrolIn) -> Enrolled:
    person, now = this_person(), moment()
    return enrolment.enrol(
        in_clinic(session, person.clinic_id),
        clinics.get_clinic(session, person.clinic_id),
        the_house().keys,
        now,
        Enrolment(
            procedure=asked.procedure,
            treated_at=(asked.treated_at or now.care).isoformat(),
            first_name=asked.first_name,
            variant=asked.variant,
            area=asked.area,
            language=asked.language,
            prescribed=frozenset(asked.prescribed),
            risks=None if asked.risks is None else frozenset(asked.risks),
            external_id=f"{REQUEST}={asked.request_id}" if asked.request_id else None,
        ),
        ("staff", str(person.staff_id)),
    )


@blueprint.post("/patients/<uuid:patient_id>/invitations")
@for_staff
def invite(patient_id: UUID) -> Response:
    """A new invitation; the ones before stop working."""
    person, now = this_person(), moment()
    with writing() as session:
        scope = in_clinic(session, person.clinic_id)
        patient = patients.get_patient(scope, patient_id)
        invitation = joining.invite(scope, the_house().keys, patient.id, now)
        clinics.record_act(
            scope, now.wall, ("staff", str(person.staff_id)), "patient.invite", ("patient", str(patient.id))
        )
    response = jsonify(_invitation(invitation))
    response.status_code = 201
    return response


def _invitation(invitation: Invitation) -> dict[str, Any]:
    return {
        "join_url": joining.join_url(the_house().config.public_url, invitation),
        "join_code": invitation.code,
        "code_expires_at": instant(invitation.code_expires_at),
        "qr": joining.qr_modules(the_house().config.public_url, invitation),
    }


def _procedure(scope: ClinicScope, version: protocols.StoredVersion) -> dict[str, Any]:
    content = protocol(scope.session, version.content_hash)
    return {
        "id": content.procedure,
        "name": content.texts[content.name_text_id].in_language("en").title,
        "variants": list(content.variants),
        "areas": list(content.areas),
        "prescribable": list(content.prescribable),
        "approved": version.approved_at is not None,
    }


def _patient(row: overview.PatientRow) -> dict[str, Any]:
    return {
        "id": str(row.id),
        "first_name": row.first_name,
        "procedure": row.procedure_name,
        "day_number": row.day_number,
        "treated_on": row.treated_on.isoformat(),
        "state": row.state,
        "device": row.device_label,
        "joined_at": instant(row.joined_at) if row.joined_at else None,
        "reminders_on": row.reminders_on,
        "shown_at": instant(row.shown_at) if row.shown_at else None,
        "outcomes": [
            {
                "title": one.title,
                "value": one.value,
                "day": one.day.isoformat(),
                "tapped_at": instant(one.tapped_at),
            }
            for one in row.outcomes
        ],
    }
