"""Enrol a patient: one transaction that stores who, what, when, and an invitation for their phone."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from pwa.clock import Moment
from pwa.domain.care_plan import CarePlanStatus, Task, instantiate
from pwa.domain.clinic import Clinic
from pwa.domain.errors import BadInput
from pwa.domain.patient import Patient, PatientState
from pwa.domain.preferences import Preferences
from pwa.domain.protocol import Protocol
from pwa.services.composing import recompose
from pwa.services.enrolment_form import CheckedEnrolment, Enrolment, check_enrolment
from pwa.services.joining import Invitation, invite
from pwa.services.risks import risks_of, seal_risks
from pwa.services.shelf import protocol
from pwa.services.vaults import first_name, open_vault
from pwa.store import clinics, patients, plans
from pwa.store.ids import new_id
from pwa.store.plans import StoredPlan
from pwa.store.scope import ClinicScope
from pwa.vault.fields import PatientVault
from pwa.vault.indexes import external_id_indexes
from pwa.vault.keyring import MasterKeys
from pwa.vault.patient_keys import new_patient_key, unlock


@dataclass(frozen=True, slots=True)
class Enrolled:
    """Who was enrolled, and the invitation for their phone; `already` when they had been before."""

    patient_id: UUID
    care_plan_id: UUID
    invitation: Invitation
    already: bool


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
    checked = check_enrolment(scope, clinic, moment, enrolment)
    known = _find_known(scope, keys, checked)
    if known is not None:
        care_plan_id = _same_treatment(scope, keys, known, checked)
        clinics.record_act(scope, moment.wall, actor, "patient.invite", ("patient", str(known)))
        invitation = invite(scope, keys, known, moment)
        return Enrolled(known, care_plan_id, invitation, already=True)
    patient_id, vault = _store_patient(scope, clinic, keys, moment, checked)
    if checked.external_id is not None:
        _store_identifier(scope, keys, vault, checked.external_id, moment)
    care_plan_id = _store_plan(scope, vault, moment, checked)
    clinics.record_act(scope, moment.wall, actor, "patient.enrol", ("patient", str(patient_id)))
    invitation = invite(scope, keys, patient_id, moment)
    recompose(scope, clinic, patient_id, moment)
    return Enrolled(patient_id, care_plan_id, invitation, already=False)


def _same_treatment(
    scope: ClinicScope, keys: MasterKeys, patient_id: UUID, checked: CheckedEnrolment
) -> UUID:
    """The care plan of this very person's very treatment. Raises BadInput when the id is in use otherwise.

    To answer with it would hand a second person the first one's plan.
    """
    _require_same_person(scope, keys, patient_id, checked)
    asked = (checked.procedure, checked.treated_on, checked.variant, checked.area, checked.prescribed)
    for plan in plans.plans_of(scope, patient_id):
        content = protocol(scope.session, plan.content_hash)  # of its own day: newer versions may be there
        prescribed = _prescribed_in(plan, content)
        if (content.procedure, plan.treated_on, plan.variant, plan.area, prescribed) == asked:
            _require_same_risks(scope, keys, plan, checked)
            return plan.id
    raise BadInput(
        "This external id is another treatment's: a patient enrolled with another procedure, date, area or "
        "medicine. Check the id; a second treatment of one patient needs an id of its own."
    )


def _require_same_person(
    scope: ClinicScope, keys: MasterKeys, patient_id: UUID, checked: CheckedEnrolment
) -> None:
    known = first_name(scope, open_vault(scope, keys, patient_id))
    language = patients.get_patient(scope, patient_id).language
    if (known.casefold(), language) != (checked.first_name.casefold(), checked.language):
        raise BadInput(
            "This external id is another person's: a patient enrolled with another first name or language. "
            "Check the id and the name."
        )


def _require_same_risks(
    scope: ClinicScope, keys: MasterKeys, plan: StoredPlan, checked: CheckedEnrolment
) -> None:
    """To let other risks go unheard would judge this patient's signs as somebody else's."""
    stored = risks_of(open_vault(scope, keys, plan.patient_id), plan)
    if checked.risks is not None and checked.risks != stored:
        raise BadInput(
            "This treatment was enrolled with other risks. Enrolling it again does not change them; "
            "leave them out."
        )


def _prescribed_in(plan: StoredPlan, content: Protocol) -> frozenset[str]:
    """The medicines that a plan of this protocol reminds of."""
    has = {task.step_id for task in plan.tasks}
    return frozenset(
        step.only_if_prescribed for step in content.steps if step.only_if_prescribed and step.id in has
    )


def _find_known(scope: ClinicScope, keys: MasterKeys, checked: CheckedEnrolment) -> UUID | None:
    if checked.external_id is None:
        return None
    system, value = checked.external_id
    for index in external_id_indexes(keys, scope.clinic_id, system, value):
        patient_id = patients.find_by_identifier(scope, system, index)
        if patient_id is not None:
            return patient_id
    return None


def _store_patient(
    scope: ClinicScope, clinic: Clinic, keys: MasterKeys, moment: Moment, checked: CheckedEnrolment
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


def _store_plan(scope: ClinicScope, vault: PatientVault, moment: Moment, checked: CheckedEnrolment) -> UUID:
    plan_id = new_id(moment.wall)
    plans.add_plan(
        scope,
        StoredPlan(
            id=plan_id,
            patient_id=vault.patient_id,
            protocol_version_id=checked.version_id,
            content_hash=checked.content_hash,
            approved=False,
            status=CarePlanStatus.ACTIVE,
            variant=checked.variant,
            area=checked.area,
            treated_at=checked.treated_at,
            treated_on=checked.treated_on,
            tasks=_tasks(plan_id, moment, checked),
            risks_sealed=seal_risks(vault, plan_id, checked.risks),
        ),
        moment.wall,
    )
    return plan_id


def _tasks(plan_id: UUID, moment: Moment, checked: CheckedEnrolment) -> tuple[Task, ...]:
    return instantiate(
        checked.protocol,
        plan_id,
        treated_on=checked.treated_on,
        variant=checked.variant,
        area=checked.area,
        prescribed=checked.prescribed,
        new_id=lambda: new_id(moment.wall),
    )
