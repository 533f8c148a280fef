"""What a patient's phone reads and sends: its bundle, its events, and that it leaves."""

from __future__ import annotations

import hashlib
import json
from typing import Any
from uuid import UUID

from apiflask import APIBlueprint
from flask import Response, jsonify, request
from pydantic import ValidationError

from pwa.services import joining
from pwa.services.bundle import build_bundle
from pwa.services.syncing import Answer, PatientEvent, SyncResult, take_in
from pwa.store import clinics, operations
from pwa.store.scope import in_clinic
from pwa.web.api.schemas import EventIn, SyncIn
from pwa.web.auth import DEVICE_COOKIE, clear_cookie, for_devices, moment, this_device
from pwa.web.units import reading, the_house, writing

blueprint = APIBlueprint("patients", __name__, url_prefix="/api/v1")

# They change with every request and say nothing new.
_NOT_IN_THE_TAG = frozenset({"generated_at", "clock"})


@blueprint.get("/bundle")
@for_devices
def bundle() -> Response:
    """All this phone needs to read offline for the next 14 days."""
    house, device = the_house(), this_device()
    with reading() as session:
        content = build_bundle(
            in_clinic(session, device.clinic_id), house.keys, device, moment(), house.demo, house.vapid_key
        )
    response = jsonify(content)
    response.set_etag(_tag(dict(content)))
    response.headers["Cache-Control"] = "no-store"
    response.make_conditional(request)  # in place
    return response


def _tag(content: dict[str, Any]) -> str:
    lasting = {name: part for name, part in content.items() if name not in _NOT_IN_THE_TAG}
    return hashlib.sha256(json.dumps(lasting, sort_keys=True).encode()).hexdigest()[:32]


@blueprint.post("/sync")
@blueprint.input(SyncIn)
@for_devices
def sync(json_data: SyncIn) -> Response:
    """Take in what the phone made; each event is answered for by its own id."""
    house, device = the_house(), this_device()
    readable, unreadable = _read_events(json_data.events)
    with writing() as session:
        scope = in_clinic(session, device.clinic_id)
        clinic = clinics.get_clinic(session, device.clinic_id)
        answers = take_in(scope, clinic, house.keys, device, readable, json_data.zone, moment())
        epoch = operations.get_epoch(session) or ""
    results = [*map(_result, answers), *unreadable]
    return jsonify(epoch=epoch, results=results)


def _read_events(raw: list[dict[str, Any]]) -> tuple[list[PatientEvent], list[dict[str, str]]]:
    """Events whose frame can be read, and an answer for each whose frame cannot."""
    readable: list[PatientEvent] = []
    unreadable: list[dict[str, str]] = []
    for content in raw:
        try:
            frame = EventIn.model_validate(content)
        except ValidationError:
            reason = "The server cannot read this entry. It stays on this phone; show it to your clinic."
            unreadable.append(
                {"id": str(content.get("id", "")), "result": SyncResult.REJECTED, "reason": reason}
            )
            continue
        readable.append(_event(frame, content))
    return readable, unreadable


def _event(frame: EventIn, content: dict[str, Any]) -> PatientEvent:
    return PatientEvent(
        id=UUID(str(frame.id)),
        seq=frame.seq,
        schema=frame.schema_,
        kind=frame.kind,
        tapped_at=frame.tapped_at,
        content=content,
    )


def _result(answer: Answer) -> dict[str, str]:
    part = {"id": str(answer.id), "result": str(answer.result)}
    return {**part, "reason": answer.reason} if answer.reason else part


@blueprint.post("/leave")
@for_devices
def leave() -> Response:
    """Take this phone out: its credentials and its push subscription end."""
    device = this_device()
    with writing() as session:
        joining.leave(in_clinic(session, device.clinic_id), device, "patient.leave", moment())
    response = Response(status=204)
    clear_cookie(response, DEVICE_COOKIE)
    return response
