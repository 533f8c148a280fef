"""What a patient chose about time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time
from zoneinfo import ZoneInfo

from pwa.domain.quiet_hours import QuietHours

AT_NIGHT = QuietHours(time(21, 30), time(7, 30))


@dataclass(frozen=True, slots=True)
class Preferences:
    """What the patient chose about time."""

    zone: ZoneInfo
    wake: time = time(8, 0)
    quiet: QuietHours = AT_NIGHT
    one_a_day: bool = False  # offered after three ignored reminders
