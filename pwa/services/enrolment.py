"""Enrol a patient: one transaction that stores who, what, when, and an invitation for their phone."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from unicodedata import category
from uuid import UUID

from pwa.clock import Moment
from pwa.domain.care_plan import CarePlanStatus, Task, instantiate
from pwa.domain.clinic import Clinic
from pwa.domain.errors import BadInput
from pwa.domain.patient import Patient, PatientState
from pwa.domain.preferences import Preferences
from pwa.domain.protocol import Area, Protocol
from pwa.domain.schedule import to_utc
from pwa.services.clinics import find_version, require_ready
from pwa.services.composing import recompose
from pwa.services.joining import Invitation, invite
from pwa.services.shelf import protocol
from pwa.store import clinics, patients, plans
from pwa.store.ids import new_id
from pwa.store.plans import StoredPlan
from pwa.store.scope import ClinicScope
from pwa.vault.fields import PatientVault
from pwa.vault.indexes import external_id_indexes
from pwa.vault.keyring import MasterKeys
from pwa.vault.patient_keys import new_patient_key, unlock

MOST_DAYS_AWAY = 60
LONGEST_NAME = 80
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,2}")
# A date alone would be read as midnight, and every time of the first day would be wrong.
_DATE_AND_TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)?")


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What the desk gives, as typed. `treated_at` is the clinic's wall clock, or carries its offset."""

    procedure: str
    treated_at: str
    first_name: str
    variant: str | None = None
    area: str | None = None
    language: str = "en"
    prescribed: frozenset[str] = frozenset()
    external_id: str | None = None  # "SYSTEM=VALUE"


@dataclass(frozen=True, slots=True)
class Enrolled:
    """Who was enrolled, and the invitation for their phone; `already` when they had been before."""

    patient_id: UUID
    care_plan_id: UUID
    invitation: Invitation
    already: bool


@dataclass(frozen=True, slots=True)
class _Checked:
    """An enrolment whose every part was found right."""

    procedure: str
    treated_at: datetime
    treated_on: date
    first_name: str
    variant: str | None
    area: Area | None
    language: str
    prescribed: frozenset[str]
    external_id: tuple[str, str] | None
    version_id: UUID
    content_hash: str
    protocol: Protocol = field(repr=False)


def enrol(
    scope: ClinicScope,
    clinic: Clinic,
    keys: MasterKeys,
    moment: Moment,
    enrolment: Enrolment,
    actor: tuple[str, str],
) -> Enrolled:
    """Store a patient with a care plan, or find the one enrolled under the same external id.

    Raises BadInput with one sentence for anything wrong; nothing is stored then.
    """
    checked = _check(scope, clinic, moment, enrolment)
    known = _find_known(scope, keys, checked)
    if known is not None:
        care_plan_id = _same_treatment(scope, known, checked)
        clinics.record_act(scope, moment.wall, actor, "patient.invite", ("patient", str(known)))
        invitation = invite(scope, keys, known, moment)
        return Enrolled(known, care_plan_id, invitation, already=True)
    patient_id, vault = _store_patient(scope, clinic, keys, moment, checked)
    if checked.external_id is not None:
        _store_identifier(scope, keys, vault, checked.external_id, moment)
    care_plan_id = _store_plan(scope, patient_id, moment, checked)
    clinics.record_act(scope, moment.wall, actor, "patient.enrol", ("patient", str(patient_id)))
    invitation = invite(scope, keys, patient_id, moment)
    recompose(scope, clinic, patient_id, moment)
    return Enrolled(patient_id, care_plan_id, invitation, already=False)


def _check(scope: ClinicScope, clinic: Clinic, moment: Moment, enrolment: Enrolment) -> _Checked:
    version = find_version(scope, enrolment.procedure)
    require_ready(clinic, version)
    content = protocol(scope.session, version.content_hash)
    treated_at, treated_on = _treatment(enrolment.treated_at, clinic, moment)
    return _Checked(
        procedure=enrolment.procedure,
        treated_at=treated_at,
        treated_on=treated_on,
        first_name=_first_name(enrolment.first_name),
        variant=_variant(enrolment.variant, content),
        area=_area(enrolment.area, content),
        language=_language(enrolment.language, content),
        prescribed=check_prescribed(enrolment.prescribed, content),
        external_id=_external_id(enrolment.external_id),
        version_id=version.id,
        content_hash=version.content_hash,
        protocol=content,
    )


def _same_treatment(scope: ClinicScope, patient_id: UUID, checked: _Checked) -> UUID:
    """The care plan of this very treatment. Raises BadInput when the patient has another one only.

    To answer with it would hand a second person the first one's plan.
    """
    asked = (checked.content_hash, checked.treated_on, checked.variant, checked.area)
    for plan in plans.plans_of(scope, patient_id):
        if (plan.content_hash, plan.treated_on, plan.variant, plan.area) == asked:
            return plan.id
    raise BadInput(
        "This external id is another treatment's: a patient enrolled with another procedure, date or area. "
        "Check the id; a second treatment of one patient needs an id of its own."
    )


def _find_known(scope: ClinicScope, keys: MasterKeys, checked: _Checked) -> UUID | None:
    if checked.external_id is None:
        return None
    system, value = checked.external_id
    for index in external_id_indexes(keys, scope.clinic_id, system, value):
        patient_id = patients.find_by_identifier(scope, system, index)
        if patient_id is not None:
            return patient_id
    return None


