"""What staff read: alerts in the order to act on them, a patient's check-ins, and conflicts."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from pwa.clock import Moment
from pwa.domain.alert import Alert, AlertState, urgency
from pwa.domain.answers import Answer, Answers, readable_answers
from pwa.domain.judgement import ticked_signs
from pwa.domain.rules import items_of
from pwa.domain.triage import ABOVE_EXPECTED
from pwa.services import vaults
from pwa.services.check_ins import note_of
from pwa.services.damaged import if_readable
from pwa.services.judging import contents, rule_sets
from pwa.services.phone_clock import CLOCK_SLACK
from pwa.services.shelf import protocol
from pwa.store import alerts, check_ins, patients, plans, staff
from pwa.store.alerts import AlertReason
from pwa.store.check_ins import StoredCheckIn
from pwa.store.plans import StoredPlan
from pwa.store.scope import ClinicScope
from pwa.vault.fields import PatientVault
from pwa.vault.keyring import MasterKeys

SHOWN_DAYS = timedelta(days=60)
CONFLICTS_AT_MOST = 200
OF_EACH_AT_MOST = 20


@dataclass(frozen=True, slots=True)
class ShownCheckIn:
    """A check-in with what was answered; `answers` is None when the record cannot be read."""

    stored: StoredCheckIn
    answers: Answers | None = field(repr=False)
    note: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class ShownReason:
    """Why: a rule, and the answers that it looks at."""

    reason: AlertReason
    values: Answers = field(repr=False)


@dataclass(frozen=True, slots=True)
class Whose:
    """The patient of a row, and the treatment it is about."""

    patient_id: UUID
    first_name: str | None = field(default=None, repr=False)  # None: the record cannot be read
    language: str | None = None
    procedure: str | None = None
    treated_on: date | None = None


@dataclass(frozen=True, slots=True)
class ShownAlert:
    """One row of the inbox."""

    alert: Alert
    whose: Whose
    acknowledged_by: str | None
    reasons: tuple[ShownReason, ...]  # the newest check-in first
    check_ins: tuple[ShownCheckIn, ...]  # likewise

    @property
    def came_after(self) -> tuple[AlertReason, ...]:
        """What has joined it since somebody took it, and stands: they may not have looked again."""
        held = self.alert.acknowledgement
        if held is None or self.alert.closing is not None:
            return ()
        found = (one.reason for one in self.reasons)
        return tuple(one for one in found if one.at > held.at and not one.undone)


@dataclass(frozen=True, slots=True)
class ShownConflict:
    """Two contents under one id."""

    id: UUID
    whose: Whose
    event_id: UUID
    kind: str
    stored_at: datetime
    received_at: datetime
    stored: Any = field(default=None, repr=False)  # None, as is `other`: the record cannot be read
    other: Any = field(default=None, repr=False)


def waiting(scope: ClinicScope, keys: MasterKeys) -> tuple[ShownAlert, ...]:
    """What is not closed: unacknowledged first, then by severity, then by the time left."""
    found = sorted(alerts.unclosed_alerts(scope), key=_order)
    reasons = alerts.reasons_of(scope, [one.id for one in found])
    names = staff.names_of(scope, [one.acknowledgement.by for one in found if one.acknowledgement])
    return tuple(_shown_if_readable(scope, keys, one, reasons.get(one.id, []), names) for one in found)


def _shown_if_readable(
    scope: ClinicScope,
    keys: MasterKeys,
    alert: Alert,
    reasons: Sequence[AlertReason],
    names: dict[UUID, str],
) -> ShownAlert:
    """A record that cannot be opened must not hide the alerts of all the others, nor its own."""
    held = alert.acknowledgement
    plain = tuple(ShownReason(each, {}) for each in reasons)
    bare = ShownAlert(alert, Whose(alert.patient_id), names.get(held.by) if held else None, plain, ())
    work = partial(_shown, scope, keys, alert, reasons, names)
    return if_readable(work, bare, "alert_not_readable", alert_id=alert.id)


def one_alert(scope: ClinicScope, keys: MasterKeys, alert: Alert) -> ShownAlert:
    """One row, whatever its state."""
    names = staff.names_of(scope, [alert.acknowledgement.by] if alert.acknowledgement else [])
    reasons = alerts.reasons_of(scope, [alert.id]).get(alert.id, [])
    return _shown_if_readable(scope, keys, alert, reasons, names)


def _order(alert: Alert) -> tuple[bool, int, bool, datetime, datetime]:
    held = alert.acknowledgement
    until = held.returns_at if held else alert.call_at
    return (
        alert.state is not AlertState.OPEN,
        urgency(alert.level),
        until is None,
        until or alert.waiting_since,
        alert.waiting_since,
    )


def _shown(
    scope: ClinicScope,
    keys: MasterKeys,
    alert: Alert,
    reasons: Sequence[AlertReason],
    names: dict[UUID, str],
) -> ShownAlert:
    vault = vaults.open_vault(scope, keys, alert.patient_id)
    own = {plan.id: plan for plan in plans.plans_of(scope, alert.patient_id)}
    when = [reason.tapped_at for reason in reasons]
    wanted = {reason.check_in_id for reason in reasons}
    stored = check_ins.check_ins_between(scope, alert.patient_id, min(when), max(when)) if when else ()
    shown = {one.id: _opened_if_readable(vault, one) for one in reversed(stored) if one.id in wanted}
    newest = next(iter(shown.values()), None)
    plan = own[newest.stored.care_plan_id] if newest else list(own.values())[-1]
    held = alert.acknowledgement
    return ShownAlert(
        alert=alert,
        whose=_whose(scope, vault, plan),
        acknowledged_by=names.get(held.by) if held else None,
        reasons=tuple(_explained(scope, own, each, shown[each.check_in_id]) for each in reasons),
        check_ins=tuple(shown.values()),
    )


def _whose(scope: ClinicScope, vault: PatientVault, plan: StoredPlan) -> Whose:
    content = protocol(scope.session, plan.content_hash)
    return Whose(
        patient_id=plan.patient_id,
        first_name=vaults.first_name(scope, vault),
        language=patients.get_patient(scope, plan.patient_id).language,
        procedure=content.texts[content.name_text_id].in_language("en").title,
        treated_on=plan.treated_on,
    )


def _opened_if_readable(vault: PatientVault, stored: StoredCheckIn) -> ShownCheckIn:
    work, bare = partial(_opened, vault, stored), ShownCheckIn(stored, None, None)
    return if_readable(work, bare, "check_in_not_readable", patient_id=stored.patient_id)


def _opened(vault: PatientVault, stored: StoredCheckIn) -> ShownCheckIn:
    content = contents(vault, stored)
    return ShownCheckIn(stored, readable_answers(content["answers"]), note_of(content))


def _explained(
    scope: ClinicScope, own: dict[UUID, StoredPlan], reason: AlertReason, check_in: ShownCheckIn
) -> ShownReason:
    plan, answers = own[check_in.stored.care_plan_id], check_in.answers or {}
    looked_at = _looked_at(scope, plan, reason.rule)
    if looked_at is None:
        looked_at = _looked_at_by_principle(reason, answers)
    values: dict[str, Answer] = {item: answers[item] for item in looked_at if item in answers}
    return ShownReason(reason, values)


def _looked_at(scope: ClinicScope, plan: StoredPlan, rule_id: str) -> tuple[str, ...] | None:
    for rule_set in rule_sets(scope, plan):
        for rule in rule_set.rules:
            if rule.id == rule_id:
                return tuple(dict.fromkeys(items_of(rule.when)))
    return None


def _looked_at_by_principle(reason: AlertReason, answers: Answers) -> tuple[str, ...]:
    """Above the expected course: what is rated at all. Worried, unexpected or ungraded: what is ticked."""
    if reason.rule == ABOVE_EXPECTED:
        return tuple(item for item, value in answers.items() if type(value) is int and value > 0)
    return ticked_signs(answers)


def recent_check_ins(
    scope: ClinicScope, keys: MasterKeys, patient_id: UUID, moment: Moment
) -> tuple[ShownCheckIn, ...]:
    """A patient's check-ins of the last 60 days, the newest first. Raises NotFound."""
    patients.get_patient(scope, patient_id)
    vault = vaults.open_vault(scope, keys, patient_id)
    found = check_ins.check_ins_between(
        scope, patient_id, moment.care - SHOWN_DAYS, moment.care + CLOCK_SLACK
    )
    return tuple(_opened_if_readable(vault, one) for one in reversed(found))


