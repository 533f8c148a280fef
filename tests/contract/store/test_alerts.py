"""What the tables of alerts and check-ins promise on both databases, whoever asks."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from pwa.domain.alert import Alert, AlertState
from pwa.domain.errors import NotFound
from pwa.domain.rules import Level
from pwa.services.house import House
from pwa.store import alerts, check_ins, plans
from pwa.store.check_ins import NewCheckIn, PhoneResult
from pwa.store.ids import new_id
from pwa.store.scope import ClinicScope, in_clinic
from tests.contract.store.conftest import People, Person
from tests.contract.store.test_promises import at_once
from tests.support.times import NOW

LATER = NOW + timedelta(hours=1)


def an_alert(person: Person) -> Alert:
    return Alert(
        id=new_id(NOW),
        clinic_id=person.clinic.id,
        patient_id=person.id,
        state=AlertState.OPEN,
        level=Level.SAME_DAY,
        opened_at=NOW,
        waiting_since=NOW,
        next_tell_at=NOW,
    )


def a_check_in(scope: ClinicScope, person: Person, phone: PhoneResult | None = None) -> tuple[UUID, UUID]:
    """(row id, event id) of a check-in with its event."""
    entry = plans.LedgerEntry(new_id(NOW), person.device.id, 1, "check_in", 1, NOW, b"a" * 32, b"sealed")
    plans.add_event(scope, person.id, entry, NOW)
    new = NewCheckIn(
        entry.event_id, person.id, person.enrolled.care_plan_id, person.device.id, 3, NOW, NOW, phone
    )
    return check_ins.add_check_in(scope, new, NOW), entry.event_id


def test_a_patient_cannot_have_two_alerts_that_are_not_closed(house: House, people: People) -> None:
    with house.database.write() as session:
        alerts.add_alert(in_clinic(session, people.alice.clinic.id), an_alert(people.alice))
        alerts.add_alert(in_clinic(session, people.bob.clinic.id), an_alert(people.bob))
    with pytest.raises(IntegrityError), house.database.write() as session:
        alerts.add_alert(in_clinic(session, people.alice.clinic.id), an_alert(people.alice))


def test_of_many_who_open_an_alert_at_once_one_does(house: House, people: People) -> None:
    def open_it(_: int) -> object:
        with house.database.write() as session:
            alerts.add_alert(in_clinic(session, people.alice.clinic.id), an_alert(people.alice))
        return "opened"

    results = at_once(8, open_it)
    assert results.count("opened") == 1
    assert all(isinstance(one, IntegrityError) for one in results if one != "opened")


@pytest.mark.parametrize("broken", ["state = 'closed'", "outcome = 'called'", "acknowledged_at = opened_at"])
def test_a_half_closed_or_half_taken_alert_is_refused(house: House, people: People, broken: str) -> None:
    alert = an_alert(people.alice)
    with house.database.write() as session:
        alerts.add_alert(in_clinic(session, people.alice.clinic.id), alert)
    with pytest.raises(IntegrityError), house.database.write() as session:
        session.execute(text(f"UPDATE alerts SET {broken}"))
    with house.database.read() as session:
        assert alerts.find_alert(in_clinic(session, people.alice.clinic.id), alert.id) == alert


def test_an_alert_comes_back_as_it_was_stored(house: House, people: People) -> None:
    alert = an_alert(people.alice)
    with house.database.write() as session:
        scope = in_clinic(session, people.alice.clinic.id)
        alerts.add_alert(scope, alert)
        changed = replace(alert, level=Level.EMERGENCY, call_at=LATER, turn=2, next_tell_at=None)
        alerts.save_alert(scope, changed)
    with house.database.read() as session:
        scope = in_clinic(session, people.alice.clinic.id)
        assert alerts.newest_alert(scope, people.alice.id) == changed
        assert alerts.unclosed_alerts(scope) == (changed,)
        assert alerts.due_alerts(session, LATER, 10) == ()
    with house.database.read() as session, pytest.raises(NotFound):
        alerts.lock_alert(in_clinic(session, people.mallory.clinic.id), alert.id)


def test_a_reason_is_kept_once_and_takes_the_higher_level_it_is_given(house: House, people: People) -> None:
    alice = people.alice
    with house.database.write() as session:
        scope = in_clinic(session, alice.clinic.id)
        alert = an_alert(alice)
        alerts.add_alert(scope, alert)
        row_id, event_id = a_check_in(scope, alice)
        for level in (Level.TELL_CLINIC, Level.TELL_CLINIC, Level.SAME_DAY):
            alerts.add_reasons(scope, alert.id, row_id, [("T01", level)], NOW)
        assert alerts.alerted(scope, row_id) == {"T01": Level.SAME_DAY}
        [reason] = alerts.reasons_of(scope, [alert.id])[alert.id]
        assert (reason.rule, reason.level, reason.event_id, reason.day) == (
            "T01",
            Level.SAME_DAY,
            event_id,
            3,
        )
        assert alerts.rules_of(scope, alert.id) == {"T01"}


def test_an_alert_that_somebody_holds_is_left_to_them(house: House, people: People) -> None:
    if house.database.is_sqlite:  # where a writer is alone
        return
    alert = an_alert(people.alice)
    with house.database.write() as session:
        alerts.add_alert(in_clinic(session, people.alice.clinic.id), alert)
    with house.database.write() as holding, house.database.write() as other:
        assert alerts.lock_free_alert(in_clinic(holding, people.alice.clinic.id), alert.id) == alert
        assert alerts.lock_free_alert(in_clinic(other, people.alice.clinic.id), alert.id) is None


def test_every_change_counts_however_many_make_one_at_once(house: House, people: People) -> None:
    def change(_: int) -> object:
        with house.database.write() as session:
            alerts.note_change(in_clinic(session, people.alice.clinic.id))
        return None

    assert at_once(12, change) == [None] * 12
    with house.database.read() as session:
        assert alerts.changes(in_clinic(session, people.alice.clinic.id)) == 12
        assert alerts.changes(in_clinic(session, people.mallory.clinic.id)) == 0


def test_what_ends_a_check_in_may_come_first_and_twice(house: House, people: People) -> None:
    alice = people.alice
    with house.database.write() as session:
        scope = in_clinic(session, alice.clinic.id)
        _, event_id = a_check_in(scope, alice, PhoneResult(Level.EXPECTED, "a" * 64))
        by = new_id(NOW)
        for _ in range(2):
            check_ins.end_check_in(scope, alice.id, event_id, by, check_ins.SUPERSEDED)
        [found] = check_ins.check_ins_between(scope, alice.id, NOW, NOW)
        assert (found.superseded, found.undone, found.is_current) == (True, False, False)
        assert found.phone == PhoneResult(Level.EXPECTED, "a" * 64)
        check_ins.end_check_in(scope, alice.id, event_id, new_id(NOW), check_ins.UNDONE)
        [found] = check_ins.check_ins_between(scope, alice.id, NOW, NOW)
        assert (found.superseded, found.undone) == (True, True)


def test_a_check_in_waits_to_be_judged_until_it_is(house: House, people: People) -> None:
    alice = people.alice
    with house.database.write() as session:
        scope = in_clinic(session, alice.clinic.id)
        row_id, event_id = a_check_in(scope, alice)
        assert check_ins.unjudged(session, 10) == ((alice.clinic.id, alice.id, event_id),)
        check_ins.set_judgement(scope, row_id, (Level.SAME_DAY, True, ("S03", "P02")), LATER)
        assert check_ins.unjudged(session, 10) == ()
        [found] = check_ins.check_ins_between(scope, alice.id, NOW, NOW)
    assert (found.level, found.complete, found.reasons, found.judged) == (
        Level.SAME_DAY,
        True,
        ("S03", "P02"),
        True,
    )


def test_one_event_is_one_check_in(house: House, people: People) -> None:
    alice = people.alice
    with house.database.write() as session:
        _, event_id = a_check_in(in_clinic(session, alice.clinic.id), alice)
    new = NewCheckIn(event_id, alice.id, alice.enrolled.care_plan_id, alice.device.id, 0, NOW, NOW, None)
    with pytest.raises(IntegrityError), house.database.write() as session:
        check_ins.add_check_in(in_clinic(session, alice.clinic.id), new, NOW)
