"""Take in check-ins: store what is readable of one beside its sealed event, which keeps all of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, TypeGuard
from uuid import UUID

from pwa.clock import Moment
from pwa.domain.answers import readable_answers
from pwa.domain.clinic import Clinic, TriageMode
from pwa.domain.errors import BadInput
from pwa.domain.judgement import ticked_signs
from pwa.domain.patient import Device
from pwa.domain.rules import Level
from pwa.domain.schedule import local_day
from pwa.services.patient_events import CHECK_IN, CannotUse, PatientEvent
from pwa.services.phone_clock import CLOCK_SLACK, corrected
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
    behind: timedelta  # by how much care time on this phone is behind ours

    @property
    def patient_id(self) -> UUID:
        return self.device.patient_id


def store_check_in(intake: Intake, event: PatientEvent, tapped_at: datetime) -> bool:
    """Store what is readable of a check-in, not yet judged; False when something had to be left out.

    Raises CannotUse when its plan is not the patient's, or its answers are none at all.
    """
    content = event.content
    plan = _plan(intake, event)
    try:
        readable_answers(content.get("answers"))
    except BadInput:
        raise CannotUse("answer_not_possible") from None
    replaced = _id_or_none(content.get("supersedes"))
    new = _new(intake, plan, event, tapped_at)
    check_ins.add_check_in(intake.scope, new, intake.moment.wall)
    if replaced is not None and replaced != event.id:
        check_ins.end_check_in(intake.scope, intake.patient_id, replaced, event.id, SUPERSEDED)
    return not new.incomplete


def store_signs(intake: Intake, event: PatientEvent, tapped_at: datetime) -> bool:
    """Store what was refused as a check-in for the signs in it alone, so that staff see them.

    It belongs to the plan it names if that is the patient's, else to their newest; it is judged by what can
    be read, and is no history. False when it ticks no sign.
    """
    own = plans.plans_of(intake.scope, intake.patient_id)
    if not own or not ticks_a_sign(event.content):
        return False
    plan = next((one for one in own if _names(event, one)), own[-1])
    new = replace(_new(intake, plan, event, tapped_at), phone=None, incomplete=True)
    check_ins.add_check_in(intake.scope, new, intake.moment.wall)
    return True


def ticks_a_sign(content: object) -> bool:
    """Whether something that was sent is a check-in that says something is wrong."""
    if not isinstance(content, dict) or content.get("kind") != CHECK_IN:
        return False
    try:
        return bool(ticked_signs(readable_answers(content.get("answers"))))
    except BadInput:
        return False


def _new(intake: Intake, plan: StoredPlan, event: PatientEvent, tapped_at: datetime) -> NewCheckIn:
    graded = intake.clinic.triage_mode is TriageMode.PERSONALISED
    return NewCheckIn(
        event_id=event.id,
        patient_id=intake.patient_id,
        care_plan_id=plan.id,
        device_id=intake.device.id,
        day=_day(intake, plan, event),
        tapped_at=tapped_at,
        received_at=intake.moment.care,
        phone=read_result(event.content.get("result")) if graded else None,
        incomplete=not _is_all_readable(event.content),
    )


def _is_all_readable(content: Mapping[str, Any]) -> bool:
    answers, replaced = content.get("answers"), content.get("supersedes")
    return (
        isinstance(answers, dict)
        and len(readable_answers(answers)) == len(answers)
        and note_of(content) == content.get("note")
        and _is_whole(content.get("day"))
        and (replaced is None or _id_or_none(replaced) is not None)
    )


def note_of(content: Mapping[str, Any]) -> str | None:
    """What was added in words, as far as it is kept readable for staff."""
    note = content.get("note")
    return note[:LONGEST_NOTE] if isinstance(note, str) else None


def store_undo(intake: Intake, event: PatientEvent) -> None:
    """Note that a check-in was taken back, also one that has not come yet. Raises CannotUse."""
    taken_back = _id_or_none(event.content.get("check_in_id"))
    if taken_back is None:
        raise CannotUse("id_not_possible")
    check_ins.end_check_in(intake.scope, intake.patient_id, taken_back, event.id, UNDONE)


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


def _plan(intake: Intake, event: PatientEvent) -> StoredPlan:
    for plan in plans.plans_of(intake.scope, intake.patient_id):
        if _names(event, plan):
            return plan
    raise CannotUse("plan_not_yours")


def _names(event: PatientEvent, plan: StoredPlan) -> bool:
    given = event.content.get("plan_id")
    return isinstance(given, str) and given.lower() == str(plan.id)


def _day(intake: Intake, plan: StoredPlan, event: PatientEvent) -> int:
    """The day it is about: as many days from the one the phone named as its clock is wrong.

    It lies within the days that the plan may have: one that cannot be costs no check-in. A day of another
    plan says nothing about this one.
    """
    zone = patients.get_patient(intake.scope, intake.patient_id).preferences.zone
    care, given = intake.moment.care, event.content.get("day") if _names(event, plan) else None
    tapped_at = corrected(event.tapped_at, intake.behind, care)
    day = (local_day(tapped_at or care, zone) - plan.treated_on).days
    if tapped_at is not None and _is_whole(given):
        day = given + (local_day(tapped_at, zone) - local_day(event.tapped_at, zone)).days
    latest = care + CLOCK_SLACK
    today = max(local_day(latest, zone), local_day(latest, intake.clinic.zone))
    return min(max(day, EARLIEST_DAY), (today - plan.treated_on).days)


def _is_whole(given: object) -> TypeGuard[int]:
    return isinstance(given, int) and not isinstance(given, bool)


def _id_or_none(given: object) -> UUID | None:
    try:
        return UUID(str(given))
    except ValueError:
        return None
