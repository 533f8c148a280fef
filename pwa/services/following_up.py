"""Follow-ups: the patient is told when nobody at the clinic has seen an alert, and asked whether they called.

Neutral words, outside budget and quiet hours (design section 9).
"""

from __future__ import annotations

from datetime import datetime, timedelta

from pwa.clock import Moment
from pwa.domain.alert import Alert, AlertState, CalledAnswer
from pwa.domain.alert_times import ASKED_AFTER
from pwa.domain.notice import Notice, NoticeKind, NoticeState
from pwa.store import alerts
from pwa.store.follow_ups import end_follow_ups, plan_follow_up
from pwa.store.ids import new_id
from pwa.store.scope import ClinicScope

USEFUL = timedelta(hours=12)


def plan_follow_ups(scope: ClinicScope, alert: Alert, moment: Moment) -> None:
    """Plan what the patient is told from `call_at` on, unless it is dealt with or taken back."""
    is_answered = alert.state is not AlertState.OPEN or alert.called is CalledAnswer.YES
    if alert.call_at is None or is_answered:
        return
    if alerts.is_all_undone(scope, alert.id, alert.seen_until(moment.care)):
        return
    first = max(alert.call_at, moment.care)
    for number, due_at in enumerate((first, first + ASKED_AFTER), start=1):
        plan_follow_up(scope, _notice(alert, number, due_at, moment), moment.wall)


def stop_following_up(scope: ClinicScope, alert: Alert, moment: Moment) -> None:
    """Somebody has seen it, or the patient has called: they need not be told."""
    end_follow_ups(scope, alert.patient_id, moment.wall)


def _notice(alert: Alert, number: int, due_at: datetime, moment: Moment) -> Notice:
    return Notice(
        id=new_id(moment.wall),
        clinic_id=alert.clinic_id,
        patient_id=alert.patient_id,
        kind=NoticeKind.FOLLOW_UP,
        slot_key=f"follow_up/{alert.id}/{alert.turn}/{number}",
        due_at=due_at,
        useful_until=due_at + USEFUL,
        state=NoticeState.PLANNED,
    )
