"""What a patient's phone reads and sends: its bundle, its events, and that it leaves."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from apiflask import APIBlueprint
from flask import Response, jsonify, request
from pydantic import ValidationError
from sqlalchemy.orm import Session

from pwa.domain.patient import Device, DeviceState
from pwa.services import joining, quarantine
from pwa.services.bundle import build_bundle
from pwa.services.patient_events import UNREADABLE, Answer, PatientEvent, SyncResult
from pwa.services.phone_clock import care_behind
from pwa.services.syncing import take_in
from pwa.store import clinics, devices, operations
from pwa.store.scope import in_clinic
from pwa.web.api.schemas import EventIn, SyncIn
from pwa.web.auth import (
    DEVICE_COOKIE,
    clear_cookie,
    for_devices,
    for_devices_and_shut_out,
    for_new_devices,
    moment,
    this_device,
)
from pwa.web.json_bodies import with_texts
from pwa.web.units import reading, the_house, writing, written

blueprint = APIBlueprint("patients", __name__, url_prefix="/api/v1")

MOST_EVENTS = 50  # in one unit of work: others wait to write
NOTE_OPENED_EVERY = timedelta(minutes=5)
# They change with every request and say nothing new; only the demo's clock is news, when its speed changes.
_NOT_IN_THE_TAG = frozenset({"generated_at", "clock"})
_NOT_IN_THE_TAG_OF_THE_DEMO = frozenset({"generated_at"})


@blueprint.get("/bundle")
@for_devices
def bundle() -> Response:
    """All this phone needs to read offline for the next 14 days."""
    house, device = the_house(), this_device()
    _note_opened()
    with reading() as session:
        content = build_bundle(
            in_clinic(session, device.clinic_id), house.keys, device, moment(), house.demo, house.vapid_key
        )
    response = jsonify(content)
    response.set_etag(_tag(dict(content), _NOT_IN_THE_TAG_OF_THE_DEMO if house.demo else _NOT_IN_THE_TAG))
    response.headers["Cache-Control"] = "no-store"
    response.make_conditional(request)  # in place
    return response


def _note_opened() -> None:
    """An app that is opened is a phone that is reached; noted every few minutes, for each note is a write."""
    device = this_device()
    if moment().wall - device.last_seen_at < NOTE_OPENED_EVERY:
        return
    with writing() as session:
        devices.saw_device(in_clinic(session, device.clinic_id), device.id, moment().wall, 0, None)


def _tag(content: dict[str, Any], left_out: frozenset[str]) -> str:
    lasting = {name: part for name, part in content.items() if name not in left_out}
    return hashlib.sha256(json.dumps(lasting, sort_keys=True).encode()).hexdigest()[:32]


@blueprint.post("/sync")
@for_devices_and_shut_out
@blueprint.input(SyncIn)
def sync(json_data: SyncIn) -> Response:
    """Take in what the phone made, the first 50 events of it; each is answered for by its own id.

    What a phone sends that its clinic shut out goes into the quarantine. What has no room there gets no
    answer, and stays on the phone.
    """
    house, device, now = the_house(), this_device(), moment()
    events = [_event(content, device, now.care) for content in json_data.events[:MOST_EVENTS]]
    zone = json_data.zone if isinstance(json_data.zone, str) else None
    behind = care_behind(json_data.sent_at, now, house.demo.speed if house.demo else 1)

    def take(session: Session) -> tuple[Sequence[Answer | None], str]:
        scope = in_clinic(session, device.clinic_id)
        answers: Sequence[Answer | None]
        if device.state is DeviceState.REVOKED:
            answers = quarantine.append(scope, house.keys, device, events, now, behind)
        else:
            clinic = clinics.get_clinic(session, device.clinic_id)
            answers = take_in(scope, clinic, house.keys, device, events, zone, now, behind)
        return answers, operations.get_epoch(session) or ""

    answers, epoch = written(take)
    too_many = [_later(content, device) for content in json_data.events[MOST_EVENTS:]]
    pairs = zip(json_data.events, [*answers, *too_many], strict=True)
    return jsonify(epoch=epoch, results=[_result(content, answer) for content, answer in pairs if answer])


def _later(content: Any, device: Device) -> Answer:
    return Answer(_id_of(content, device), SyncResult.LATER, "too_many")


def _event(content: Any, device: Device, now: datetime) -> PatientEvent:
    """An event by its frame. One whose frame cannot be read is kept too, under the id it seems to have."""
    sent, content = content, with_texts(content)
    try:
        frame = EventIn.model_validate(content)
    except ValidationError:
        return PatientEvent(_id_of(content, device), 0, 0, UNREADABLE, now, content)
    is_whole = content == sent
    return PatientEvent(frame.id, frame.seq, frame.schema_, frame.kind, frame.tapped_at, content, is_whole)


def _id_of(content: Any, device: Device) -> UUID:
    content = with_texts(content)
    try:
        return UUID(str(content["id"]))
    except (ValueError, KeyError, TypeError, IndexError):
        # Made from the content, so that the same one sent again is the same event.
        return uuid5(device.id, json.dumps(content, sort_keys=True))


def _id_as_sent(content: Any, answer: Answer) -> str:
    """The phone's own spelling of an id: it finds the event by nothing else."""
    sent = content.get("id") if isinstance(content, dict) else None
    return sent if isinstance(sent, str) else str(answer.id)


def _result(content: Any, answer: Answer) -> dict[str, str]:
    part = {"id": _id_as_sent(content, answer), "result": str(answer.result)}
    return {**part, "reason": answer.reason} if answer.reason else part


@blueprint.delete("/device")
@for_new_devices
def leave() -> Response:
    """Take this phone out: its credentials and its push subscription end."""
    device = this_device()
    with writing() as session:
        joining.leave(in_clinic(session, device.clinic_id), device, "patient.leave", moment())
    response = Response(status=204)
    clear_cookie(response, DEVICE_COOKIE)
    return response
