"""Take in what phones made: every event is kept, once, and answered for by its own id."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TypeVar
from uuid import UUID, uuid5

from sqlalchemy.exc import OperationalError, SQLAlchemyError

from pwa.clock import Moment
from pwa.domain.care_plan import OutcomeValue
from pwa.domain.clinic import Clinic
from pwa.domain.errors import AfterbeamError
from pwa.domain.patient import Device
from pwa.domain.protocol import FactName
from pwa.logs import get_logger
from pwa.services import vaults
from pwa.services.alerting import note_called, note_undone
from pwa.services.check_ins import Intake, store_check_in, store_signs, store_undo, ticks_a_sign
from pwa.services.composing import recompose
from pwa.services.instants import read_instant
from pwa.services.judging import Bench, judge_safely
from pwa.services.patient_events import (
    CHECK_IN,
    PARTLY_READ,
    REFUSALS,
    UNREADABLE,
    Answer,
    CannotUse,
    PatientEvent,
    SyncResult,
    answer_again,
    sentence_of,
)
from pwa.services.phone_clock import when_tapped
from pwa.services.phone_settings import apply_settings, zones
from pwa.store import alerts, devices, patients, plans
from pwa.store.plans import LedgerEntry, Outcome
from pwa.store.scope import ClinicScope
from pwa.vault.keyring import MasterKeys

LONGEST_SNOOZE = timedelta(hours=12)

log = get_logger()

Word = TypeVar("Word", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of an event, the check-in to judge because of it, and whether it is news for staff."""

    answer: Answer
    to_judge: UUID | None = None
    is_news: bool = False


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
    vault = vaults.open_vault(scope, keys, device.patient_id)
    intake = Intake(scope, clinic, vault, device, moment, behind)
    answers = _take_all(intake, events)
    newest = max((event.seq for event in events), default=0)
    devices.saw_device(scope, device.id, moment.wall, newest, zone if zone in zones() else None)
    if any(answer.result is SyncResult.STORED for answer in answers):
        _plan_anew(scope, clinic, device, moment)
    return answers


def _take_all(intake: Intake, events: Sequence[PatientEvent]) -> tuple[Answer, ...]:
    """Store all of them, then judge the check-ins among them together.

    "Have you called?" comes last: it may be about the alert that a check-in before it opens.
    """
    answers: dict[int, Answer] = {}
    taken: list[Taken] = []
    for about_alerts in (False, True):
        for place, event in enumerate(events):
            if (event.kind == "called") is about_alerts:
                taken.append(_take_one(intake, event))
                answers[place] = taken[-1].answer
        if not about_alerts:
            _tell_staff(intake, taken)
    return tuple(answers[place] for place in range(len(events)))


def _tell_staff(intake: Intake, taken: Sequence[Taken]) -> None:
    """Judge what came, and bring what staff must see into their inbox."""
    bench = Bench(intake.scope, intake.clinic, intake.vault, intake.moment)
    judge_safely(bench, {one.to_judge for one in taken if one.to_judge is not None})
    if any(one.is_news for one in taken):
        alerts.note_change(intake.scope)


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


def _take_one(intake: Intake, event: PatientEvent) -> Taken:
    known = plans.find_event(intake.scope, intake.patient_id, event.id)
    if known is None:
        return _store_and_apply(intake, event, _entry(intake, event))
    if known.payload_hash == event.digest(intake.vault):
        return Taken(answer_again(event, known))
    return _keep_other(intake, event)


def _entry(intake: Intake, event: PatientEvent) -> LedgerEntry:
    vault = intake.vault
    return LedgerEntry(
        event_id=event.id,
        device_id=intake.device.id,
        seq=event.seq,
        kind=event.kind,
        schema=event.schema,
        tapped_at=_tapped_at(intake, event),
        payload_hash=event.digest(vault),
        payload_sealed=vault.seal("patient_events", "payload", event.id, event.text),
    )


def _keep_other(intake: Intake, event: PatientEvent) -> Taken:
    """Keep another content that came under a known id; a sign in it must reach staff like any other."""
    answer = Answer(event.id, SyncResult.CONFLICT, REFUSALS["other_content"])
    entry = _entry(intake, event)
    if not plans.add_conflict(intake.scope, intake.patient_id, entry, intake.moment.wall):
        return Taken(answer)
    # Under an id of its own, made from the content, since the phone's is taken.
    own = replace(event, id=uuid5(event.id, entry.payload_hash.hex()))
    if not ticks_a_sign(own.content) or plans.find_event(intake.scope, intake.patient_id, own.id):
        return Taken(answer, is_news=True)
    refused = _refuse(intake, own, _entry(intake, own), "other_content")
    return Taken(answer, refused.to_judge, is_news=True)


