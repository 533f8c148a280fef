"""Puts the bundle together."""

from __future__ import annotations

from datetime import timedelta

from pwa.clock import DemoClock, Moment
from pwa.domain.answers import DANGER_SIGNS
from pwa.domain.clinic import Clinic, ClinicStage
from pwa.domain.notice import NoticeKind
from pwa.domain.patient import Device, Patient
from pwa.services import vaults
from pwa.services.bundle.days import day_parts
from pwa.services.bundle.plan import plan_part
from pwa.services.bundle.reported import alert_part, check_in_parts
from pwa.services.bundle.shapes import (
    BundlePart,
    ClinicPart,
    ClockPart,
    NoticeWordsPart,
    PlanPart,
    PushPart,
    SettingsPart,
)
from pwa.services.bundle.words import PLAIN_TEXTS, reminder_words, same_at_every_level, triage_words
from pwa.services.composing import Recovery, load_recovery
from pwa.services.instants import clock_time, instant
from pwa.services.risks import risks_of
from pwa.store import clinics, follow_ups, notices, operations, plans, receipts, targets
from pwa.store.operations import PublicVapidKey
from pwa.store.scope import ClinicScope
from pwa.vault.fields import PatientVault
from pwa.vault.keyring import MasterKeys

RECENT_FOLLOW_UPS = timedelta(days=1)


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
        "plans": _plans(scope, vault, clinic, recovery, moment),
        "agenda": day_parts(recovery, clinic, moment.care),
        "notices": _notices(scope, recovery, moment),
        "words": triage_words(recovery),
        "danger_signs": [{"group": group, "signs": list(signs)} for group, signs in DANGER_SIGNS.items()],
        "alert": alert_part(scope, patient.id, clinic.triage_mode, moment.care),
    }


def _plans(
    scope: ClinicScope, vault: PatientVault, clinic: Clinic, recovery: Recovery, moment: Moment
) -> list[PlanPart]:
    stored = {plan.id: plan for plan in plans.plans_of(scope, vault.patient_id)}
    check_ins = check_in_parts(scope, vault, clinic.triage_mode, moment.care)
    return [
        plan_part(
            plan,
            stored[plan.id].approved,
            recovery.facts,
            clinic,
            (risks_of(vault, stored[plan.id]), check_ins.get(plan.id, [])),
            recovery.patient.language,
        )
        for plan in recovery.plans
    ]


def _notices(scope: ClinicScope, recovery: Recovery, moment: Moment) -> dict[str, NoticeWordsPart]:
    """The words of each notice that this phone may be asked to show."""
    patient = recovery.patient
    words = reminder_words(recovery)
    for kind, text_id in PLAIN_TEXTS.items():
        newest = notices.newest_notice(scope, patient.id, kind)
        if newest is not None:
            words[str(newest.id)] = same_at_every_level(text_id, patient.language)
    for notice_id in follow_ups.recent_follow_ups(scope, patient.id, moment.care - RECENT_FOLLOW_UPS):
        words[str(notice_id)] = same_at_every_level(PLAIN_TEXTS[NoticeKind.FOLLOW_UP], patient.language)
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
        "triage_mode": clinic.triage_mode,
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
