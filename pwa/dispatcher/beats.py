"""What the dispatcher does: one whole pass, for `--once` and for the metronome's beats."""

from __future__ import annotations

from collections.abc import Callable

from pwa.push.curl_sender import CurlSender
from pwa.services import dispatching, housekeeping
from pwa.services.dispatching import Dispatching
from pwa.services.house import House


def dispatching_of(house: House, stopping: Callable[[], bool]) -> Dispatching:
    """What delivering needs, with the real sender."""
    return Dispatching(
        database=house.database,
        sender=CurlSender(house.signer, house.rules),
        keys=house.keys,
        public_url=house.config.public_url,
        stopping=stopping,
    )


def compose(house: House) -> int:
    """Plan reminders for those whose horizon is running out."""
    return housekeeping.compose_ahead(house.database, house.now())


def deliver(house: House, to: Dispatching) -> int:
    """Send what is due, then say that the pass went well."""
    moment = house.now()
    accepted = dispatching.deliver_due(to, moment, house.demo)
    housekeeping.beat(house.database, house.now())
    return accepted


def expire(house: House) -> int:
    """End what is too late."""
    return housekeeping.expire_late(house.database, house.now())


def one_pass(house: House, to: Dispatching) -> int:
    """Everything once, in the order that leaves nothing over; returns how many pushes were accepted."""
    while compose(house):
        pass
    expire(house)
    return deliver(house, to)
