"""What the dispatcher does: one whole pass, for `--once` and for the metronome's beats."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from urllib.parse import urlsplit

from pwa.channels.smtp_mailer import SmtpMailer
from pwa.photos.folder import PhotoFolder
from pwa.push.curl_sender import CurlSender, Limits
from pwa.services import dispatching, escalating, housekeeping, photos, relaying
from pwa.services.dispatching import Dispatching
from pwa.services.house import House
from pwa.services.relaying import Relaying

# 3 s at most for a name and 6 s for an answer: a chunk in hand ends within the 10 s a stopping process has.
LIMITS = Limits(total_timeout=timedelta(seconds=6))


def dispatching_of(house: House, stopping: Callable[[], bool]) -> Dispatching:
    """What delivering needs, with the real sender."""
    return Dispatching(
        database=house.database,
        sender=CurlSender(house.signer, house.rules, LIMITS),
        keys=house.keys,
        public_url=house.config.public_url,
        channels=house.channels,
        stopping=stopping,
    )


def relaying_of(house: House, stopping: Callable[[], bool]) -> Relaying | None:
    """What relaying needs, with the real mail server; None where there is none."""
    smtp, sender = house.config.smtp_url, house.config.mail_from
    if smtp is None or sender is None:
        return None
    return Relaying(
        database=house.database,
        channel=SmtpMailer(smtp, sender, urlsplit(house.config.public_url).hostname or "", stopping),
        keys=house.keys,
        public_url=house.config.public_url,
        channels=house.channels,
        stopping=stopping,
    )


def expire(house: House) -> int:
    """End all that is too late."""
    ended = 0
    while some := housekeeping.expire_late(house.database, house.now()):
        ended += some
    return ended


def compose(house: House, stopping: Callable[[], bool]) -> int:
    """Plan reminders for those whose horizon is running out.

    Too late ones are ended first: composing ends them as well, but tells nobody that they were missed.
    """
    expire(house)
    return housekeeping.compose_ahead(house.database, house.now(), stopping)


def escalate(house: House, stopping: Callable[[], bool]) -> int:
    """Tell staff again of what nobody has taken, and bring back what nobody has closed."""
    return escalating.escalate(house.database, house.keys, house.now(), stopping)


def deliver(house: House, to: Dispatching) -> int:
    """Send what is due, and say so after every few chunks; returns how many pushes were accepted."""
    accepted = 0
    delivered = dispatching.deliver_due(to, house.now, house.demo)
    while delivered.tried:
        accepted += delivered.accepted
        housekeeping.beat(house.database, house.now())
        delivered = dispatching.deliver_due(to, house.now, house.demo)
    housekeeping.beat(house.database, house.now())
    return accepted


def relay(house: House, by: Relaying | None) -> int:
    """Send the e-mails that are due; returns how many were accepted."""
    if by is None:
        return 0
    accepted = relaying.relay_due(by, house.now, house.demo).accepted
    relaying.ask_whether_it_listens(by, house.now)
    return accepted


def keep_house(house: House) -> int:
    """Throw away what nobody needs any more."""
    stray = photos.sweep(house.database, PhotoFolder(house.config.photos_dir), house.now())
    return stray + housekeeping.keep_house(house.database, house.now())


def back_up(house: House) -> None:
    """Copy an embedded database when the last copy is an hour old."""
    housekeeping.back_up(house.database, house.config.backups_dir, house.now())


def one_pass(house: House, to: Dispatching, by: Relaying | None = None) -> int:
    """Everything once, in the order that leaves nothing over; returns how much was accepted."""
    while compose(house, to.stopping):
        pass
    escalate(house, to.stopping)
    return deliver(house, to) + relay(house, by)
