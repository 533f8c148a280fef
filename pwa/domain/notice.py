"""A notice: anything to tell one person, with its due time, its usefulness and its state."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from pwa.domain.agenda import AgendaEntry
from pwa.domain.agenda_item import AgendaItem
from pwa.domain.occurrence import Settled


class NoticeKind(StrEnum):
    REMINDER = "reminder"
    TEST = "test"
    ALERT = "alert"
    MESSAGE = "message"
    SUMMARY = "summary"
    FOLLOW_UP = "follow_up"  # nobody at the clinic has seen it; have you called?


class NoticeState(StrEnum):
    PLANNED = "planned"
    SENDING = "sending"  # deliveries exist and at least one is open
    SENT = "sent"  # at least one delivery was accepted; accepted is not shown
    EXPIRED = "expired"
    CANCELLED = "cancelled"


class EndedBecause(StrEnum):
    """Why a notice expired."""

    TOO_LATE = "too_late"
    COLLAPSED = "collapsed"  # a later one says enough
    ANSWERED = "answered"  # by the patient, while it was on its way


class DeliveryState(StrEnum):
    PENDING = "pending"
    LEASED = "leased"
    ACCEPTED = "accepted"
    GONE = "gone"  # the endpoint no longer exists
    REFUSED = "refused"  # the service will not take it, ever
    EXPIRED = "expired"  # nobody could use it any more: its time passed, its phone left, it was answered
    DEAD = "dead"  # failed too often; operators see it


class ReceiptKind(StrEnum):
    SHOWN = "shown"
    OPENED = "opened"
    DISMISSED = "dismissed"


@dataclass(frozen=True, slots=True)
class Notice:
    """Something to tell one person."""

    id: UUID
    clinic_id: UUID
    patient_id: UUID
    kind: NoticeKind
    slot_key: str
    due_at: datetime
    useful_until: datetime
    state: NoticeState
    device_id: UUID | None = None  # this device only, as a test is; None: all of theirs


NEXT_STATES: Mapping[NoticeState, frozenset[NoticeState]] = {
    NoticeState.PLANNED: frozenset({NoticeState.SENDING, NoticeState.CANCELLED, NoticeState.EXPIRED}),
    NoticeState.CANCELLED: frozenset({NoticeState.PLANNED}),
    # Planned again when nobody could take it, cancelled when it was answered before anybody did.
    NoticeState.SENDING: frozenset(
        {NoticeState.SENT, NoticeState.EXPIRED, NoticeState.PLANNED, NoticeState.CANCELLED}
    ),
    NoticeState.SENT: frozenset(),
    NoticeState.EXPIRED: frozenset({NoticeState.SENT}),  # it had reached a phone all the same
}
CHANGEABLE = frozenset({NoticeState.PLANNED, NoticeState.CANCELLED})
LIVE = frozenset({NoticeState.PLANNED, NoticeState.SENDING})
URGENT = frozenset({NoticeKind.ALERT, NoticeKind.FOLLOW_UP})  # sent before all others
OUT = frozenset({NoticeState.SENDING, NoticeState.SENT, NoticeState.EXPIRED})  # beyond recall


@dataclass(frozen=True, slots=True)
class Reminder:
    """A stored reminder, and which occurrences it stands for at which snooze number."""

    id: UUID
    slot_key: str
    state: NoticeState
    due_at: datetime
    useful_until: datetime
    occurrences: frozenset[tuple[UUID, int]]


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """What to store so that the reminders are the agenda's.

    Occurrences move from one reminder to another: empty the cancelled, expired and changed ones first,
    then fill the changed and inserted ones.
    """

    insert: tuple[AgendaEntry, ...] = ()
    change: tuple[tuple[UUID, AgendaEntry], ...] = ()  # planned ones to alter, cancelled ones to revive
    cancel: tuple[UUID, ...] = ()
    expire: tuple[UUID, ...] = ()  # planned, but their useful time is over and nobody asked for them since


def may_become(state: NoticeState, following: NoticeState) -> bool:
    """Whether a notice may go from one state to another."""
    return following in NEXT_STATES[state]


def reminded(reminders: Iterable[Reminder]) -> dict[UUID, int]:
    """The highest snooze number at which each occurrence has had its reminder: `Settled.reminded`.

    One that expired has had its turn too: late is never.
    """
    highest: dict[UUID, int] = {}
    for reminder in reminders:
        if reminder.state in OUT:
            for occurrence, number in reminder.occurrences:
                highest[occurrence] = max(number, highest.get(occurrence, number))
    return highest


def reconcile(reminders: Iterable[Reminder], entries: Iterable[AgendaEntry], now: datetime) -> Reconciliation:
    """Compare stored reminders with composed entries, both of the same patient and the same days.

    Only planned and cancelled reminders change. An occurrence that had its reminder is never planned
    again at that snooze number, whatever the entries say.
    """
    known = sorted(reminders, key=lambda reminder: (reminder.slot_key, reminder.id))
    by_key = {reminder.slot_key: reminder for reminder in known}
    out = reminded(known)
    insert: list[AgendaEntry] = []
    change: list[tuple[UUID, AgendaEntry]] = []
    wanted: set[str] = set()
    asked: set[tuple[UUID, int]] = set()
    for entry in filter(None, (_not_yet_out(entry, out) for entry in entries)):
        wanted.add(entry.slot_key)
        asked |= occurrences_of(entry)
        held = by_key.get(entry.slot_key)
        if held is None:
            insert.append(entry)
        elif held.state in CHANGEABLE and not _already_says(held, entry):
            change.append((held.id, entry))
    unwanted = [each for each in known if each.state is NoticeState.PLANNED and each.slot_key not in wanted]
    # One that holds what is asked for again, as after a change of zone, gives it up however late it is.
    over = [each for each in unwanted if each.useful_until <= now and not each.occurrences & asked]
    return Reconciliation(
        insert=tuple(insert),
        change=tuple(change),
        cancel=tuple(each.id for each in unwanted if each not in over),
        expire=tuple(each.id for each in over),
    )


def answered(reminders: Iterable[Reminder], settled: Settled) -> tuple[UUID, ...]:
    """Reminders being sent whose every occurrence was settled meanwhile: their retries are not wanted."""
    return tuple(
        each.id
        for each in reminders
        if each.state is NoticeState.SENDING
        and each.occurrences
        and all(_is_answered(occurrence, number, settled) for occurrence, number in each.occurrences)
    )


def _is_answered(occurrence: UUID, number: int, settled: Settled) -> bool:
    """Done, skipped, or put off to a later reminder than this one."""
    snooze = settled.snoozed.get(occurrence)
    put_off = snooze is not None and snooze.number > number
    return put_off or occurrence in settled.done or occurrence in settled.skipped


def occurrences_of(entry: AgendaEntry) -> frozenset[tuple[UUID, int]]:
    """Which occurrences an entry stands for, each with its snooze number."""
    return frozenset((id, item.snooze) for item in entry.items for id in item.occurrence_ids)


def _already_says(reminder: Reminder, entry: AgendaEntry) -> bool:
    return reminder.state is NoticeState.PLANNED and (
        (reminder.due_at, reminder.useful_until, reminder.occurrences)
        == (entry.due_at, entry.useful_until, occurrences_of(entry))
    )


def _not_yet_out(entry: AgendaEntry, out: Mapping[UUID, int]) -> AgendaEntry | None:
    """The entry without occurrences already on their way; None when none are left.

    Composing leaves them out too, but from a view of the reminders that may be older than this one.
    """
    if not any(out.get(id, -1) >= number for id, number in occurrences_of(entry)):
        return entry
    items = tuple(item for item in (_without(item, out) for item in entry.items) if item is not None)
    if not items:
        return None
    return replace(
        entry,
        slot_key=f"{items[0].occurrence_ids[0]}#{items[0].snooze}",
        due_at=items[0].due_at,
        useful_until=max(item.useful_until for item in items),
        items=items,
    )


def _without(item: AgendaItem, out: Mapping[UUID, int]) -> AgendaItem | None:
    kept = [index for index, id in enumerate(item.occurrence_ids) if out.get(id, -1) < item.snooze]
    if not kept:
        return None
    return replace(
        item,
        occurrence_ids=tuple(item.occurrence_ids[index] for index in kept),
        care_plan_ids=tuple(item.care_plan_ids[index] for index in kept),
        step_ids=tuple(item.step_ids[index] for index in kept),
        text_ids=tuple(item.text_ids[index] for index in kept),
        step_id=item.step_ids[kept[0]],
        text_id=item.text_ids[kept[0]],
    )
