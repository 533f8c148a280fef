"""Tells a monitor elsewhere that sending goes on; when the calls stop, it raises the alarm."""

from __future__ import annotations

import urllib.request

from pwa.services.house import House
from pwa.services.watching import reminders_go_out

TIMEOUT_S = 5


def call(house: House) -> bool:
    """Call the monitor's address, but only while all is well; True when it was called."""
    address = house.config.dead_man_url
    if address is None:
        return False
    with house.database.read() as session:
        if not all(reminders_go_out(session, house.now(), house.channels).values()):
            return False
    with urllib.request.urlopen(address, timeout=TIMEOUT_S):
        return True
