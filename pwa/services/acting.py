"""What staff do with an alert: take it, give it back, put it back to the top, close it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pwa.clock import Moment
from pwa.domain import alert as domain
from pwa.domain.alert import Alert, AlertOutcome, AlertState
from pwa.domain.clinic import Clinic
from pwa.domain.errors import BadInput, Refused
from pwa.services import vaults
from pwa.services.alerting import tell_if_due, unseen_concerns
from pwa.services.check_ins import LONGEST_NOTE
from pwa.services.following_up import plan_follow_ups, stop_following_up
from pwa.services.telling_staff import stop_telling_staff
from pwa.store import alerts, clinics, operations, staff
from pwa.store.scope import ClinicScope
from pwa.store.staff import SignedIn
from pwa.vault.keyring import MasterKeys


class AlertTaken(Refused):
    """Somebody else has acknowledged this alert."""

    code = "alert_taken"


class AlertClosed(Refused):
    """This alert is closed."""

    code = "alert_closed"


class TooLateToUndo(Refused):
    """This can no longer be undone. Put the alert back to the top instead."""

    code = "too_late_to_undo"


def acknowledge(scope: ClinicScope, clinic: Clinic, alert_id: UUID, by: SignedIn, moment: Moment) -> Alert:
    """Take an alert. Raises NotFound, AlertTaken or AlertClosed naming who was first."""
    alert = alerts.lock_alert(scope, alert_id)
    _require_unclosed(scope, clinic, alert)
    held = alert.acknowledgement
    if held is not None:
        if held.by != by.staff_id:
            raise AlertTaken(_who_and_when(scope, clinic, held.by, held.at, "acknowledged this"))
        return alert  # the same tap again
    demo = operations.get_demo_clock(scope.session)
    undo_until = moment.care + domain.UNDO_FOR * (demo.speed if demo else 1)
    taken = domain.acknowledged(alert, by.staff_id, undo_until, clinic.hours, moment.care)
    return _taken_care_of(scope, taken, by, "alert.acknowledge", moment)


def undo_acknowledge(
    scope: ClinicScope, clinic: Clinic, alert_id: UUID, by: SignedIn, moment: Moment
) -> Alert:
    """Give an alert back that was taken by mistake, before the patient is told that it was seen.

    Raises NotFound, AlertClosed, AlertTaken when it is somebody else's, TooLateToUndo.
    """
    alert = alerts.lock_alert(scope, alert_id)
    _require_unclosed(scope, clinic, alert)
    held = alert.acknowledgement
    if held is None:
        return alert
    if held.by != by.staff_id:
        raise AlertTaken(_who_and_when(scope, clinic, held.by, held.at, "acknowledged this"))
    if held.undo_until <= moment.care:
        raise TooLateToUndo
    alert = domain.given_back(alert, clinic.hours, moment.care)
    return _waits_again(scope, clinic, alert, by, "alert.undo", moment)


def put_back(scope: ClinicScope, clinic: Clinic, alert_id: UUID, by: SignedIn, moment: Moment) -> Alert:
    """Put an acknowledged alert back to the top for others. Raises NotFound or AlertClosed.

    While that may still be undone it is given back: the patient is told in time that nobody has seen it.
    """
    alert = alerts.lock_alert(scope, alert_id)
    _require_unclosed(scope, clinic, alert)
    if alert.state is AlertState.OPEN:
        return alert
    unseen = unseen_concerns(scope, alert)
    alert = domain.returned(alert, unseen, clinic.hours, moment.care)
    return _waits_again(scope, clinic, alert, by, "alert.return", moment)


def close(
    scope: ClinicScope,
    clinic: Clinic,
    keys: MasterKeys,
    alert_id: UUID,
    by: SignedIn,
    ending: tuple[AlertOutcome, str],
    moment: Moment,
) -> Alert:
    """Close an alert with (outcome, note), whoever took it. Raises NotFound, BadInput or AlertClosed."""
    outcome, note = ending[0], ending[1].strip()
    if outcome is AlertOutcome.OTHER and not note:
        raise BadInput("Say in the note what was done.")
    if len(note) > LONGEST_NOTE:
        raise BadInput(f"A note has at most {LONGEST_NOTE} characters.")
    alert = alerts.lock_alert(scope, alert_id)
    _require_unclosed(scope, clinic, alert)
    ended = domain.closed(alert, by.staff_id, outcome, moment.care)
    sealed = None
    if note:
        vault = vaults.open_vault(scope, keys, alert.patient_id)
        sealed = vault.seal("alerts", "note", alert.id, note)
    return _taken_care_of(scope, ended, by, "alert.close", moment, sealed)


def _taken_care_of(
    scope: ClinicScope,
    alert: Alert,
    by: SignedIn,
    act: str,
    moment: Moment,
    note_sealed: bytes | None = None,
) -> Alert:
    """A person has it: nobody else is told, neither staff nor patient."""
    alerts.save_alert(scope, alert, note_sealed)
    stop_telling_staff(scope, alert.id, moment)
    stop_following_up(scope, alert, moment)
    _record(scope, alert, by, act, moment)
    return alert


def _waits_again(
    scope: ClinicScope, clinic: Clinic, alert: Alert, by: SignedIn, act: str, moment: Moment
) -> Alert:
    alerts.save_alert(scope, alert)
    plan_follow_ups(scope, alert, moment)
    tell_if_due(scope, clinic, alert, moment)
    _record(scope, alert, by, act, moment)
    return alert


def _record(scope: ClinicScope, alert: Alert, by: SignedIn, act: str, moment: Moment) -> None:
    clinics.record_act(scope, moment.wall, ("staff", str(by.staff_id)), act, ("alert", str(alert.id)))
    alerts.note_change(scope)


def _require_unclosed(scope: ClinicScope, clinic: Clinic, alert: Alert) -> None:
    if alert.closing is not None:
        raise AlertClosed(_who_and_when(scope, clinic, alert.closing.by, alert.closing.at, "closed this"))


def _who_and_when(scope: ClinicScope, clinic: Clinic, who: UUID, at: datetime, did: str) -> str:
    name = staff.names_of(scope, (who,)).get(who, "Somebody")
    return f"{name} {did} at {at.astimezone(clinic.zone):%H:%M on %d %b}."
