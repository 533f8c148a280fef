"""Puts the bundle together."""

from __future__ import annotations

from pwa.clock import DemoClock, Moment
from pwa.domain.clinic import Clinic, ClinicStage
from pwa.domain.patient import Device, Patient
from pwa.services import vaults
from pwa.services.bundle.days import day_parts
from pwa.services.bundle.plan import plan_part
from pwa.services.bundle.shapes import (
    BundlePart,
    ClinicPart,
    ClockPart,
    NoticeWordsPart,
    PushPart,
    SettingsPart,
)
from pwa.services.bundle.words import PLAIN_TEXTS, reminder_words, same_at_every_level
from pwa.services.composing import Recovery, load_recovery
from pwa.services.instants import clock_time, instant
from pwa.store import clinics, notices, operations, plans, receipts, targets
from pwa.store.operations import PublicVapidKey
from pwa.store.scope import ClinicScope
from pwa.vault.keyring import MasterKeys


def build_bundle(
    scope: ClinicScope,
    keys: MasterKeys,
    device: Device,
    moment: Moment,
    demo: DemoClock | None,
    vapid_key: PublicVapidKey,
) -> BundlePart:
    """Everything this device may read, in the patient's language. Raises NotFound."""
    clinic = clinics.get_clinic(scope.session, scope.clinic_id)
    recovery = load_recovery(scope, device.patient_id, moment)
    patient = recovery.patient
    approved = {plan.id: plan.approved for plan in plans.plans_of(scope, patient.id)}
    vault = vaults.open_vault(scope, keys, patient.id)
    return {
        "schema": 1,
        "epoch": operations.get_epoch(scope.session) or "",
        "generated_at": instant(moment.care),
        "clock": _clock(moment, demo),
        "device": {"id": str(device.id), "label": device.label},
        "patient": {
            "first_name": vaults.first_name(scope, vault),
            "language": patient.language,
            "zone": patient.preferences.zone.key,
        },
        "clinic": _clinic(clinic),
        "settings": settings_part(patient),
        "push": _push(scope, device, vapid_key),
        "plans": [
            plan_part(plan, approved[plan.id], recovery.facts, clinic.hours, patient.language)
            for plan in recovery.plans
        ],
        "agenda": day_parts(recovery, clinic, moment.care),
        "notices": _notices(scope, recovery),
    }


def _notices(scope: ClinicScope, recovery: Recovery) -> dict[str, NoticeWordsPart]:
    """The words of each notice that this phone may be asked to show."""
    patient = recovery.patient
    words = reminder_words(recovery)
    for kind, text_id in PLAIN_TEXTS.items():
        newest = notices.newest_notice(scope, patient.id, kind)
        if newest is not None:
            words[str(newest.id)] = same_at_every_level(text_id, patient.language)
    return words


def settings_part(patient: Patient) -> SettingsPart:
    """The patient's settings as the phone edits them."""
    preferences = patient.preferences
    return {
        "wake": clock_time(preferences.wake),
        "quiet_start": clock_time(preferences.quiet.start),
        "quiet_end": clock_time(preferences.quiet.end),
        "lock_screen": patient.lock_screen,
        "one_a_day": preferences.one_a_day,
        "zone": preferences.zone.key,
    }


def _clock(moment: Moment, demo: DemoClock | None) -> ClockPart:
    if demo is None:
        return {"care_at": instant(moment.care), "wall_at": instant(moment.wall), "speed": 1}
    return {"care_at": instant(demo.care_at), "wall_at": instant(demo.wall_at), "speed": demo.speed}


def _clinic(clinic: Clinic) -> ClinicPart:
    return {
        "name": clinic.name,
        "zone": clinic.zone.key,
        "country": clinic.country,
        "day_phone": clinic.day_phone,
        "night_phone": clinic.night_phone,
        "emergency_number": clinic.emergency_number,
        "hours": [
            {"weekday": weekday, "opens": clock_time(opens), "closes": clock_time(closes)}
            for weekday, (opens, closes) in sorted(clinic.hours.week.items())
        ],
        "holidays": [day.isoformat() for day in sorted(clinic.hours.holidays)],
        "trial": clinic.stage is ClinicStage.TRIAL,
    }


def _push(scope: ClinicScope, device: Device, vapid_key: PublicVapidKey) -> PushPart:
    shown_at = receipts.last_shown(scope, device.id)
    return {
        "public_key": vapid_key.public_key,
        "key_id": vapid_key.id,
        "endpoint_known": targets.target_of_device(scope, device.id) is not None,
        "confirmed_at": instant(shown_at) if shown_at else None,
    }
