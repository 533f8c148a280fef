"""Keep each patient's reminders planned for the next 72 hours, whatever has changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from pwa.clock import Moment
from pwa.domain.agenda import Agenda, AgendaEntry, Settled, Snooze, compose
from pwa.domain.care_plan import CarePlan, Fact, OutcomeValue
from pwa.domain.clinic import Clinic
from pwa.domain.notice import Notice, NoticeState, Reminder, answered, reconcile, reminded
from pwa.domain.patient import Patient
from pwa.domain.schedule import day_bounds, local_day
from pwa.domain.sun import Place
from pwa.services.shelf import protocol
from pwa.store import notices, patients, plans
from pwa.store.notices import ReminderItem
from pwa.store.plans import Outcome, StoredPlan
from pwa.store.scope import ClinicScope

HORIZON = timedelta(hours=72)
RECOMPOSE_BELOW = timedelta(hours=48)
# Outcomes and reminders older than this belong to days that are over.
LOOK_BACK = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Recovery:
    """All that composing needs to know of one patient."""

    patient: Patient
    plans: tuple[CarePlan, ...]
    facts: tuple[Fact, ...]
    outcomes: tuple[Outcome, ...]
    reminders: tuple[Notice, ...]
    items: tuple[ReminderItem, ...]


def recompose(scope: ClinicScope, clinic: Clinic, patient_id: UUID, moment: Moment) -> None:
    """Plan this patient's reminders anew, in the caller's transaction.

    Only planned and cancelled reminders change; one that is being sent ends when all of it was answered.
    """
    patients.lock_patient(scope, patient_id)
    notices.lock_reminders(scope, patient_id, moment.care - LOOK_BACK)
    recovery = load_recovery(scope, patient_id, moment)
    days = tuple(_days(recovery.patient, moment))
    so_far = settled(recovery)
    entries = [
        entry for day in days for entry in agenda_of(recovery, clinic, day, so_far, moment.care).entries
    ]
    _apply(scope, recovery, entries, moment)
    notices.stop_sending(scope, answered(_reminders(recovery), so_far), moment.wall)
    until = day_bounds(days[-1], recovery.patient.preferences.zone)[1]
    patients.set_composed_until(scope, patient_id, until)


def load_recovery(scope: ClinicScope, patient_id: UUID, moment: Moment) -> Recovery:
    """Read what composing needs. Raises NotFound."""
    since = moment.care - LOOK_BACK
    stored = plans.plans_of(scope, patient_id)
    return Recovery(
        patient=patients.get_patient(scope, patient_id),
        plans=tuple(care_plan(scope, plan) for plan in stored),
        facts=plans.facts_of(scope, [plan.id for plan in stored]),
        outcomes=plans.outcomes_of(scope, patient_id, since),
        reminders=notices.reminders_since(scope, patient_id, since),
        items=notices.reminder_items_since(scope, patient_id, since),
    )


def care_plan(scope: ClinicScope, stored: StoredPlan) -> CarePlan:
    """A stored plan with the content of its protocol."""
    return CarePlan(
        id=stored.id,
        status=stored.status,
        protocol=protocol(scope.session, stored.content_hash),
        variant=stored.variant,
        area=stored.area,
        treated_at=stored.treated_at,
        treated_on=stored.treated_on,
        tasks=stored.tasks,
    )


def agenda_of(
    recovery: Recovery, clinic: Clinic, day: date, so_far: Settled, since: datetime | None = None
) -> Agenda:
    """The agenda of one local day of one patient; what stopped being useful by `since` is not reminded."""
    return compose(
        recovery.plans,
        recovery.facts,
        recovery.patient.preferences,
        place_of(recovery.patient, clinic),
        day,
        so_far,
        clinic.hours,
        since,
    )


def place_of(patient: Patient, clinic: Clinic) -> Place:
    """Where the sun is reckoned for: the patient's town once they picked one, else the clinic's."""
    return patient.place or clinic.place


def settled(recovery: Recovery) -> Settled:
    """What has happened to this patient's occurrences so far."""
    latest = latest_outcomes(recovery.outcomes)
    return Settled(
        done=frozenset(key for key, one in latest.items() if one.value is OutcomeValue.DONE),
        skipped=frozenset(key for key, one in latest.items() if one.value is OutcomeValue.SKIPPED),
        snoozed=_snoozes(recovery.outcomes, latest),
        reminded=reminded(_reminders(recovery)),
        sent_on=_sent_on(recovery),
    )


