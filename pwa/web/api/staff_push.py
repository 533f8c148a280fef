"""Where staff are told of alerts: their browsers' push subscriptions, and a test that proves them."""

from __future__ import annotations

from apiflask import APIBlueprint
from flask import Response

from pwa.services import staff_targets
from pwa.services.reaching import Subscription
from pwa.store.scope import in_clinic
from pwa.web.api.schemas import EndpointIn, SubscriptionIn
from pwa.web.auth import for_staff, moment, this_person
from pwa.web.units import the_house, writing

blueprint = APIBlueprint("staff_push", __name__, url_prefix="/api/v1/clinic")


@blueprint.put("/push-subscription")
@for_staff
@blueprint.input(SubscriptionIn)
def subscribe(json_data: SubscriptionIn) -> Response:
    """Push alerts to this browser too."""
    person = this_person()
    asked = Subscription(json_data.endpoint, json_data.p256dh, json_data.auth, json_data.key_id)
    with writing() as session:
        staff_targets.subscribe(
            in_clinic(session, person.clinic_id), person.staff_id, the_house().rules, asked, moment()
        )
    return Response(status=204)


@blueprint.delete("/push-subscription")
@for_staff
@blueprint.input(EndpointIn)
def unsubscribe(json_data: EndpointIn) -> Response:
    """Send nothing to this endpoint any more."""
    person = this_person()
    with writing() as session:
        staff_targets.unsubscribe(in_clinic(session, person.clinic_id), person.staff_id, json_data.endpoint)
    return Response(status=204)


@blueprint.post("/test-notices")
@for_staff
def send_test() -> Response:
    """Send this person a test now, to every browser and address of theirs."""
    person = this_person()
    with writing() as session:
        staff_targets.send_test(
            in_clinic(session, person.clinic_id), person.staff_id, moment(), the_house().demo
        )
    return Response(status=204)
