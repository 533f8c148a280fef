"""Take in what phones made: every event is kept, once, and answered for by its own id."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta
from enum import StrEnum
from functools import cache
from typing import TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo, available_timezones

from sqlalchemy.exc import OperationalError, SQLAlchemyError

from pwa.clock import Moment
from pwa.domain.care_plan import OutcomeValue
from pwa.domain.clinic import Clinic
from pwa.domain.errors import AfterbeamError, BadInput
from pwa.domain.patient import Device
from pwa.domain.preferences import Preferences
from pwa.domain.protocol import FactName
from pwa.domain.quiet_hours import QuietHours
from pwa.logs import get_logger
from pwa.services import vaults
from pwa.services.alerting import note_called, note_undone
from pwa.services.check_ins import Intake, store_check_in, store_undo
from pwa.services.composing import recompose
from pwa.services.instants import read_instant
from pwa.services.judging import Bench, judge_safely
from pwa.services.patient_events import UNREADABLE, Answer, PatientEvent, SyncResult, answer_again
from pwa.services.phone_clock import when_tapped
from pwa.store import devices, patients, plans
from pwa.store.plans import LedgerEntry, Outcome
from pwa.store.scope import ClinicScope
from pwa.vault.keyring import MasterKeys

LONGEST_SNOOZE = timedelta(hours=12)
LONGEST_QUIET_HOURS = 16

log = get_logger()

Word = TypeVar("Word", bound=StrEnum)


def take_in(
    scope: ClinicScope,
    clinic: Clinic,
    keys: MasterKeys,
    device: Device,
    events: Sequence[PatientEvent],
    zone: str | None,
    moment: Moment,
    behind: timedelta = timedelta(0),
) -> tuple[Answer, ...]:
    """Store events in the order they were made, then plan reminders anew if any was new.

    `behind` is by how much care time on this phone is behind ours.
    """
    patients.lock_patient(scope, device.patient_id)  # first: what comes after touches rows in any order
    intake = Intake(scope, clinic, vaults.open_vault(scope, keys, device.patient_id), device, moment)
    answers = tuple(_take_one(intake, event, behind) for event in events)
    newest = max((event.seq for event in events), default=0)
    devices.saw_device(scope, device.id, moment.wall, newest, zone if zone in _zones() else None)
    if any(answer.result is SyncResult.STORED for answer in answers):
        _plan_anew(scope, clinic, device, moment)
    return answers


def _plan_anew(scope: ClinicScope, clinic: Clinic, device: Device, moment: Moment) -> None:
    """Plan reminders from what is now known; a broken plan must not cost the patient's events."""
    try:
        with scope.session.begin_nested():
            recompose(scope, clinic, device.patient_id, moment)
    except OperationalError:  # the database is busy: all of it is tried again
        raise
    except Exception:
        log.exception("compose_failed", patient_id=device.patient_id)
        patients.compose_again(scope, device.patient_id)


def _take_one(intake: Intake, event: PatientEvent, behind: timedelta) -> Answer:
    scope, vault, device, moment = intake.scope, intake.vault, intake.device, intake.moment
    digest = event.digest(vault)
    known = plans.find_event(scope, device.patient_id, event.id)
    if known is not None and known.payload_hash == digest:
        return answer_again(event, known)
    entry = LedgerEntry(
        event_id=event.id,
        device_id=device.id,
        seq=event.seq,
        kind=event.kind,
        schema=event.schema,
        tapped_at=_tapped_at(scope, device, event, behind, moment.care),
        payload_hash=digest,
        payload_sealed=vault.seal("patient_events", "payload", event.id, event.text),
    )
    if known is not None:
        plans.add_conflict(scope, device.patient_id, entry, moment.wall)
        return Answer(event.id, SyncResult.CONFLICT, "Something else was already sent under this number.")
    return _store_and_apply(intake, event, entry)


def _store_and_apply(intake: Intake, event: PatientEvent, entry: LedgerEntry) -> Answer:
    scope, device, moment = intake.scope, intake.device, intake.moment
    try:
        with scope.session.begin_nested():
            _apply(intake, event, entry.tapped_at)
            plans.add_event(scope, device.patient_id, entry, moment.wall)
    except AfterbeamError as error:
        return _reject(scope, device, entry, error.message, moment)
    except SQLAlchemyError:
        raise
    except Exception:  # one event must never hold up those behind it
        log.exception("event_not_applied", device_id=device.id)
        return _reject(scope, device, entry, "The server cannot use this. It was kept.", moment)
    if event.kind == "check_in":  # stored whatever becomes of judging it
        judge_safely(Bench(scope, intake.clinic, intake.vault, moment), event.id)
    return Answer(event.id, SyncResult.STORED)


def _reject(scope: ClinicScope, device: Device, entry: LedgerEntry, reason: str, moment: Moment) -> Answer:
    """What a patient made is kept even when it cannot be used."""
    plans.add_event(scope, device.patient_id, replace(entry, rejected=reason[:200]), moment.wall)
    return Answer(entry.event_id, SyncResult.REJECTED, reason)


