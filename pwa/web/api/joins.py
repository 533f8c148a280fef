"""A phone joins: by the token of its link, or by a typed code."""

from __future__ import annotations

from apiflask import APIBlueprint
from flask import Response, jsonify

from pwa.services import joining
from pwa.services.joining import Joined
from pwa.store.scope import in_clinic
from pwa.web.api.schemas import JoinAnswerIn, JoinIn
from pwa.web.auth import (
    DEVICE_COOKIE,
    caller,
    clear_cookie,
    device_label,
    for_new_devices,
    keeps_apps_apart,
    moment,
    set_cookie,
    this_device,
)
from pwa.web.units import the_house, writing

blueprint = APIBlueprint("joins", __name__, url_prefix="/api/v1/join")


@blueprint.post("")
@blueprint.input(JoinIn)
def join(json_data: JoinIn) -> Response:
    """Use an invitation up, and let this phone in; again, if it shows the key it used it with."""
    key = json_data.key
    joined = _by_code(json_data.code, key) if json_data.token is None else _by_token(json_data.token, key)
    response = jsonify(
        device_id=str(joined.device.id),
        device_token=joined.token,
        clinic_name=joined.clinic_name,
        procedure_name=joined.procedure_name,
        treated_on=joined.treated_on.isoformat(),
        first_name=joined.first_name,
    )
    set_cookie(response, DEVICE_COOKIE, joined.cookie, int(joining.CREDENTIAL_LIFE.total_seconds()))
    return response


def _by_token(token: str, key: str | None) -> Joined:
    with writing() as session:
        return joining.join_by_token(session, the_house().keys, token, device_label(), moment(), key)


def _by_code(code: str | None, key: str | None) -> Joined:
    """Tries are counted for codes only: nobody guesses a token, and a waiting room shares an address."""
    with writing() as session:
        joining.count_code_try(session, caller(), moment())
    with writing() as session:
        joined = joining.join_by_code(session, the_house().keys, code or "", device_label(), moment(), key)
        if not joined.again:  # or whoever has one code could guess at others for ever
            joining.forget_code_tries(session, caller())
    return joined


@blueprint.post("/answer")
@for_new_devices
@blueprint.input(JoinAnswerIn)
def answer(json_data: JoinAnswerIn) -> Response:
    """ "You had X on Y. Is this right?" A no takes this phone out again."""
    return _right() if json_data.right else _wrong()


def _right() -> Response:
    """Let the phone read the plan; an iPhone gets a code for its installed app, which has to join as well."""
    device, code = this_device(), None
    with writing() as session:
        scope = in_clinic(session, device.clinic_id)
        joining.confirm(scope, device, moment())
        if keeps_apps_apart():
            code = joining.code_for_the_app(scope, the_house().keys, device, moment())
    return jsonify(install_code=code) if code else Response(status=204)


def _wrong() -> Response:
    device = this_device()
    with writing() as session:
        joining.leave(in_clinic(session, device.clinic_id), device, "patient.join_denied", moment())
    response = Response(status=204)
    clear_cookie(response, DEVICE_COOKIE)
    return response