def conflicts(scope: ClinicScope, keys: MasterKeys) -> tuple[ShownConflict, ...]:
    """What phones sent under an id that had another content, the newest first, with both contents."""
    found = check_ins.conflicts(scope, CONFLICTS_AT_MOST, OF_EACH_AT_MOST)
    return tuple(_conflict_if_readable(scope, keys, one) for one in found)


def _conflict_if_readable(scope: ClinicScope, keys: MasterKeys, one: check_ins.Conflict) -> ShownConflict:
    bare = ShownConflict(
        id=one.id,
        whose=Whose(one.patient_id),
        event_id=one.event_id,
        kind=one.kind,
        stored_at=one.stored_at,
        received_at=one.received_at,
    )
    work = partial(_conflict, scope, keys, bare, one)
    return if_readable(work, bare, "conflict_not_readable", patient_id=one.patient_id)


def _conflict(
    scope: ClinicScope, keys: MasterKeys, bare: ShownConflict, one: check_ins.Conflict
) -> ShownConflict:
    vault = vaults.open_vault(scope, keys, one.patient_id)

    def opened(sealed: bytes) -> Any:
        return json.loads(vault.open("patient_events", "payload", one.event_id, sealed))

    return replace(
        bare,
        whose=_whose(scope, vault, plans.plans_of(scope, one.patient_id)[-1]),
        stored=opened(one.stored_sealed),
        other=opened(one.other_sealed),
    )