def latest_outcomes(outcomes: Sequence[Outcome]) -> dict[UUID, Outcome]:
    """The outcome that holds for each occurrence: the last one tapped that was not taken back.

    Undone takes back the one before it, so that "later" holds again when a mistaken "done" is undone.
    The same twice, as from two phones, is one.
    """
    standing: dict[UUID, list[Outcome]] = {}
    for one in outcomes:
        before = standing.setdefault(one.occurrence_id, [])
        if before and one.value in (OutcomeValue.UNDONE, before[-1].value):
            before.pop()
        if one.value is not OutcomeValue.UNDONE:
            before.append(one)
    return {key: held[-1] for key, held in standing.items() if held}


def _snoozes(outcomes: Sequence[Outcome], latest: dict[UUID, Outcome]) -> dict[UUID, Snooze]:
    counts: dict[UUID, int] = {}
    for one in outcomes:
        if one.value is OutcomeValue.SNOOZED:
            counts[one.occurrence_id] = counts.get(one.occurrence_id, 0) + 1
    return {
        key: Snooze(one.until, counts[key], one.tapped_at)
        for key, one in latest.items()
        if one.value is OutcomeValue.SNOOZED and one.until is not None
    }


def _reminders(recovery: Recovery) -> list[Reminder]:
    occurrences: dict[UUID, set[tuple[UUID, int]]] = {}
    for item in recovery.items:
        occurrences.setdefault(item.notice_id, set()).add((item.occurrence_id, item.snooze))
    return [
        Reminder(
            id=notice.id,
            slot_key=notice.slot_key,
            state=notice.state,
            due_at=notice.due_at,
            useful_until=notice.useful_until,
            occurrences=frozenset(occurrences.get(notice.id, ())),
        )
        for notice in recovery.reminders
    ]


def _sent_on(recovery: Recovery) -> dict[date, int]:
    sent: dict[date, int] = {}
    nominal = {item.notice_id: item.nominal_day for item in recovery.items}
    for notice in recovery.reminders:
        if notice.state in (NoticeState.SENDING, NoticeState.SENT) and notice.id in nominal:
            day = nominal[notice.id]
            sent[day] = sent.get(day, 0) + 1
    return sent


def _days(patient: Patient, moment: Moment) -> Iterator[date]:
    """From yesterday, whose evening may still be open, to the end of the horizon."""
    zone = patient.preferences.zone
    day = local_day(moment.care, zone) - timedelta(days=1)
    last = local_day(moment.care + HORIZON, zone)
    while day <= last:
        yield day
        day += timedelta(days=1)


def _apply(scope: ClinicScope, recovery: Recovery, entries: Sequence[AgendaEntry], moment: Moment) -> None:
    plan = reconcile(_reminders(recovery), entries, moment.care)
    changed = [notice_id for notice_id, _ in plan.change]
    notices.end_reminders(scope, plan.cancel, NoticeState.CANCELLED, moment.wall)
    notices.end_reminders(scope, plan.expire, NoticeState.EXPIRED, moment.wall)
    notices.free_items(scope, changed)
    for notice_id, entry in plan.change:
        notices.plan_reminder(scope, recovery.patient.id, notice_id, entry, moment.wall)
    for entry in plan.insert:
        notices.plan_reminder(scope, recovery.patient.id, None, entry, moment.wall)


def stale_before(moment: Moment) -> datetime:
    """Patients planned less far than this are composed again by the compose job."""
    return moment.care + RECOMPOSE_BELOW
