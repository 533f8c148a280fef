"""What the patient has reported, and what the clinic makes of it, as the phone shows it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from pwa.domain.alert import Alert, AlertState
from pwa.domain.clinic import TriageMode
from pwa.services.bundle.shapes import AlertPart, CheckInPart
from pwa.services.damaged import if_readable
from pwa.services.instants import instant
from pwa.services.judging import answers_of
from pwa.services.phone_clock import CLOCK_SLACK
from pwa.store import alerts, check_ins
from pwa.store.alerts import AlertReason
from pwa.store.scope import ClinicScope
from pwa.vault.fields import PatientVault

LONGEST_COURSE = timedelta(days=400)
MOST = 60
TOLD_WHEN_CLOSED = timedelta(days=3)


def check_in_parts(
    scope: ClinicScope, vault: PatientVault, mode: TriageMode, now: datetime
) -> dict[UUID, list[CheckInPart]]:
    """By plan, the newest that were tapped, oldest first; what was replaced is left out.

    They are enough for a course of three months: daily for two weeks, then weekly, twice over.
    """
    parts: dict[UUID, list[CheckInPart]] = {}
    found = check_ins.check_ins_between(scope, vault.patient_id, now - LONGEST_COURSE, now + CLOCK_SLACK)
    for one in [each for each in found if not each.superseded and not each.refused][-MOST:]:
        work = partial(answers_of, vault, one)  # a damaged one must not cost the phone its whole bundle
        answers = if_readable(work, None, "check_in_not_readable", patient_id=one.patient_id)
        if answers is None:
            continue
        part: CheckInPart = {
            "id": str(one.event_id),
            "day": one.day,
            "tapped_at": instant(one.tapped_at),
            "answers": dict(answers),
            "level": one.level if mode is TriageMode.PERSONALISED else None,
            "undone": one.undone,
        }
        parts.setdefault(one.care_plan_id, []).append(part)
    return parts


def alert_part(scope: ClinicScope, patient_id: UUID, mode: TriageMode, now: datetime) -> AlertPart | None:
    """The patient's alert, or the last one for three days; while it may be undone nobody has seen it."""
    alert = alerts.newest_alert(scope, patient_id)
    if alert is None or (alert.closing is not None and now - alert.closing.at > TOLD_WHEN_CLOSED):
        return None
    reasons = alerts.reasons_of(scope, [alert.id]).get(alert.id, [])
    seen_at, told = _seen(alert, reasons, now)
    is_held = alert.state is AlertState.ACKNOWLEDGED and not alert.is_settled(now)
    waits = seen_at is None and not all(one.undone for one in told)
    return {
        "id": str(alert.id),
        "state": AlertState.OPEN if is_held else alert.state,
        "level": alert.level if mode is TriageMode.PERSONALISED else None,
        "opened_at": instant(alert.opened_at),
        "seen_at": instant(seen_at) if seen_at else None,
        "call_at": instant(alert.call_at) if alert.call_at and waits else None,
        "check_in_ids": list(dict.fromkeys(str(one.event_id) for one in reversed(told))),
    }


def _seen(
    alert: Alert, reasons: Sequence[AlertReason], now: datetime
) -> tuple[datetime | None, Sequence[AlertReason]]:
    """When it was seen, and what of it; or None, and what has not been. What waits is told first.

    Whoever has it may not have looked again: what joined since is neither seen nor waiting. Closing sees all.
    """
    at = alert.seen_until(now)
    unseen = [one for one in reasons if at is None or one.at > at]
    if alert.closing is not None and unseen:
        return alert.closing.at, reasons
    waits = not alert.is_settled(now) and not all(one.undone for one in unseen)
    if at is None or waits:
        return None, unseen
    return at, [one for one in reasons if one.at <= at]
