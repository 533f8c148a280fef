"""An alert: what staff must act on, until a person has closed it. Pure: `now` is given, in care time.

open -> acknowledged -> closed with an outcome. An acknowledged one comes back to the top when the patient
gets worse, or when nobody has closed it in time. A closed one stays as it was: what comes later opens a new
one, which names it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from pwa.domain.alert_times import calls_at, first_told_at, returns_at, told_again_at
from pwa.domain.judgement import Reason
from pwa.domain.opening_hours import OpeningHours
from pwa.domain.rules import Level

UNDO_FOR = timedelta(seconds=30)  # of wall time


class AlertState(StrEnum):
    OPEN = "open"  # at the top: nobody has taken it, or it came back
    ACKNOWLEDGED = "acknowledged"
    CLOSED = "closed"


class AlertOutcome(StrEnum):
    CALLED = "called"
    REASSURED = "reassured"
    BOOKED = "booked"
    SENT_TO_EMERGENCY_CARE = "sent_to_emergency_care"
    OTHER = "other"


class CalledAnswer(StrEnum):
    """What the patient said to "Have you called the clinic?"."""

    YES = "yes"
    NO = "no"
    NO_ANSWER = "no_answer"


@dataclass(frozen=True, slots=True)
class Concern:
    """What one check-in gives staff to act on. `level` is None where none is computed (leaflet mode)."""

    level: Level | None
    reasons: tuple[Reason, ...]
    since: datetime  # when the patient tapped it
    in_part: bool = False  # more was said that nobody could use: it may be worse than this


@dataclass(frozen=True, slots=True)
class Known:
    """What an alert holds before one more concern joins it."""

    rules: Collection[str]  # that it names
    unseen: Sequence[Concern] = ()  # what joined it since somebody took it


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """Who took an alert, when, at which level, and until when that may be undone."""

    by: UUID
    at: datetime
    level: Level | None
    undo_until: datetime
    returns_at: datetime | None


@dataclass(frozen=True, slots=True)
class Closing:
    """How an alert ended."""

    by: UUID
    at: datetime
    outcome: AlertOutcome


@dataclass(frozen=True, slots=True)
class Alert:
    """One alert of one patient; `level` is the highest of its reasons, None when that is ungraded."""

    id: UUID
    clinic_id: UUID
    patient_id: UUID
    state: AlertState
    level: Level | None
    opened_at: datetime
    waiting_since: datetime
    turn: int = 1  # of telling the patient: one more at the top again, or graver than they were told
    call_at: datetime | None = None  # from then on the patient is told that nobody has seen it
    next_tell_at: datetime | None = None
    seen_at: datetime | None = None  # by then somebody had seen what it held, in an earlier turn
    acknowledgement: Acknowledgement | None = None
    closing: Closing | None = None
    called: CalledAnswer | None = None
    called_at: datetime | None = None
    reopens_id: UUID | None = None  # the one that was closed before it

    def seen_until(self, now: datetime) -> datetime | None:
        """What joined it up to then the patient may be told was seen; nothing while that may be undone."""
        held = self.acknowledgement
        return held.at if held is not None and self.is_settled(now) else self.seen_at

    def is_settled(self, now: datetime) -> bool:
        """Whether a person has it, or has closed it, and can no longer say that it was a mistake."""
        held = self.acknowledgement
        return held is not None and (self.closing is not None or held.undo_until <= now)


def urgency(level: Level | None) -> int:
    """0 is the most urgent. What is ungraded may be anything, and is treated as for the same day."""
    return (level or Level.SAME_DAY).rank


def opened(
    alert_id: UUID,
    whose: tuple[UUID, UUID],
    concern: Concern,
    hours: OpeningHours,
    now: datetime,
    reopens_id: UUID | None = None,
) -> Alert:
    """A new alert; `whose` is (clinic, patient)."""
    return Alert(
        id=alert_id,
        clinic_id=whose[0],
        patient_id=whose[1],
        state=AlertState.OPEN,
        level=concern.level,
        opened_at=now,
        waiting_since=now,
        call_at=calls_at(concern.level, hours, min(concern.since, now)),
        next_tell_at=first_told_at(concern.level, hours, now),
        reopens_id=reopens_id,
    )


def joined_by(alert: Alert, concern: Concern, known: Known, hours: OpeningHours, now: datetime) -> Alert:
    """The alert with one more concern. The level never falls."""
    level = min((alert.level, concern.level), key=lambda each: (urgency(each), each is None))
    together = replace(alert, level=level)
    held = alert.acknowledgement
    if held is not None and _is_worse(held, concern, known.rules):
        waiting = replace(
            _unseen(together, [*known.unseen, concern], hours, now), called=None, called_at=None
        )
        return _at_the_top(waiting, hours, now)
    if alert.is_settled(now):
        return together
    waiting = _waiting_for(together, [concern], hours, now)
    if held is not None or not _is_news(alert, concern):
        return waiting
    tell_at = _earliest(alert.next_tell_at, first_told_at(concern.level, hours, now))
    told_of_less = alert.call_at is not None and alert.call_at <= now  # then they are told again
    turn = alert.turn + told_of_less
    return replace(waiting, turn=turn, next_tell_at=tell_at, called=None, called_at=None)


def _is_news(alert: Alert, concern: Concern) -> bool:
    """Graver than all that waits, or an emergency after they called: they called about less, or another."""
    called_before = alert.called_at is not None and alert.called_at < concern.since
    is_graver = urgency(concern.level) < urgency(alert.level)
    return is_graver or (concern.level is Level.EMERGENCY and called_before)


def _is_worse(held: Acknowledgement, concern: Concern, known: Collection[str]) -> bool:
    """Whether whoever took the alert has not seen the like of it.

    A higher level is; so is a flag it did not have, as urgent as what was taken and for today at least.
    So is every emergency: who helps with the first need not know of the second. Where nothing is graded, or
    not all of it could be used, nobody can tell, so all of it is.
    """
    if concern.level in (None, Level.EMERGENCY) or held.level is None or concern.in_part:
        return True
    if urgency(concern.level) < urgency(held.level):
        return True
    at_least = min(urgency(held.level), urgency(Level.SAME_DAY))
    return any(reason.rule not in known and reason.level.rank <= at_least for reason in concern.reasons)


def _at_the_top(alert: Alert, hours: OpeningHours, now: datetime) -> Alert:
    return replace(
        alert,
        state=AlertState.OPEN,
        acknowledgement=None,
        waiting_since=now,
        turn=alert.turn + 1,
        next_tell_at=first_told_at(alert.level, hours, now),
    )


def _unseen(alert: Alert, concerns: Sequence[Concern], hours: OpeningHours, now: datetime) -> Alert:
    """An acknowledged alert of which these have not been seen, and the rest only if that cannot be undone."""
    if alert.acknowledgement is not None and alert.is_settled(now):
        alert = replace(alert, seen_at=alert.acknowledgement.at, call_at=None)
    return _waiting_for(alert, concerns, hours, now)


def _waiting_for(alert: Alert, concerns: Sequence[Concern], hours: OpeningHours, now: datetime) -> Alert:
    calls = [calls_at(one.level, hours, min(one.since, now)) for one in concerns]
    return replace(alert, call_at=_earliest(alert.call_at, *calls))


def acknowledged(alert: Alert, by: UUID, undo_until: datetime, hours: OpeningHours, now: datetime) -> Alert:
    """Taken by a person: nobody is told any more, until it is closed or comes back."""
    taken = Acknowledgement(by, now, alert.level, undo_until, returns_at(alert.level, hours, now))
    return replace(alert, state=AlertState.ACKNOWLEDGED, acknowledgement=taken, next_tell_at=None)


def given_back(alert: Alert, hours: OpeningHours, now: datetime) -> Alert:
    """As it was before it was taken by mistake; the patient has not been told that it was seen."""
    tell_at = first_told_at(alert.level, hours, now)
    return replace(alert, state=AlertState.OPEN, acknowledgement=None, next_tell_at=tell_at)


def returned(alert: Alert, unseen: Sequence[Concern], hours: OpeningHours, now: datetime) -> Alert:
    """Back at the top without an outcome; `unseen` is what joined it since it was taken.

    The patient knows that the rest was seen. While that may be undone they do not: then nothing was.
    """
    if not alert.is_settled(now):
        return given_back(alert, hours, now)
    if alert.called_at and any(one.since > alert.called_at for one in unseen):
        alert = replace(alert, called=None, called_at=None)  # they called about what came before
    return _at_the_top(_unseen(alert, unseen, hours, now), hours, now)


def closed(alert: Alert, by: UUID, outcome: AlertOutcome, now: datetime) -> Alert:
    """Ended by a person; whoever closes what nobody took has taken it."""
    taken = alert.acknowledgement or Acknowledgement(by, now, alert.level, now, None)
    return replace(
        alert,
        state=AlertState.CLOSED,
        acknowledgement=taken,
        closing=Closing(by, now, outcome),
        next_tell_at=None,
    )


def told(alert: Alert, hours: OpeningHours, now: datetime) -> Alert:
    """Staff were told just now, and will be again."""
    return replace(alert, next_tell_at=told_again_at(alert.level, hours, now))


def _earliest(*instants: datetime | None) -> datetime | None:
    return min(filter(None, instants), default=None)
