"""The phones of a clinic's patients: which there are, shutting one out, and what such a one still sent."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from apiflask import APIBlueprint
from flask import Response, jsonify, request

from pwa.domain.errors import BadInput
from pwa.domain.patient import Device
from pwa.services import joining, quarantine
from pwa.services.instants import instant
from pwa.services.quarantine import ShownEvent
from pwa.store import devices, patients
from pwa.store.scope import in_clinic
from pwa.web.auth import for_staff, moment, this_person
from pwa.web.units import reading, the_house, writing

blueprint = APIBlueprint("devices", __name__, url_prefix="/api/v1/clinic")


@blueprint.get("/patients/<uuid:patient_id>/devices")
@for_staff
def show_devices(patient_id: UUID) -> Response:
    """A patient's phones, those that are out too, the oldest first."""
    with reading() as session:
        scope = in_clinic(session, this_person().clinic_id)
        patients.get_patient(scope, patient_id)
        found = devices.devices_of(scope, patient_id)
    return jsonify(devices=[_device(one) for one in found])


@blueprint.post("/patients/<uuid:patient_id>/devices/<uuid:device_id>/revoke")
@for_staff
def revoke(patient_id: UUID, device_id: UUID) -> Response:
    """Shut a phone out: it reads nothing any more, and nothing is pushed to it."""
    person = this_person()
    with writing() as session:
        scope = in_clinic(session, person.clinic_id)
        device = joining.revoke(scope, patient_id, device_id, person.staff_id, moment())
    return jsonify(_device(device))


@blueprint.get("/quarantine")
@for_staff
def show_quarantine() -> Response:
    """What phones sent after they were shut out, the newest first; `?before=` and the last id: older ones."""
    with reading() as session:
        scope = in_clinic(session, this_person().clinic_id)
        page = quarantine.newest(scope, the_house().keys, _before())
    return jsonify(quarantine=[_event(one) for one in page.events], more=page.more)


def _before() -> UUID | None:
    given = request.args.get("before")
    try:
        return None if given is None else UUID(given)
    except ValueError:
        raise BadInput("Say from where: ?before= and the id of the last one.") from None


def _device(device: Device) -> dict[str, Any]:
    return {
        "id": str(device.id),
        "label": device.label,
        "state": device.state,
        "joined_at": instant(device.joined_at),
        "last_seen_at": instant(device.last_seen_at),
        "revoked_at": _instant(device.revoked_at),
        "revoked_by": device.revoked_by,
    }


def _event(one: ShownEvent) -> dict[str, Any]:
    stored = one.stored
    return {
        "id": str(stored.id),
        "patient": {"id": str(stored.patient_id), "first_name": one.first_name},
        "device": {"id": str(stored.device_id), "label": one.device_label},
        "event_id": str(stored.event_id),
        "kind": stored.kind,
        "tapped_at": instant(stored.tapped_at),
        "received_at": instant(stored.received_at),
        "content": one.content,
    }


def _instant(at: datetime | None) -> str | None:
    return None if at is None else instant(at)