def _tapped_at(
    scope: ClinicScope, device: Device, event: PatientEvent, behind: timedelta, now: datetime
) -> datetime:
    """When it was tapped, by our clock; never before what the same phone made before it.

    How wrong its clock is, is measured anew at each sending, and each time a little differently: an Undo
    must not come before what it takes back.
    """
    if event.kind == UNREADABLE:
        return now
    tapped_at = when_tapped(event.tapped_at, behind, now)
    before = devices.last_tap(scope, device.id, event.seq)
    return tapped_at if before is None else max(before, tapped_at)


def _apply(intake: Intake, event: PatientEvent, tapped_at: datetime) -> None:
    scope, device, moment = intake.scope, intake.device, intake.moment
    match event.kind:
        case "check_in":
            store_check_in(intake, event.id, event.content, tapped_at)
        case "check_in_undo":
            store_undo(intake, event.id, event.content)
            note_undone(scope, device.patient_id, moment)
        case "called":
            note_called(scope, device.patient_id, event.content, tapped_at, moment)
        case "outcome":
            _apply_outcome(scope, device, event, tapped_at, moment)
        case "fact":
            _apply_fact(scope, device, replace(event, tapped_at=tapped_at), moment)
        case "settings":
            _apply_settings(scope, device, event)
        case _ if event.kind == UNREADABLE:
            raise BadInput("The server cannot read this. It was kept; show it to your clinic.")
        case _:
            raise BadInput("This version of the server does not know what this is. It was kept.")


def _apply_outcome(
    scope: ClinicScope, device: Device, event: PatientEvent, tapped_at: datetime, moment: Moment
) -> None:
    value = _one_of(OutcomeValue, event.content.get("value"))
    until = tapped_at + _put_off_by(event) if value is OutcomeValue.SNOOZED else None
    occurrences = event.content.get("occurrence_ids")
    if not isinstance(occurrences, list) or not 1 <= len(occurrences) <= 20:
        raise BadInput("This names nothing that was due.")
    for occurrence in dict.fromkeys(_uuid(one) for one in occurrences):
        plans.add_outcome(
            scope,
            device.patient_id,
            Outcome(event.id, occurrence, value, until, tapped_at, event.seq),
            moment.care,
        )


def _put_off_by(event: PatientEvent) -> timedelta:
    """By how long a reminder is snoozed: both times are the phone's, so its clock may be wrong."""
    length = _instant(event.content.get("until")) - event.tapped_at
    if not timedelta(0) < length <= LONGEST_SNOOZE:
        raise BadInput("A reminder can be put off by up to 12 hours.")
    return length


def _apply_fact(scope: ClinicScope, device: Device, event: PatientEvent, moment: Moment) -> None:
    name = _one_of(FactName, event.content.get("name"))
    value = event.content.get("value")
    if not isinstance(value, bool):
        raise BadInput("An answer about the skin is yes or no.")
    plan_id = _uuid(event.content.get("plan_id"))
    if plan_id not in {plan.id for plan in plans.plans_of(scope, device.patient_id)}:
        raise BadInput("This care plan is not yours.")
    plans.add_fact(scope, plan_id, name, (value, "patient"), (event.tapped_at, event.seq), moment.wall)


def _apply_settings(scope: ClinicScope, device: Device, event: PatientEvent) -> None:
    asked = event.content.get("settings")
    if not isinstance(asked, dict):
        raise BadInput("These settings cannot be read.")
    patient = patients.get_patient(scope, device.patient_id)
    preferences = Preferences(
        zone=_zone(asked.get("zone", patient.preferences.zone.key)),
        wake=_clock(asked.get("wake")),
        quiet=_quiet(_clock(asked.get("quiet_start")), _clock(asked.get("quiet_end"))),
        one_a_day=asked.get("one_a_day") is True,
    )
    lock_screen = asked.get("lock_screen")
    if lock_screen not in (0, 1, 2) or isinstance(lock_screen, bool):
        raise BadInput("Choose how much the lock screen may say: 0, 1 or 2.")
    patients.change_patient(scope, replace(patient, preferences=preferences, lock_screen=lock_screen))


def _zone(given: object) -> ZoneInfo:
    if not isinstance(given, str) or given not in _zones():
        raise BadInput("This is not a time zone.")  # never the text itself: it would be kept readable
    return ZoneInfo(given)


@cache
def _zones() -> frozenset[str]:
    """Every zone there is; finding them reads a folder."""
    return frozenset(available_timezones())


def _quiet(start: time, end: time) -> QuietHours:
    """Quiet hours that leave enough of the day for reminders to come in."""
    day = 24 * 60
    minutes = (end.hour * 60 + end.minute - start.hour * 60 - start.minute) % day
    if minutes > LONGEST_QUIET_HOURS * 60:
        raise BadInput(f"Quiet hours can be at most {LONGEST_QUIET_HOURS} hours long.")
    return QuietHours(start, end)


def _one_of(words: type[Word], given: object) -> Word:
    try:
        return words(str(given))
    except ValueError:
        raise BadInput(f"This is none of: {', '.join(words)}.") from None


def _uuid(given: object) -> UUID:
    try:
        return UUID(str(given))
    except ValueError:
        raise BadInput("This is not an id.") from None


def _clock(given: object) -> time:
    try:
        return time.fromisoformat(str(given)).replace(second=0, microsecond=0, tzinfo=None)
    except ValueError:
        raise BadInput("This is not a time of day. Give it as 07:30.") from None


def _instant(given: object) -> datetime:
    at = read_instant(given)
    if at is None:
        raise BadInput("This is not a time with its zone.")
    return at
