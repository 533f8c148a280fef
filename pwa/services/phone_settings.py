"""Settings that a patient changes on the phone."""

from __future__ import annotations

from dataclasses import replace
from datetime import time
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from pwa.domain.patient import Device
from pwa.domain.preferences import Preferences
from pwa.domain.quiet_hours import QuietHours
from pwa.services.patient_events import CannotUse, PatientEvent
from pwa.store import patients
from pwa.store.scope import ClinicScope

LONGEST_QUIET_HOURS = 16


def apply_settings(scope: ClinicScope, device: Device, event: PatientEvent) -> None:
    """Change the patient's settings. Raises CannotUse."""
    asked = event.content.get("settings")
    if not isinstance(asked, dict):
        raise CannotUse("settings_not_possible")
    patient = patients.get_patient(scope, device.patient_id)
    preferences = Preferences(
        zone=_zone(asked.get("zone", patient.preferences.zone.key)),
        wake=_clock(asked.get("wake")),
        quiet=_quiet(_clock(asked.get("quiet_start")), _clock(asked.get("quiet_end"))),
        one_a_day=asked.get("one_a_day") is True,
    )
    lock_screen = asked.get("lock_screen")
    if lock_screen not in (0, 1, 2) or isinstance(lock_screen, bool):
        raise CannotUse("lock_screen_not_possible")
    patients.change_patient(scope, replace(patient, preferences=preferences, lock_screen=lock_screen))


def _zone(given: object) -> ZoneInfo:
    if not isinstance(given, str) or given not in zones():
        raise CannotUse("zone_unknown")
    return ZoneInfo(given)


@cache
def zones() -> frozenset[str]:
    """Every zone there is; finding them reads a folder."""
    return frozenset(available_timezones())


def _quiet(start: time, end: time) -> QuietHours:
    """Quiet hours that leave enough of the day for reminders to come in."""
    day = 24 * 60
    minutes = (end.hour * 60 + end.minute - start.hour * 60 - start.minute) % day
    if minutes > LONGEST_QUIET_HOURS * 60:
        raise CannotUse("quiet_too_long")
    return QuietHours(start, end)


def _clock(given: object) -> time:
    try:
        return time.fromisoformat(str(given)).replace(second=0, microsecond=0, tzinfo=None)
    except ValueError:
        raise CannotUse("time_not_possible") from None
