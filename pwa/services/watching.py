"""What a watchdog asks: do reminders get planned, sent, and taken by the push services?"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from pwa.clock import Moment
from pwa.domain.patient import TargetKind
from pwa.services import relaying
from pwa.services.housekeeping import HEARTBEAT
from pwa.store import operations, patients, push_services, staff_targets, waiting
from pwa.store.push_services import FailingService
from pwa.store.scope import as_dispatcher
from pwa.store.staff_targets import RefusedAddresses
from pwa.store.waiting import PUSH_ONLY

SILENT_AFTER = timedelta(seconds=90)
OVERDUE_AFTER = timedelta(minutes=3)
FAILING_FOR = timedelta(minutes=15)
STILL_FAILING = timedelta(hours=24)  # with nothing sent for so long, nobody knows
STORM = 3  # phones refused at one push service: no longer a fault of a phone
PLANNED_AT_LEAST = timedelta(hours=24)  # half of what the compose job keeps


@dataclass(frozen=True, slots=True)
class DispatcherHealth:
    """Whether somebody is sending: the last good pass, and the oldest notice still waiting."""

    last_pass_at: datetime | None
    oldest_due_at: datetime | None
    well: bool


@dataclass(frozen=True, slots=True)
class PushHealth:
    """Whether push services take what is sent; each that has not for a while is named."""

    failing: tuple[FailingService, ...]
    well: bool


@dataclass(frozen=True, slots=True)
class MailHealth:
    """Whether staff can be told by e-mail: when the mail server last listened, and whose address refuses."""

    heard_at: datetime | None
    refused: RefusedAddresses
    well: bool


def dispatcher_health(
    session: Session, moment: Moment, channels: Collection[TargetKind] = PUSH_ONLY
) -> DispatcherHealth:
    """Well: a pass within 90 seconds, and nothing due for 3 minutes unsent."""
    beat_at = operations.last_beat(session, HEARTBEAT)
    oldest = waiting.oldest_due(session, moment.care, channels)
    # A beat from the future is none: somebody set the clock back, and nobody may have sent since.
    alive = beat_at is not None and abs(moment.wall - beat_at) <= SILENT_AFTER
    on_time = oldest is None or moment.care - oldest <= OVERDUE_AFTER * _speed(session)
    return DispatcherHealth(beat_at, oldest, alive and on_time)


def push_health(session: Session, moment: Moment) -> PushHealth:
    """Not well: in 15 minutes of trying nobody's push was accepted, or one service refused three phones.

    One push service that is down while others work is theirs to mend, and one phone refused may be the
    phone's fault: both are named, and sound no alarm.
    """
    failing = tuple(one for one in push_services.failing(session) if _lasts(one, moment.wall))
    accepted = push_services.last_accepted_at(session)
    return PushHealth(failing, not any(_is_alarming(one, accepted) for one in failing))


def mail_health(session: Session, moment: Moment) -> MailHealth:
    """Well: the mail server listened within 15 minutes, and in every clinic some address takes e-mail."""
    heard_at = operations.last_beat(session, relaying.HEARTBEAT)
    listens = heard_at is not None and abs(moment.wall - heard_at) <= FAILING_FOR
    refused = staff_targets.refused_addresses(session)
    return MailHealth(heard_at, refused, listens and refused.clinics == 0)


def _lasts(one: FailingService, wall: datetime) -> bool:
    """Whether it was tried for so long, and lately: one push that failed once tells nothing."""
    return one.last_at - one.since >= FAILING_FOR and wall - one.last_at <= STILL_FAILING


def _is_alarming(one: FailingService, accepted_anywhere: datetime | None) -> bool:
    nobody_is_reached = accepted_anywhere is None or accepted_anywhere < one.since
    return nobody_is_reached or one.refused_phones >= STORM


def unplanned(session: Session, moment: Moment) -> int:
    """How many patients' reminders cannot be planned, or end within 24 hours."""
    return patients.unplanned(session, moment.care + PLANNED_AT_LEAST / _speed(session))


def _speed(session: Session) -> int:
    """How fast care time runs: programs need as long as ever, and at 1,440 a day is over in a minute."""
    demo = operations.get_demo_clock(session)
    return demo.speed if demo else 1


def reminders_go_out(
    session: Session, moment: Moment, channels: Collection[TargetKind] = PUSH_ONLY
) -> dict[str, bool]:
    """Each part that reminders and alerts need, and whether it is well; mail only where there is a server."""
    as_dispatcher(session)
    mail = {"mail": mail_health(session, moment).well} if TargetKind.EMAIL in channels else {}
    return {
        "dispatcher": dispatcher_health(session, moment, channels).well,
        "push": push_health(session, moment).well,
        "plans": unplanned(session, moment) == 0,
        **mail,
    }


def notes(session: Session, channels: Collection[TargetKind]) -> tuple[str, ...]:
    """What is no outage and yet somebody should know."""
    as_dispatcher(session)
    if TargetKind.EMAIL not in channels:
        return ("Alerts cannot be mailed: AFTERBEAM_SMTP_URL is not set.",)
    refused = staff_targets.refused_addresses(session).addresses
    return (f"E-mail addresses of staff that refuse mail: {refused}.",) if refused else ()
