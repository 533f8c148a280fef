"""Push subscriptions, the test that proves them, and what phones report back."""

from __future__ import annotations

from uuid import UUID

from apiflask import APIBlueprint
from flask import Response, jsonify

from pwa.domain.notice import ReceiptKind
from pwa.services import reaching
from pwa.services.instants import instant
from pwa.store.scope import in_clinic
from pwa.web.api.schemas import EndpointIn, ReceiptIn, SubscriptionIn
from pwa.web.auth import for_devices, moment, this_device
from pwa.web.units import reading, the_house, writing

blueprint = APIBlueprint("push", __name__, url_prefix="/api/v1")


@blueprint.put("/push-subscription")
@for_devices
@blueprint.input(SubscriptionIn)
def subscribe(json_data: SubscriptionIn) -> Response:
    """Keep this phone's push subscription; it replaces the one before."""
    device = this_device()
    asked = reaching.Subscription(json_data.endpoint, json_data.p256dh, json_data.auth, json_data.key_id)
    with writing() as session:
        reaching.subscribe(in_clinic(session, device.clinic_id), device, the_house().rules, asked, moment())
    return Response(status=204)


@blueprint.delete("/push-subscription")
@for_devices
@blueprint.input(EndpointIn)
def unsubscribe(json_data: EndpointIn) -> Response:
    """Send nothing to this endpoint any more."""
    device = this_device()
    with writing() as session:
        reaching.unsubscribe(in_clinic(session, device.clinic_id), device, json_data.endpoint)
    return Response(status=204)


@blueprint.post("/test-notices")
@for_devices
def send_test() -> Response:
    """Send this patient a test now."""
    device = this_device()
    with writing() as session:
        notice_id = reaching.send_test(
            in_clinic(session, device.clinic_id), device, moment(), the_house().demo
        )
    response = jsonify(id=str(notice_id))
    response.status_code = 201
    return response


@blueprint.get("/test-notices/<uuid:notice_id>")
@for_devices
def test_state(notice_id: UUID) -> Response:
    """How far a test has come."""
    device = this_device()
    with reading() as session:
        state = reaching.test_state(in_clinic(session, device.clinic_id), device, notice_id)
    return jsonify(
        id=str(state.id),
        state=state.state,
        accepted_at=instant(state.accepted_at) if state.accepted_at else None,
        shown_at=instant(state.shown_at) if state.shown_at else None,
    )


@blueprint.post("/receipts")
@for_devices
@blueprint.input(ReceiptIn)
def receipt(json_data: ReceiptIn) -> Response:
    """What the phone did with a notice: showed it, opened it, swiped it away."""
    device = this_device()
    with writing() as session:
        reaching.take_receipt(
            in_clinic(session, device.clinic_id),
            device,
            json_data.notice_id,
            ReceiptKind(json_data.kind),
            moment(),
        )
    return Response(status=204)
