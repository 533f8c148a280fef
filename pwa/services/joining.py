"""How a phone joins: an invitation used once, then credentials of the phone's own."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID

import segno
from sqlalchemy.orm import Session

from pwa.clock import Moment
from pwa.domain.errors import NotAllowed, NotFound, Refused
from pwa.domain.patient import CredentialKind, Device, DeviceState, PatientState, RevokedBy
from pwa.services import vaults
from pwa.services.shelf import protocol
from pwa.services.throttling import count_try, forget_tries
from pwa.services.tokens import hash_token, new_code, new_token, tidy_code
from pwa.store import clinics, credentials, devices, patients, plans, targets
from pwa.store.devices import StoredJoin
from pwa.store.scope import ClinicScope, in_clinic
from pwa.vault.indexes import join_code_indexes
from pwa.vault.keyring import MasterKeys

TOKEN_LIFE = timedelta(hours=24)
CODE_LIFE = timedelta(minutes=30)
CREDENTIAL_LIFE = timedelta(days=400)  # as long as a browser keeps a cookie, and longer than any plan
TRIES_PER_PHONE = 10
TRIES_OF_ALL = 3000  # of 2^40 codes, so that a few addresses cannot stop everybody
AGAIN_AT_MOST = 20  # each time costs an audit entry
TRY_WINDOW = timedelta(minutes=15)


class LinkNotUsable(NotAllowed):
    """This link or code does not work any more. Ask your clinic for a new one."""

    code = "join_not_usable"


class NotConfirmed(Refused):
    """Say first whether this is your treatment."""

    code = "not_confirmed"


@dataclass(frozen=True, slots=True)
class Invitation:
    """What the patient gets in hand, once: neither part can be read back later."""

    token: str
    code: str
    token_expires_at: datetime
    code_expires_at: datetime


@dataclass(frozen=True, slots=True)
class Joined:
    """A phone that was let in, with its own credentials, and what to ask: "is this right?"."""

    device: Device
    cookie: str
    token: str
    clinic_name: str
    procedure_name: str
    treated_on: date
    first_name: str
    again: bool = False  # it had been let in before, and the answer was lost


def invite(scope: ClinicScope, keys: MasterKeys, patient_id: UUID, moment: Moment) -> Invitation:
    """Make a new invitation; those before it stop working."""
    patients.lock_patient(scope, patient_id)
    devices.end_open_joins(scope, patient_id, moment.wall)
    return _add_invitation(scope, keys, patient_id, None, moment)


def code_for_the_app(scope: ClinicScope, keys: MasterKeys, device: Device, moment: Moment) -> str | None:
    """A code for the app that this phone is about to put on its Home Screen, once for each invitation.

    There an iPhone gives it a storage of its own: it knows nothing of what joined in the browser. An
    app that joined by such a code gets none: one link must not let in phone after phone.
    """
    if devices.made_joins(scope, device.id) or devices.joined_for_app(scope, device.id):
        return None
    invitation = _add_invitation(scope, keys, device.patient_id, device.id, moment)
    clinics.record_act(
        scope,
        moment.wall,
        ("device", str(device.id)),
        "patient.invite_app",
        ("patient", str(device.patient_id)),
    )
    return invitation.code


def _add_invitation(
    scope: ClinicScope, keys: MasterKeys, patient_id: UUID, made_by: UUID | None, moment: Moment
) -> Invitation:
    invitation = Invitation(new_token(), new_code(), moment.wall + TOKEN_LIFE, moment.wall + CODE_LIFE)
    devices.add_join(
        scope,
        patient_id,
        hash_token(invitation.token),
        join_code_indexes(keys, tidy_code(invitation.code))[0],
        (invitation.token_expires_at, invitation.code_expires_at),
        made_by,
        moment.wall,
    )
    return invitation


def count_code_try(session: Session, caller: str, moment: Moment) -> None:
    """Count a typed code, in a unit of work of its own so that a failed try counts too."""
    count_try(session, "join", caller, TRIES_PER_PHONE, TRY_WINDOW, moment.wall)
    count_try(session, "join", "all", TRIES_OF_ALL, TRY_WINDOW, moment.wall)


def join_by_token(
    session: Session, keys: MasterKeys, token: str, label: str, moment: Moment, key: str | None = None
) -> Joined:
    """Let a phone in by the token of its link. Raises LinkNotUsable, the same for every reason.

    `key` is a secret of the phone's own. With it the phone may ask again, until it has answered "is this
    right?", for the first answer can get lost on its way.
    """
    found = devices.find_join_by_token(session, hash_token(token))
    if found is None or found.token_expires_at <= moment.wall:
        raise LinkNotUsable
    return _let_in(session, keys, found, label, moment, key)


def join_by_code(
    session: Session, keys: MasterKeys, code: str, label: str, moment: Moment, key: str | None = None
) -> Joined:
    """Let a phone in by the short code somebody typed, as by a token. Raises LinkNotUsable."""
    for index in join_code_indexes(keys, tidy_code(code)):
        found = devices.find_join_by_code(session, index)
        if found is not None and found.code_expires_at > moment.wall:
            return _let_in(session, keys, found, label, moment, key)
    raise LinkNotUsable


def forget_code_tries(session: Session, caller: str) -> None:
    """An address whose phone got in starts again from no tries."""
    forget_tries(session, "join", caller)


def _let_in(
    session: Session, keys: MasterKeys, found: StoredJoin, label: str, moment: Moment, key: str | None
) -> Joined:
    scope = in_clinic(session, found.clinic_id)
    patients.lock_patient(scope, found.patient_id)
    key_hash = None if key is None else hash_token(key)
    # Whoever changes the row first gets in; a second phone with the same link finds it used.
    again = found.used_at is not None or devices.use_join(scope, found.id, key_hash, moment.wall) != 1
    if again:
        device = _let_in_before(scope, found, key_hash, moment)
    else:
        device = devices.add_device(scope, found.patient_id, label, moment.wall)
        devices.bind_join(scope, found.id, device.id)
    shown = _new_credentials(scope, device, moment)
    act = "patient.join_again" if again else "patient.join"
    clinics.record_act(
        scope, moment.wall, ("device", str(device.id)), act, ("patient", str(found.patient_id))
    )
    return replace(_joined(scope, keys, device, shown), again=again)


def _let_in_before(scope: ClinicScope, found: StoredJoin, key_hash: bytes | None, moment: Moment) -> Device:
    """The device that this invitation made for the same phone, which was never told."""
    device_id = None if key_hash is None else devices.used_with(scope, found.id, key_hash)
    if device_id is None:
        raise LinkNotUsable
    count_try(scope.session, "join again", str(found.id), AGAIN_AT_MOST, TRY_WINDOW, moment.wall)
    credentials.drop_credentials(scope, device_id)
    return devices.get_device(scope, device_id)


def _new_credentials(scope: ClinicScope, device: Device, moment: Moment) -> tuple[str, str]:
    cookie, token = new_token(), new_token()
    for secret, kind in ((cookie, CredentialKind.COOKIE), (token, CredentialKind.TOKEN)):
        credentials.add_credential(
            scope, device.id, hash_token(secret), kind, moment.wall, moment.wall + CREDENTIAL_LIFE
        )
    return cookie, token


def _joined(scope: ClinicScope, keys: MasterKeys, device: Device, shown: tuple[str, str]) -> Joined:
    patient = patients.get_patient(scope, device.patient_id)
    plan = plans.plans_of(scope, device.patient_id)[-1]
    content = protocol(scope.session, plan.content_hash)
    name = content.texts[content.name_text_id].in_language(patient.language).title
    return Joined(
        device=device,
        cookie=shown[0],
        token=shown[1],
        clinic_name=clinics.get_clinic(scope.session, scope.clinic_id).name,
        procedure_name=name,
        treated_on=plan.treated_on,
        first_name=vaults.first_name(scope, vaults.open_vault(scope, keys, device.patient_id)),
    )


def confirm(scope: ClinicScope, device: Device, moment: Moment) -> None:
    """The person said: yes, this is my treatment."""
    patients.lock_patient(scope, device.patient_id)
    devices.confirm_device(scope, device.id, moment.wall)
    patient = patients.get_patient(scope, device.patient_id)
    patients.change_patient(scope, replace(patient, state=PatientState.JOINED))


def leave(scope: ClinicScope, device: Device, act: str, moment: Moment) -> None:
    """Take a phone out again: its credentials and its push subscription end together."""
    patients.lock_patient(scope, device.patient_id)
    _take_out(scope, device, RevokedBy.PATIENT, moment)
    credentials.drop_credentials(scope, device.id)
    clinics.record_act(
        scope, moment.wall, ("device", str(device.id)), act, ("patient", str(device.patient_id))
    )


def revoke(scope: ClinicScope, patient_id: UUID, device_id: UUID, staff_id: UUID, moment: Moment) -> Device:
    """The clinic shuts a phone out; one that is out already stays as it is. Raises NotFound.

    Its credentials open nothing any more; by them it is still known to the quarantine.
    """
    patients.lock_patient(scope, patient_id)
    device = devices.get_device(scope, device_id)
    if device.patient_id != patient_id:
        raise NotFound
    if device.state is DeviceState.ACTIVE:
        _take_out(scope, device, RevokedBy.CLINIC, moment)
        clinics.record_act(
            scope, moment.wall, ("staff", str(staff_id)), "device.revoke", ("device", str(device_id))
        )
    return devices.get_device(scope, device_id)


def _take_out(scope: ClinicScope, device: Device, by: RevokedBy, moment: Moment) -> None:
    targets.leave_all(scope, device.id)
    devices.end_joins_made_by(scope, device.id, moment.wall)
    devices.revoke_device(scope, device.id, by, moment.wall)
    if not active_devices(scope, device.patient_id):
        patient = patients.get_patient(scope, device.patient_id)
        patients.change_patient(scope, replace(patient, state=PatientState.ENROLLED))


def active_devices(scope: ClinicScope, patient_id: UUID) -> tuple[Device, ...]:
    """The phones that are in, oldest first."""
    return tuple(one for one in devices.devices_of(scope, patient_id) if one.state is DeviceState.ACTIVE)


def find_device(session: Session, credential: str, moment: Moment) -> Device | None:
    """The active device that shows this credential."""
    return credentials.find_device(session, hash_token(credential), moment.wall)


def join_url(public_url: str, invitation: Invitation) -> str:
    """The link for the patient's phone. The token is in the fragment, which no server ever sees."""
    return f"{public_url}/join#t={invitation.token}"


def qr_modules(public_url: str, invitation: Invitation) -> list[str]:
    """The link as a QR code: a row of "1" (dark) and "0" for each line, without a border."""
    code = segno.make(join_url(public_url, invitation), error="m", micro=False)
    return ["".join("1" if dark else "0" for dark in row) for row in code.matrix]