def _store_patient(
    scope: ClinicScope, clinic: Clinic, keys: MasterKeys, moment: Moment, checked: _Checked
) -> tuple[UUID, PatientVault]:
    patient_id = new_id(moment.wall)
    wrapped = new_patient_key(keys, scope.clinic_id, patient_id)
    vault = unlock(keys, scope.clinic_id, patient_id, wrapped)
    patients.add_patient(
        scope,
        Patient(
            id=patient_id,
            clinic_id=scope.clinic_id,
            state=PatientState.ENROLLED,
            language=checked.language,
            preferences=Preferences(zone=clinic.zone),
            lock_screen=0,
            place=None,
        ),
        patients.SealedPatient(vault.seal("patients", "first_name", patient_id, checked.first_name), None),
        patients.WrappedKey(wrapped.master_key_id, wrapped.sealed),
        moment.wall,
    )
    return patient_id, vault


def _store_identifier(
    scope: ClinicScope, keys: MasterKeys, vault: PatientVault, external_id: tuple[str, str], moment: Moment
) -> None:
    system, value = external_id
    row_id = new_id(moment.wall)
    patients.add_identifier(
        scope,
        row_id,
        vault.patient_id,
        system,
        external_id_indexes(keys, scope.clinic_id, system, value)[0],
        vault.seal("patient_identifiers", "value", row_id, value),
    )


def _store_plan(scope: ClinicScope, patient_id: UUID, moment: Moment, checked: _Checked) -> UUID:
    plan_id = new_id(moment.wall)
    plans.add_plan(
        scope,
        StoredPlan(
            id=plan_id,
            patient_id=patient_id,
            protocol_version_id=checked.version_id,
            content_hash=checked.content_hash,
            approved=False,
            status=CarePlanStatus.ACTIVE,
            variant=checked.variant,
            area=checked.area,
            treated_at=checked.treated_at,
            treated_on=checked.treated_on,
            tasks=_tasks(plan_id, moment, checked),
        ),
        moment.wall,
    )
    return plan_id


def _tasks(plan_id: UUID, moment: Moment, checked: _Checked) -> tuple[Task, ...]:
    return instantiate(
        checked.protocol,
        plan_id,
        treated_on=checked.treated_on,
        variant=checked.variant,
        area=checked.area,
        prescribed=checked.prescribed,
        new_id=lambda: new_id(moment.wall),
    )


def read_treatment(text: str) -> datetime:
    """A date and time as typed, with or without an offset. Raises BadInput."""
    try:
        if _DATE_AND_TIME.fullmatch(text):
            return datetime.fromisoformat(text)
    except ValueError:
        pass  # a thirteenth month, a thirtieth of February
    raise BadInput(
        f"'{text}' is not a date and time. Give the treatment as 2026-11-20T10:00, by the clinic's clock."
    )


def _treatment(text: str, clinic: Clinic, moment: Moment) -> tuple[datetime, date]:
    typed = read_treatment(text)
    # By the date first: the first and the last year of the calendar have no instant in every zone.
    if abs((typed.date() - moment.care.date()).days) > MOST_DAYS_AWAY:
        raise BadInput(
            f"The treatment on {typed.date().isoformat()} is more than {MOST_DAYS_AWAY} days away. "
            "Check the year and the month."
        )
    if typed.tzinfo is None:
        treated_at = to_utc(typed.date(), typed.time(), clinic.zone)
    else:
        treated_at = typed.astimezone(UTC)
    return treated_at, treated_at.astimezone(clinic.zone).date()


def _first_name(text: str) -> str:
    name = " ".join(text.split())
    if not name or len(name) > LONGEST_NAME or any(map(_is_no_text, name)):
        raise BadInput(f"Give the patient's first name, with at most {LONGEST_NAME} characters.")
    return name


def _is_no_text(letter: str) -> bool:
    """A control character, or half of a surrogate pair, as a terminal makes of bytes it cannot read."""
    return category(letter) in ("Cc", "Cs")


def _variant(text: str | None, content: Protocol) -> str | None:
    if text is None or text in content.variants:
        return text
    if not content.variants:
        raise BadInput(f"'{content.procedure}' has no variants. Leave --variant out.")
    raise BadInput(
        f"'{content.procedure}' has no variant '{text}'. Choose one of: {', '.join(content.variants)}."
    )


def _area(text: str | None, content: Protocol) -> Area | None:
    if text is None:
        return None
    if text not in content.areas:
        raise BadInput(
            f"'{content.procedure}' has no area '{text}'. Choose one of: {', '.join(content.areas)}."
        )
    return Area(text)


def _language(text: str, content: Protocol) -> str:
    language = text.strip()
    known = content.texts[content.name_text_id].words
    if language.split("-")[0] not in known or not _LANGUAGE.fullmatch(language):
        raise BadInput(f"There are no texts in '{text}' yet. Choose one of: {', '.join(sorted(known))}.")
    return language


def check_prescribed(names: frozenset[str], content: Protocol) -> frozenset[str]:
    """The medicines to remind of, each of which the protocol knows. Raises BadInput."""
    known = sorted({step.only_if_prescribed for step in content.steps if step.only_if_prescribed})
    for name in sorted(names):
        if name not in known:
            raise BadInput(
                f"'{content.procedure}' has no reminder for a prescribed '{name}'. "
                f"It has: {', '.join(known) or 'none'}."
            )
    return names


def _external_id(text: str | None) -> tuple[str, str] | None:
    if text is None:
        return None
    system, equals, value = text.partition("=")
    if not (equals and system.strip() and value.strip()) or len(system) > 200 or len(value) > 200:
        raise BadInput(f"'{text}' is not an external id. Give it as SYSTEM=VALUE, such as chart=12345.")
    return system.strip(), value.strip()
