"""Every unit of work names its clinic or the dispatcher's role: the whole job runs under row-level security.

The policies are made here, not by a migration: they come with a later release.
"""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text

from pwa.domain.care_plan import OutcomeValue
from pwa.services import housekeeping, joining, quarantine, watching
from pwa.services.escalating import escalate
from pwa.services.patient_events import PatientEvent
from pwa.store import tables
from pwa.store.ids import new_id
from pwa.store.scope import as_dispatcher, in_clinic
from pwa.store.tables.base import InClinic
from tests.support.desk import BOTH, Desk
from tests.support.houses import Ward, make_clinic, subscribe_phone
from tests.support.push_service import Script
from tests.support.smtp import SmtpServer

# Looked up by a hash, before anybody knows the clinic (design, section 12).
BY_HASH = {"joins", "devices"}
FOR_THE_DISPATCHER = {"patients", "notices", "notice_items", "targets", "deliveries", "alerts", "check_ins"}


@pytest.fixture
def guarded(pg_ward: Ward) -> Ward:
    """A ward whose database shows a clinic's rows to those only who named it."""
    names = {
        mapper.class_.__tablename__ for mapper in tables.Base.registry.mappers if _is_clinics(mapper.class_)
    }
    with pg_ward.database.write() as session:
        for name in sorted(names - BY_HASH):
            own = "clinic_id::text = current_setting('afterbeam.clinic', true)"
            crossing = " OR current_setting('afterbeam.role', true) = 'dispatcher'"
            rule = own + (crossing if name in FOR_THE_DISPATCHER else "")
            session.execute(text(f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY"))
            session.execute(text(f"ALTER TABLE {name} FORCE ROW LEVEL SECURITY"))
            session.execute(text(f"CREATE POLICY named ON {name} USING ({rule}) WITH CHECK ({rule})"))
    return pg_ward


def _is_clinics(table: type) -> bool:
    return issubclass(table, InClinic)


def _states(ward: Ward) -> dict[str, int]:
    """How many notices there are in each state, seen as the dispatcher."""
    with ward.database.read() as session:
        as_dispatcher(session)
        rows = session.execute(text("SELECT state, count(*) FROM notices GROUP BY state"))
        return {state: number for state, number in rows}


def test_who_names_nothing_sees_nothing(guarded: Ward) -> None:
    guarded.admit("Alice")
    for name in ("patients", "care_plans", "notices", "audit_entries"):
        assert guarded.rows(f"SELECT * FROM {name}") == []
    with guarded.database.read() as session:
        in_clinic(session, guarded.clinic.id)
        assert session.execute(text("SELECT id FROM patients")).all()


def test_a_phone_joins_is_reminded_and_answers(guarded: Ward) -> None:
    alice = guarded.admit("Alice")
    reminder = guarded.go_to(alice)
    assert guarded.deliver() == 1
    guarded.tap(alice, OutcomeValue.DONE, guarded.occurrences_in(alice, reminder.id))
    with guarded.database.read() as session:
        in_clinic(session, guarded.clinic.id)
        assert session.execute(text("SELECT value FROM outcomes")).scalars().all()


def test_refusals_endings_planning_and_the_watch_go_across_clinics(guarded: Ward) -> None:
    alice = guarded.admit("Alice")
    reminder = guarded.go_to(alice)
    guarded.service.script(alice.phone.endpoint, Script(403, times=1))
    guarded.deliver()
    guarded.wait(120)
    assert guarded.deliver() == 1

    guarded.service.forget(alice.phone.endpoint)
    guarded.care = reminder.due_at + timedelta(days=1)
    guarded.deliver()
    guarded.care = reminder.due_at + timedelta(days=2)
    assert guarded.expire() > 0
    assert set(_states(guarded)) == {"sent", "expired", "planned"}

    assert housekeeping.compose_ahead(guarded.database, guarded.moment(), lambda: False) == 1
    with guarded.database.read() as session:
        assert watching.reminders_go_out(session, guarded.moment())["plans"]
    guarded.care += timedelta(days=5)
    with guarded.database.read() as session:
        assert not watching.reminders_go_out(session, guarded.moment())["plans"]


def test_a_phone_that_is_handed_on_to_another_clinics_patient_takes_its_subscription_along(
    guarded: Ward,
) -> None:
    alice = guarded.admit("Alice")
    mallory = guarded.admit("Mallory", make_clinic(guarded.house, "Elsewhere"))
    subscribe_phone(guarded.house, mallory.device, alice.phone)
    with guarded.database.read() as session:
        as_dispatcher(session)
        query = text("SELECT patient_id FROM targets WHERE address = :a AND state = 'live'")
        assert session.scalars(query, {"a": alice.phone.endpoint}).all() == [mallory.id]


def test_staff_are_told_across_clinics(guarded: Ward) -> None:
    with SmtpServer() as server:
        desk = Desk(guarded, server)
        olga = desk.employ("Olga")
        mallory = desk.employ("Mallory", make_clinic(guarded.house, "Elsewhere"))
        theirs = desk.alert(mallory.clinic)
        for alert in (desk.alert(), theirs):
            assert desk.tell(alert) == 1
        assert (desk.push(), desk.mail().accepted) == (2, 2)
        assert desk.told([olga, mallory]) == [(1, 1), (1, 1)]
        with guarded.database.read() as session:
            assert watching.reminders_go_out(session, guarded.moment(), BOTH)["mail"]
        desk.tell(theirs)
        desk.stop(theirs)
        assert _states(guarded) == {"sent": 2, "cancelled": 1}


def test_a_clinic_named_before_does_not_stay_named(guarded: Ward) -> None:
    guarded.admit("Alice")
    with guarded.database.write() as session:
        in_clinic(session, guarded.clinic.id)
    with guarded.database.read() as session:
        assert session.execute(text("SELECT id FROM patients")).all() == []


def test_an_alert_is_opened_by_its_clinic_and_watched_across_clinics(guarded: Ward) -> None:
    alice = guarded.admit("Alice")
    answers = {"plan_id": str(alice.care_plan_id), "day": 0, "answers": {"faint": True}, "result": None}
    guarded.send(alice, "check_in", answers)
    guarded.care += timedelta(minutes=5)
    assert escalate(guarded.database, guarded.house.keys, guarded.moment(), lambda: False) == 1
    with guarded.database.read() as session:
        as_dispatcher(session)
        [again] = session.scalars(text("SELECT next_tell_at FROM alerts WHERE state = 'open'"))
    assert again == guarded.care + timedelta(minutes=5)


def test_a_phone_is_shut_out_and_heard_by_its_own_clinic(guarded: Ward) -> None:
    alice, mallory = guarded.admit("Alice"), guarded.admit("Mallory", make_clinic(guarded.house, "Elsewhere"))
    keys, moment = guarded.house.keys, guarded.moment()
    event = PatientEvent(new_id(guarded.care), 1, 1, "check_in", guarded.care, {"answers": {"faint": True}})
    with guarded.database.write() as session:
        scope = in_clinic(session, guarded.clinic.id)
        device = joining.revoke(scope, alice.id, alice.device.id, new_id(guarded.care), moment)
        [answer] = quarantine.append(scope, keys, device, [event], moment, timedelta(0))
        assert answer is not None
    for clinic, contents in ((guarded.clinic, [event.content]), (mallory.clinic, [])):
        with guarded.database.read() as session:
            page = quarantine.newest(in_clinic(session, clinic.id), keys, None)
            assert [one.content for one in page.events] == contents
    assert guarded.rows("SELECT id FROM quarantined_events") == []
