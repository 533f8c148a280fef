"""What a phone still sends after its clinic shut it out: kept apart for staff, applied to nothing.

The phone may be in a stranger's hands, or hold the last check-in of a patient: nobody can tell from here.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from pwa.clock import Moment
from pwa.domain.errors import TooManyTries
from pwa.domain.patient import Device
from pwa.services import vaults
from pwa.services.damaged import if_readable
from pwa.services.patient_events import UNREADABLE, Answer, PatientEvent, SyncResult, answer_again
from pwa.services.phone_clock import when_tapped
from pwa.services.tokens import hash_token
from pwa.store import alerts, credentials, patients, plans, quarantine
from pwa.store.ids import new_id
from pwa.store.quarantine import QuarantinedEvent
from pwa.store.scope import ClinicScope
from pwa.vault.fields import PatientVault
from pwa.vault.keyring import MasterKeys

OPEN_FOR = timedelta(days=14)  # as long as a phone keeps what it may have to send again
MOST_EVENTS = 200  # of one device
SHOWN_AT_ONCE = 200
KEPT_APART = "This phone was shut out by your clinic. What you entered is kept apart for your clinic."
_PLACE = ("quarantined_events", "payload")  # what the content is bound to, beside patient and id


class QuarantineFull(TooManyTries):
    """This phone was shut out and has sent all it may. Call your clinic about what you entered."""

    code = "quarantine_full"


@dataclass(frozen=True, slots=True)
class ShownEvent:
    """One event for staff; `first_name` and `content` are None when they cannot be opened."""

    stored: QuarantinedEvent
    device_label: str
    first_name: str | None = field(repr=False)
    content: Any = field(repr=False)


@dataclass(frozen=True, slots=True)
class ShownPage:
    """Events, the newest first, and whether there are older ones."""

    events: tuple[ShownEvent, ...]
    more: bool


def find_device(session: Session, credential: str, moment: Moment) -> Device | None:
    """The device that shows this credential, whom its clinic shut out less than 14 days ago."""
    return credentials.find_shut_out(session, hash_token(credential), moment.wall - OPEN_FOR, moment.wall)


def append(
    scope: ClinicScope,
    keys: MasterKeys,
    device: Device,
    events: Sequence[PatientEvent],
    moment: Moment,
    behind: timedelta,
) -> tuple[Answer | None, ...]:
    """Keep events apart, each once; None for those without room. Raises QuarantineFull when that is all.

    `behind` is by how much care time on this phone is behind ours.
    """
    patients.lock_patient(scope, device.patient_id)
    vault = vaults.open_vault(scope, keys, device.patient_id)
    before = quarantine.number_of(scope, device.id)
    answers = tuple(
        _append_one(scope, vault, device, event, (_tapped_at(event, behind, moment.care), moment.wall))
        for event in events
    )
    if events and not any(answers):
        raise QuarantineFull
    if quarantine.number_of(scope, device.id) > before:
        alerts.note_change(scope)
    return answers


def _append_one(
    scope: ClinicScope,
    vault: PatientVault,
    device: Device,
    event: PatientEvent,
    times: tuple[datetime, datetime],
) -> Answer | None:
    digest = event.digest(vault)
    known = plans.find_event(scope, device.patient_id, event.id)
    if known is not None and known.payload_hash == digest:
        return answer_again(event, known)  # it came in before the phone was shut out, and counts
    if not quarantine.holds(scope, device.patient_id, event.id, digest):
        if quarantine.number_of(scope, device.id) >= MOST_EVENTS:
            return None
        row_id = new_id(times[1])
        sealed = vault.seal(*_PLACE, row_id, event.text)
        row = (row_id, device.patient_id, device.id, event.id, event.kind, *times)
        quarantine.add(scope, QuarantinedEvent(*row, digest, sealed))
    return Answer(event.id, SyncResult.REJECTED, KEPT_APART)


def _tapped_at(event: PatientEvent, behind: timedelta, now: datetime) -> datetime:
    return now if event.kind == UNREADABLE else when_tapped(event.tapped_at, behind, now)


def newest(scope: ClinicScope, keys: MasterKeys, before: UUID | None) -> ShownPage:
    """What is kept apart in this clinic; from after the event of that row on. Raises NotFound."""
    found = quarantine.newest(scope, SHOWN_AT_ONCE + 1, before)
    shown = tuple(_shown(scope, keys, stored, label) for stored, label in found[:SHOWN_AT_ONCE])
    return ShownPage(shown, len(found) > SHOWN_AT_ONCE)


def _shown(scope: ClinicScope, keys: MasterKeys, stored: QuarantinedEvent, label: str) -> ShownEvent:
    def opened() -> ShownEvent:
        vault = vaults.open_vault(scope, keys, stored.patient_id)
        content = json.loads(vault.open(*_PLACE, stored.id, stored.payload_sealed))
        return ShownEvent(stored, label, vaults.first_name(scope, vault), content)

    bare = ShownEvent(stored, label, None, None)  # at least that it is there
    return if_readable(opened, bare, "quarantine_not_readable", patient_id=stored.patient_id)
