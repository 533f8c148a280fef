"""Silence is a fact of its own: patients who do not answer, and phones that nothing reaches any more."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from functools import partial
from uuid import UUID

from pwa.clock import Moment
from pwa.domain.clinic import Clinic
from pwa.domain.schedule import local_day
from pwa.services import vaults
from pwa.services.damaged import if_readable
from pwa.services.shelf import protocol
from pwa.store import check_ins, patients, plans, silence
from pwa.store.scope import ClinicScope
from pwa.vault.keyring import MasterKeys

MISSED_DAYS = 2  # on which a check-in was asked for
UNHEARD_REMINDERS = 3
LOOK_BACK = timedelta(days=14)


class Silence(StrEnum):
    MISSED_CHECK_INS = "missed_check_ins"
    SILENT_PHONE = "silent_phone"


@dataclass(frozen=True, slots=True)
class SilentPatient:
    """Somebody to call, and why."""

    id: UUID
    first_name: str | None = field(repr=False)  # None, as are the next two: the record cannot be read
    procedure: str | None
    day_number: int | None
    because: tuple[Silence, ...]
    missed_days: int
    unheard_reminders: int
    last_seen_at: datetime | None  # by the wall clock
    last_check_in_at: datetime | None


@dataclass(frozen=True, slots=True)
class _Trace:
    """What is known of one patient's silence."""

    patient_id: UUID
    missed_days: int
    unheard: int
    last_seen_at: datetime | None
    last_check_in_at: datetime | None

    @property
    def because(self) -> tuple[Silence, ...]:
        reasons = []
        if self.missed_days >= MISSED_DAYS:
            reasons.append(Silence.MISSED_CHECK_INS)
        if self.unheard >= UNHEARD_REMINDERS:
            reasons.append(Silence.SILENT_PHONE)
        return tuple(reasons)


def silent_patients(
    scope: ClinicScope, clinic: Clinic, keys: MasterKeys, moment: Moment
) -> tuple[SilentPatient, ...]:
    """Patients whose last two asked days brought no check-in, or whose phone took three reminders in vain."""
    silent = [trace for trace in _traces(scope, moment) if trace.because]
    silent.sort(key=lambda one: (-len(one.because), -one.missed_days, -one.unheard, one.patient_id))
    return tuple(_shown_if_readable(scope, clinic, keys, trace, moment) for trace in silent)


def _traces(scope: ClinicScope, moment: Moment) -> Iterator[_Trace]:
    asked = silence.asked_days(scope, moment.care - LOOK_BACK, moment.care)
    unheard, seen = silence.unheard_reminders(scope), silence.last_seen(scope)
    checked_in = check_ins.last_check_ins(scope)
    for patient_id in silence.joined_patients(scope):
        last = checked_in.get(patient_id)
        zone = patients.get_patient(scope, patient_id).preferences.zone
        missed = [day for day in asked.get(patient_id, []) if last is None or day > local_day(last, zone)]
        yield _Trace(patient_id, len(missed), unheard.get(patient_id, 0), seen.get(patient_id), last)


def _shown_if_readable(
    scope: ClinicScope, clinic: Clinic, keys: MasterKeys, trace: _Trace, moment: Moment
) -> SilentPatient:
    """A record that cannot be opened must not hide the others, nor that this patient is silent."""
    bare = SilentPatient(
        id=trace.patient_id,
        first_name=None,
        procedure=None,
        day_number=None,
        because=trace.because,
        missed_days=trace.missed_days,
        unheard_reminders=trace.unheard,
        last_seen_at=trace.last_seen_at,
        last_check_in_at=trace.last_check_in_at,
    )
    work = partial(_shown, scope, clinic, keys, bare, moment)
    return if_readable(work, bare, "patient_not_readable", patient_id=trace.patient_id)


def _shown(
    scope: ClinicScope, clinic: Clinic, keys: MasterKeys, bare: SilentPatient, moment: Moment
) -> SilentPatient:
    plan = plans.plans_of(scope, bare.id)[-1]
    content = protocol(scope.session, plan.content_hash)
    return replace(
        bare,
        first_name=vaults.first_name(scope, vaults.open_vault(scope, keys, bare.id)),
        procedure=content.texts[content.name_text_id].in_language("en").title,
        day_number=(local_day(moment.care, clinic.zone) - plan.treated_on).days,
    )
