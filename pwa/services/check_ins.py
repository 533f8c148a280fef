"""Take in check-ins: read one strictly, and store what is readable of it beside its sealed event."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from pwa.clock import Moment
from pwa.domain.answers import read_answers
from pwa.domain.clinic import Clinic, TriageMode
from pwa.domain.errors import BadInput
from pwa.domain.patient import Device
from pwa.domain.rules import Level
from pwa.domain.schedule import local_day
from pwa.services.phone_clock import CLOCK_SLACK
from pwa.store import check_ins, patients, plans
from pwa.store.check_ins import SUPERSEDED, UNDONE, NewCheckIn, PhoneResult
from pwa.store.plans import StoredPlan
from pwa.store.scope import ClinicScope
from pwa.vault.fields import PatientVault

LONGEST_NOTE = 2000
EARLIEST_DAY = -90  # of a plan; a patient may feel something wrong before the treatment too
MOST_REASONS = 40
RULE_SET_HASH = 64


@dataclass(frozen=True, slots=True)
class Intake:
    """The unit of work in which the events of one phone are taken in."""

    scope: ClinicScope
    clinic: Clinic
    vault: PatientVault = field(repr=False)
    device: Device
    moment: Moment

    @property
    def patient_id(self) -> UUID:
        return self.device.patient_id


def store_check_in(intake: Intake, event_id: UUID, content: Mapping[str, Any], tapped_at: datetime) -> None:
    """Store a check-in, not yet judged. Raises BadInput naming what cannot be used."""
    plan = _plan(intake, content.get("plan_id"))
    day = _day(intake, plan, content.get("day"))
    read_answers(content.get("answers"))
    _check_note(content.get("note"))
    replaced = _event_id(content["supersedes"]) if content.get("supersedes") is not None else None
    graded = intake.clinic.triage_mode is TriageMode.PERSONALISED
    new = NewCheckIn(
        event_id=event_id,
        patient_id=intake.patient_id,
        care_plan_id=plan.id,
        device_id=intake.device.id,
        day=day,
        tapped_at=tapped_at,
        received_at=intake.moment.care,
        phone=read_result(content.get("result")) if graded else None,
    )
    check_ins.add_check_in(intake.scope, new, intake.moment.wall)
    if replaced is not None and replaced != event_id:
        check_ins.end_check_in(intake.scope, intake.patient_id, replaced, event_id, SUPERSEDED)


def store_undo(intake: Intake, event_id: UUID, content: Mapping[str, Any]) -> None:
    """Note that a check-in was taken back, also one that has not come yet."""
    taken_back = _event_id(content.get("check_in_id"))
    check_ins.end_check_in(intake.scope, intake.patient_id, taken_back, event_id, UNDONE)


def read_result(given: object) -> PhoneResult | None:
    """What the phone said; None for what is none. It can only raise a level, so it costs no check-in."""
    if not isinstance(given, dict):
        return None
    try:
        level = Level(str(given.get("level")))
    except ValueError:
        return None
    reasons, rule_set = given.get("reasons"), given.get("rule_set")
    named = [one for one in reasons if isinstance(one, str)] if isinstance(reasons, list) else []
    known = rule_set if isinstance(rule_set, str) and _is_hash(rule_set) else None
    return PhoneResult(level, known, tuple(named[:MOST_REASONS]), given.get("complete") is True)


def _is_hash(text: str) -> bool:
    return 0 < len(text) <= RULE_SET_HASH and text.isascii() and text.isalnum()


def _plan(intake: Intake, given: object) -> StoredPlan:
    own = {str(plan.id): plan for plan in plans.plans_of(intake.scope, intake.patient_id)}
    if not isinstance(given, str) or given.lower() not in own:
        raise BadInput("This care plan is not yours.")
    return own[given.lower()]


def _day(intake: Intake, plan: StoredPlan, given: object) -> int:
    """The day it is about, which has begun by the patient's clock or by the clinic's."""
    if isinstance(given, bool) or not isinstance(given, int) or given < EARLIEST_DAY:
        raise BadInput("This is not a day of the plan.")
    latest = intake.moment.care + CLOCK_SLACK
    zone = patients.get_patient(intake.scope, intake.patient_id).preferences.zone
    today = max(local_day(latest, zone), local_day(latest, intake.clinic.zone))
    if given > (today - plan.treated_on).days:
        raise BadInput("This day has not come yet.")
    return given


def _check_note(given: object) -> None:
    if given is not None and (not isinstance(given, str) or len(given) > LONGEST_NOTE):
        raise BadInput(f"A note has at most {LONGEST_NOTE} characters.")


def _event_id(given: object) -> UUID:
    try:
        return UUID(str(given))
    except ValueError:
        raise BadInput("This names no check-in.") from None