def _store_and_apply(intake: Intake, event: PatientEvent, entry: LedgerEntry) -> Taken:
    scope, moment = intake.scope, intake.moment
    try:
        with scope.session.begin_nested():
            is_whole = _apply(intake, event, entry.tapped_at)
            plans.add_event(scope, intake.patient_id, entry, moment.wall)
    except CannotUse as error:
        return _refuse(intake, event, entry, error.word)
    except AfterbeamError as error:
        return _refuse(intake, event, entry, error.code)
    except SQLAlchemyError:
        raise
    except Exception:  # one event must never hold up those behind it
        log.exception("event_not_applied", device_id=intake.device.id)
        return _refuse(intake, event, entry, "not_usable")
    answer = Answer(event.id, SyncResult.STORED, None if is_whole else PARTLY_READ)
    return Taken(answer, event.id if event.kind == CHECK_IN else None)


def _refuse(intake: Intake, event: PatientEvent, entry: LedgerEntry, word: str) -> Taken:
    """What a patient made is kept even when it cannot be used, and a sign in it is seen."""
    scope = intake.scope
    plans.add_event(scope, intake.patient_id, replace(entry, rejected=word), intake.moment.wall)
    answer = Answer(entry.event_id, SyncResult.REJECTED, sentence_of(word))
    try:
        with scope.session.begin_nested():
            has_signs = store_signs(intake, event, entry.tapped_at)
    except SQLAlchemyError:
        raise
    except Exception:
        log.exception("signs_not_stored", device_id=intake.device.id)
        return Taken(answer)
    return Taken(answer, event.id if has_signs else None)


def _tapped_at(intake: Intake, event: PatientEvent) -> datetime:
    """When it was tapped, by our clock; never before what the same phone made before it.

    How wrong its clock is, is measured anew at each sending, and each time a little differently: an Undo
    must not come before what it takes back.
    """
    if event.kind == UNREADABLE:
        return intake.moment.care
    tapped_at = when_tapped(event.tapped_at, intake.behind, intake.moment.care)
    before = devices.last_tap(intake.scope, intake.device.id, event.seq)
    return tapped_at if before is None else max(before, tapped_at)


def _apply(intake: Intake, event: PatientEvent, tapped_at: datetime) -> bool:
    """Do what an event says; False when part of it could not be read."""
    scope, device, moment = intake.scope, intake.device, intake.moment
    if not event.is_whole:
        raise CannotUse("part_unreadable")
    match event.kind:
        case "check_in":
            return store_check_in(intake, event, tapped_at)
        case "check_in_undo":
            store_undo(intake, event)
            note_undone(scope, device.patient_id, moment)
        case "called":
            note_called(scope, device.patient_id, event.content, tapped_at, moment)
        case "outcome":
            _apply_outcome(scope, device, event, tapped_at, moment)
        case "fact":
            _apply_fact(scope, device, replace(event, tapped_at=tapped_at), moment)
        case "settings":
            apply_settings(scope, device, event)
        case _:
            raise CannotUse("unreadable" if event.kind == UNREADABLE else "unknown_kind")
    return True


def _apply_outcome(
    scope: ClinicScope, device: Device, event: PatientEvent, tapped_at: datetime, moment: Moment
) -> None:
    value = _one_of(OutcomeValue, event.content.get("value"))
    until = tapped_at + _put_off_by(event) if value is OutcomeValue.SNOOZED else None
    occurrences = event.content.get("occurrence_ids")
    if not isinstance(occurrences, list) or not 1 <= len(occurrences) <= 20:
        raise CannotUse("nothing_due")
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
        raise CannotUse("snooze_too_long")
    return length


def _apply_fact(scope: ClinicScope, device: Device, event: PatientEvent, moment: Moment) -> None:
    name = _one_of(FactName, event.content.get("name"))
    value = event.content.get("value")
    if not isinstance(value, bool):
        raise CannotUse("answer_not_possible")
    plan_id = _uuid(event.content.get("plan_id"))
    if plan_id not in {plan.id for plan in plans.plans_of(scope, device.patient_id)}:
        raise CannotUse("plan_not_yours")
    plans.add_fact(scope, plan_id, name, (value, "patient"), (event.tapped_at, event.seq), moment.wall)


def _one_of(words: type[Word], given: object) -> Word:
    try:
        return words(str(given))
    except ValueError:
        raise CannotUse("answer_not_possible") from None


def _uuid(given: object) -> UUID:
    try:
        return UUID(str(given))
    except ValueError:
        raise CannotUse("id_not_possible") from None


def _instant(given: object) -> datetime:
    at = read_instant(given)
    if at is None:
        raise CannotUse("instant_not_possible")
    return at
