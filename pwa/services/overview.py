"""What the clinic sees of its patients: who has joined, whose phone can be reached, what they did."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from pwa.clock import Moment
from pwa.domain.care_plan import CarePlan, OutcomeValue, occurrence_id, step_of
from pwa.domain.clinic import Clinic
from pwa.domain.patient import PatientState
from pwa.domain.schedule import local_day
from pwa.services import vaults
from pwa.services.composing import care_plan, latest_outcomes
from pwa.services.joining import active_devices
from pwa.store import patients, plans, receipts, targets
from pwa.store.plans import Outcome
from pwa.store.scope import ClinicScope
from pwa.vault.keyring import MasterKeys

RECENT = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class PatientOutcome:
    """One thing a patient did: which step of which day, and when they tapped."""

    title: str
    value: OutcomeValue
    day: date
    tapped_at: datetime


@dataclass(frozen=True, slots=True)
class PatientRow:
    """One patient in the clinic's list."""

    id: UUID
    first_name: str
    procedure_name: str
    day_number: int
    treated_on: date
    state: PatientState
    device_label: str | None
    joined_at: datetime | None
    reminders_on: bool
    shown_at: datetime | None
    outcomes: tuple[PatientOutcome, ...]  # latest first


def patient_rows(
    scope: ClinicScope, clinic: Clinic, keys: MasterKeys, moment: Moment
) -> tuple[PatientRow, ...]:
    """The clinic's patients, newest first."""
    return tuple(_row(scope, clinic, keys, patient.id, moment) for patient in patients.all_patients(scope))


def _row(
    scope: ClinicScope, clinic: Clinic, keys: MasterKeys, patient_id: UUID, moment: Moment
) -> PatientRow:
    patient = patients.get_patient(scope, patient_id)
    own = tuple(care_plan(scope, stored) for stored in plans.plans_of(scope, patient_id))
    latest = own[-1]
    phones = active_devices(scope, patient_id)
    phone = phones[-1] if phones else None
    name = latest.protocol.texts[latest.protocol.name_text_id].in_language("en").title
    return PatientRow(
        id=patient_id,
        first_name=vaults.first_name(scope, vaults.open_vault(scope, keys, patient_id)),
        procedure_name=name,
        day_number=latest.day_number(local_day(moment.care, clinic.zone)),
        treated_on=latest.treated_on,
        state=patient.state,
        device_label=phone.label if phone else None,
        joined_at=phone.joined_at if phone else None,
        reminders_on=bool(targets.live_targets(scope, patient_id)),
        shown_at=receipts.last_shown(scope, phone.id) if phone else None,
        outcomes=recent_outcomes(
            own, plans.outcomes_of(scope, patient_id, moment.care - RECENT), moment.care
        ),
    )


def recent_outcomes(
    own: tuple[CarePlan, ...], outcomes: tuple[Outcome, ...], now: datetime
) -> tuple[PatientOutcome, ...]:
    """What the patient did lately, in words: the step and the day that each occurrence stands for."""
    meanings = _meanings(own, now)
    told = [
        PatientOutcome(
            meanings[one.occurrence_id][0], one.value, meanings[one.occurrence_id][1], one.tapped_at
        )
        for one in latest_outcomes(outcomes).values()
        if one.occurrence_id in meanings
    ]
    return tuple(sorted(told, key=lambda one: one.tapped_at, reverse=True))


def _meanings(own: tuple[CarePlan, ...], now: datetime) -> dict[UUID, tuple[str, date]]:
    """Occurrence ids of the days around now -> (title of the step, day): an id is computed, not stored."""
    around = [now.date() + timedelta(days=offset) for offset in range(-RECENT.days - 1, 3)]
    meanings: dict[UUID, tuple[str, date]] = {}
    for plan in own:
        for task in plan.tasks:
            step = step_of(plan.protocol, task.step_id)
            if step is None:
                continue
            title = plan.protocol.texts[step.text_id].in_language("en").title
            for day in around:
                for slot in range(len(step.times)):
                    meanings[occurrence_id(plan.id, step.id, day, slot)] = (title, day)
    return meanings
