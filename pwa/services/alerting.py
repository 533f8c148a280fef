"""Alerts: what check-ins make of them, what the patient adds, and the clock that brings them back.

Whoever changes an alert holds its row: patient, alert, notices, and the clinic's count of changes last.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.exc import OperationalError

from pwa.clock import Moment
from pwa.domain import alert as domain
from pwa.domain.alert import Alert, AlertState, CalledAnswer, Concern, Known
from pwa.domain.clinic import Clinic
from pwa.domain.rules import Level
from pwa.logs import get_logger
from pwa.services.following_up import plan_follow_ups, stop_following_up
from pwa.services.patient_events import CannotUse
from pwa.services.telling_staff import tell_staff
from pwa.store import alerts
from pwa.store.alerts import UNGRADED, NamedReason
from pwa.store.ids import new_id
from pwa.store.scope import ClinicScope

REOPENS_WITHIN = timedelta(days=14)  # after that it is another story

log = get_logger()


def raise_concern(
    scope: ClinicScope,
    clinic: Clinic,
    patient_id: UUID,
    check_in_id: UUID,
    concern: Concern,
    moment: Moment,
) -> None:
    """Bring what a check-in says to the clinic: into the patient's open alert, or as a new one.

    What staff have been told of this check-in before changes nothing, however often it comes.
    """
    news = _news(scope, check_in_id, concern)
    if not news:
        return
    held = alerts.lock_unclosed(scope, patient_id)
    if held is None:
        alert = _opened(scope, clinic, patient_id, concern, moment)
        alerts.add_alert(scope, alert)
    else:
        known = Known(alerts.rules_of(scope, held.id), unseen_concerns(scope, held))
        alert = domain.joined_by(held, concern, known, clinic.hours, moment.care)
        alerts.save_alert(scope, alert)
        if alert.turn > held.turn:
            stop_following_up(scope, alert, moment)  # of the turn before
    alerts.add_reasons(scope, alert.id, check_in_id, news, moment.care)
    plan_follow_ups(scope, alert, moment)
    tell_if_due(scope, clinic, alert, moment)
    alerts.note_change(scope)


def _news(scope: ClinicScope, check_in_id: UUID, concern: Concern) -> list[NamedReason]:
    told = alerts.alerted(scope, check_in_id)
    named: list[NamedReason] = [(one.rule, one.level) for one in concern.reasons]
    named = named or [(UNGRADED, concern.level)]
    return [(rule, level) for rule, level in named if rule not in told or _is_more(level, told[rule])]


def _is_more(level: Level | None, before: Level | None) -> bool:
    return domain.urgency(level) < domain.urgency(before)


def _opened(scope: ClinicScope, clinic: Clinic, patient_id: UUID, concern: Concern, moment: Moment) -> Alert:
    before = alerts.newest_alert(scope, patient_id)
    is_recent = before and before.closing and moment.care - before.closing.at <= REOPENS_WITHIN
    return domain.opened(
        new_id(moment.wall),
        (scope.clinic_id, patient_id),
        concern,
        clinic.hours,
        moment.care,
        before.id if before and is_recent else None,
    )


def unseen_concerns(scope: ClinicScope, alert: Alert) -> tuple[Concern, ...]:
    """What has joined an acknowledged alert since somebody took it; of another that is nobody's question."""
    held = alert.acknowledgement
    return () if held is None else alerts.concerns_after(scope, alert.id, held.at)


def tell_if_due(scope: ClinicScope, clinic: Clinic, alert: Alert, moment: Moment) -> None:
    """Tell the clinic's staff if it is time, and note when to tell them again.

    When telling fails the alert stays due, and the dispatcher tries again in seconds.
    """
    if alert.next_tell_at is None or alert.next_tell_at > moment.care:
        return
    try:
        with scope.session.begin_nested():
            tell_staff(scope, alert, moment)
    except OperationalError:
        raise
    except Exception:
        log.exception("staff_not_told", alert_id=alert.id)
        return
    alerts.save_alert(scope, domain.told(alert, clinic.hours, moment.care))


def note_called(
    scope: ClinicScope, patient_id: UUID, content: Mapping[str, Any], tapped_at: datetime, moment: Moment
) -> None:
    """Keep what the patient said to "Have you called the clinic?". Raises CannotUse."""
    try:
        answer = CalledAnswer(str(content.get("answer")))
    except ValueError:
        raise CannotUse("answer_not_possible") from None
    alert = _alert_asked_about(scope, patient_id, content.get("alert"))
    if alert is None:
        return
    if alert.called_at is None or alert.called_at <= tapped_at:
        alerts.save_alert(scope, replace(alert, called=answer, called_at=tapped_at))
        alerts.note_change(scope)
    if answer is CalledAnswer.YES:
        stop_following_up(scope, alert, moment)


def _alert_asked_about(scope: ClinicScope, patient_id: UUID, given: object) -> Alert | None:
    """The alert of that id, or the newest; None when the clinic has not heard of any."""
    newest = alerts.newest_alert(scope, patient_id)
    if given is None:
        return alerts.lock_alert(scope, newest.id) if newest else None
    try:
        found = alerts.find_alert(scope, UUID(str(given)))
    except ValueError:
        found = None
    if found is None or found.patient_id != patient_id:
        raise CannotUse("alert_not_yours")
    return alerts.lock_alert(scope, found.id)


def note_undone(scope: ClinicScope, patient_id: UUID, moment: Moment) -> None:
    """A check-in was taken back. Its alert stays until a person closes it; the patient is left in peace."""
    alert = alerts.lock_unclosed(scope, patient_id)
    if alert is None:
        return
    if alerts.is_all_undone(scope, alert.id, alert.seen_until(moment.care)):
        stop_following_up(scope, alert, moment)
    alerts.note_change(scope)


def escalate_one(scope: ClinicScope, clinic: Clinic, alert_id: UUID, moment: Moment) -> bool:
    """Bring an alert back to the top, or tell staff again, if it is time for that still."""
    alert = alerts.lock_free_alert(scope, alert_id)
    if alert is None or alert.state is AlertState.CLOSED:
        return False
    held = alert.acknowledgement
    if held is not None:
        if held.returns_at is None or held.returns_at > moment.care:
            return False
        alert = domain.returned(alert, unseen_concerns(scope, alert), clinic.hours, moment.care)
        alerts.save_alert(scope, alert)
        plan_follow_ups(scope, alert, moment)
        alerts.note_change(scope)
    tell_if_due(scope, clinic, alert, moment)
    return True
