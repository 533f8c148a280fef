"""No row of one clinic can point to another's, and no query of one clinic sees another's rows."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import ForeignKeyConstraint, Table, UniqueConstraint, delete, select, text, update
from sqlalchemy.exc import IntegrityError

from pwa.clock import Moment
from pwa.domain.alert import Acknowledgement, Alert, AlertOutcome, AlertState, Closing
from pwa.domain.care_plan import OutcomeValue
from pwa.domain.clinic import StaffRole
from pwa.domain.errors import NotFound
from pwa.domain.notice import DeliveryState, Notice, NoticeKind, NoticeState, ReceiptKind
from pwa.domain.patient import TargetKind, TargetState
from pwa.domain.photo import PhotoLabel, PhotoSlot, PhotoState, StoredPhoto
from pwa.domain.protocol import FactName
from pwa.domain.rules import Level
from pwa.services.house import House
from pwa.store import (
    alerts,
    check_ins,
    devices,
    notices,
    patients,
    photos,
    plans,
    quarantine,
    receipts,
    staff,
    tables,
    targets,
)
from pwa.store.ids import new_id
from pwa.store.quarantine import QuarantinedEvent
from pwa.store.scope import ClinicScope, in_clinic
from pwa.store.tables import Base
from pwa.store.tables.base import InClinic
from tests.contract.store.conftest import People, Person
from tests.support.times import NOW

MOMENT = Moment(NOW, NOW)
LATER = NOW + timedelta(hours=1)
IN_CLINICS: dict[str, Table] = {
    name: table for name, table in Base.metadata.tables.items() if "clinic_id" in table.columns
}
RELATIONS = [
    pytest.param(name, constraint, id=f"{name}->{constraint.referred_table.name}")
    for name, table in sorted(IN_CLINICS.items())
    for constraint in sorted(table.foreign_key_constraints, key=lambda one: one.referred_table.name)
    if "clinic_id" in constraint.referred_table.columns
]
# People who sign in are no clinic's; documents are kept once for all, by their content.
BELONG_TO_NO_CLINIC = {"clinics", "staff_accounts", "protocol_documents"}


def furnish(scope: ClinicScope, person: Person, staff_id: UUID) -> None:
    """At least one row of this clinic in every table."""
    session, clinic_id = scope.session, scope.clinic_id
    (plan,) = plans.plans_of(scope, person.id)
    entry = plans.LedgerEntry(new_id(NOW), person.device.id, 1, "outcome", 1, NOW, b"a" * 32, b"sealed")
    plans.add_event(scope, person.id, entry, NOW)
    plans.add_conflict(scope, person.id, entry, NOW)
    plans.add_outcome(
        scope, person.id, plans.Outcome(entry.event_id, new_id(NOW), OutcomeValue.DONE, None, NOW, 1), NOW
    )
    plans.add_fact(scope, plan.id, FactName.SKIN_CLOSED, (True, "patient"), (NOW, 1), NOW)
    patients.add_identifier(scope, new_id(NOW), person.id, "chart", b"i" * 32, b"sealed")
    subscription = targets.PushSubscription(f"https://push.example/{person.id}", "", "p", "a", "k")
    targets.put_subscription(scope, person.id, person.device.id, subscription, NOW)
    # The newest of each can be pointed to without breaking another rule first.
    devices.add_device(scope, person.id, "without a subscription", LATER)
    plans.add_plan(scope, replace(plan, id=new_id(LATER), tasks=()), NOW)
    account = staff.StaffAccount(staff_id, f"{staff_id}@example.org", "Nurse", "hash")
    staff.add_staff(session, account, clinic_id, StaffRole.CLINICIAN, NOW)
    staff.add_session(session, staff_id.bytes * 2, staff_id, clinic_id, NOW, LATER)
    photos.add_photo(scope, person.device.id, a_photo(person.id))
    quarantine.add(scope, a_quarantined_event(person))
    session.add(tables.ClinicHoliday(clinic_id=clinic_id, day=NOW.date()))
    alert_id = new_id(NOW)
    scope.add(_staff_notice(alert_id, staff_id))
    scope.add(_staff_target(staff_id))
    test = Notice(
        new_id(NOW), clinic_id, person.id, NoticeKind.TEST, f"t/{person.id}", NOW, LATER, NoticeState.PLANNED
    )
    notices.add_notice(scope, replace(test, device_id=person.device.id), NOW)
    index = new_id(NOW).bytes * 2
    devices.add_join(scope, person.id, index, index, (LATER, LATER), person.device.id, NOW)
    session.flush()
    (target,) = targets.live_targets(scope, person.id)
    scope.add(
        tables.Delivery(
            id=new_id(NOW),
            notice_id=alert_id,
            target_id=target.id,
            channel=TargetKind.PUSH,
            rank=0,
            state=DeliveryState.PENDING,
            attempts=0,
            next_try_at=NOW,
            changed_at=NOW,
        )
    )
    session.flush()
    receipts.add_receipt(scope, alert_id, person.device.id, ReceiptKind.SHOWN, NOW)
    report(scope, person, plan.id, entry.event_id, staff_id)


def report(scope: ClinicScope, person: Person, plan_id: UUID, event_id: UUID, staff_id: UUID) -> None:
    """A check-in, replaced by another event, with an alert that was closed twice over."""
    new = check_ins.NewCheckIn(event_id, person.id, plan_id, person.device.id, 0, NOW, NOW, None)
    check_in_id = check_ins.add_check_in(scope, new, NOW)
    check_ins.end_check_in(scope, person.id, event_id, new_id(NOW), check_ins.UNDONE)
    first = Alert(
        id=new_id(NOW),
        clinic_id=scope.clinic_id,
        patient_id=person.id,
        state=AlertState.CLOSED,
        level=Level.SAME_DAY,
        opened_at=NOW,
        waiting_since=NOW,
        acknowledgement=Acknowledgement(staff_id, NOW, Level.SAME_DAY, LATER, LATER),
        closing=Closing(staff_id, NOW, AlertOutcome.CALLED),
    )
    alerts.add_alert(scope, first)
    alerts.add_alert(scope, replace(first, id=new_id(LATER), reopens_id=first.id))
    alerts.add_reasons(scope, first.id, check_in_id, [("S03", Level.SAME_DAY)], NOW)
    alerts.note_change(scope)


def a_photo(patient_id: UUID) -> StoredPhoto:
    label = PhotoLabel(new_id(NOW), new_id(NOW), PhotoSlot.FRONT, NOW)
    return StoredPhoto(
        new_id(NOW), patient_id, label, NOW, b"h" * 32, 9, 1600, 1200, PhotoState.STORED, kept_apart=False
    )


def a_quarantined_event(person: Person) -> QuarantinedEvent:
    ids = new_id(NOW), person.id, person.device.id, new_id(NOW)
    return QuarantinedEvent(*ids, "check_in", NOW, NOW, b"h" * 32, b"sealed")


def _staff_notice(notice_id: UUID, staff_id: UUID) -> tables.Notice:
    return tables.Notice(
        id=notice_id,
        staff_id=staff_id,
        kind=NoticeKind.ALERT,
        slot_key=f"alert/{notice_id}",
        due_at=NOW,
        useful_until=LATER,
        state=NoticeState.PLANNED,
        created_at=NOW,
        changed_at=NOW,
    )


def _staff_target(staff_id: UUID) -> tables.Target:
    return tables.Target(
        id=new_id(NOW),
        staff_id=staff_id,
        kind=TargetKind.EMAIL,
        state=TargetState.LIVE,
        address=f"{staff_id}@example.org",
        origin="",
        suspect_failures=0,
        created_at=NOW,
    )


@pytest.fixture
def furnished(house: House, people: People) -> People:
    with house.database.write() as session:
        for person in (people.alice, people.mallory):
            furnish(in_clinic(session, person.clinic.id), person, new_id(NOW))
    return people


def test_every_row_of_a_clinic_can_be_pointed_to_by_clinic_and_id() -> None:
    for name, table in IN_CLINICS.items():
        if "id" not in table.columns:
            continue
        keys = [
            {column.name for column in constraint.columns}
            for constraint in table.constraints
            if isinstance(constraint, UniqueConstraint)
        ]
        assert {"clinic_id", "id"} in keys, f"{name} lacks UNIQUE(clinic_id, id)"


def test_rows_of_a_clinic_point_to_each_other_by_clinic_and_id_only() -> None:
    for name, table in IN_CLINICS.items():
        for constraint in table.foreign_key_constraints:
            if constraint.referred_table.name not in BELONG_TO_NO_CLINIC:
                pairs = {key.parent.name: key.column.name for key in constraint.elements}
                assert pairs.get("clinic_id") == "clinic_id", f"{name} points past its clinic: {pairs}"


def test_every_column_that_names_a_row_is_a_foreign_key() -> None:
    """A *_id without one could name anything, in any clinic."""
    free = {
        f"{name}.{column.name}"
        for name, table in Base.metadata.tables.items()
        for column in table.columns
        if column.name.endswith("_id") and not column.foreign_keys
    }
    assert free == {
        "audit_entries.actor_id",  # outlives what it names
        "audit_entries.object_id",
        "check_ins.event_id",  # made by the phone
        "check_in_ends.event_id",
        "check_in_ends.by_event_id",
        "event_conflicts.event_id",
        "outcomes.event_id",
        "photos.check_in_id",
        "photos.photo_id",
        "patient_events.event_id",
        "quarantined_events.event_id",
        "notice_items.occurrence_id",  # computed, never stored as a row of its own
        "outcomes.occurrence_id",
        "notice_items.step_id",  # in the protocol's document
        "notice_items.text_id",
        "tasks.step_id",
        "patient_keys.master_key_id",  # in a file outside
        "targets.vapid_key_id",
        "push_origins.vapid_key_id",
    }


def test_no_row_can_be_made_to_point_to_another_clinic(house: House, furnished: People) -> None:
    here, there = furnished.alice.clinic.id, furnished.mallory.clinic.id
    assert len(RELATIONS) > 20
    for name, constraint in (relation.values for relation in RELATIONS):
        child, parent = IN_CLINICS[str(name)], constraint.referred_table  # type: ignore[union-attr]  # of pytest.param
        own, foreign = _columns_of(constraint)  # type: ignore[arg-type]  # likewise
        with house.database.read() as session:
            newest = select(parent.c[foreign]).where(parent.c.clinic_id == there)
            theirs = session.scalar(newest.order_by(parent.c[foreign].desc()).limit(1))
            mine = session.scalar(
                select(child.c[own]).where(child.c.clinic_id == here, child.c[own].is_not(None)).limit(1)
            )
        assert theirs is not None, f"no {parent.name} in the other clinic to try with"
        assert mine, f"no {name} with {own} in this clinic to try with"
        with house.database.write() as session:
            if "id" not in child.columns:  # or a rule that each has but one row is broken first
                session.execute(delete(child).where(child.c[own] != mine))
            across = (
                update(child).where(child.c.clinic_id == here, child.c[own] == mine).values({own: theirs})
            )
            with pytest.raises(IntegrityError) as refused:
                session.execute(across)
            session.rollback()
        assert "foreign" in str(refused.value.orig).lower(), f"{name}.{own}: {refused.value.orig}"


def test_no_row_can_be_moved_to_another_clinic(house: House, furnished: People) -> None:
    here, there = furnished.alice.clinic.id, furnished.mallory.clinic.id
    for name in {str(relation.values[0]) for relation in RELATIONS}:
        table = IN_CLINICS[name]
        with pytest.raises(IntegrityError), house.database.write() as session:
            session.execute(update(table).where(table.c.clinic_id == here).values(clinic_id=there))


def test_a_scope_never_shows_another_clinics_rows(house: House, furnished: People) -> None:
    mapped = [one.class_ for one in Base.registry.mappers if issubclass(one.class_, InClinic)]
    assert len(mapped) >= 13
    with house.database.read() as session:
        scope = in_clinic(session, furnished.alice.clinic.id)
        for table in mapped:
            theirs = session.scalars(
                select(table.id).where(table.clinic_id == furnished.mallory.clinic.id).limit(1)
            ).one()
            assert {row.clinic_id for row in session.scalars(scope.select(table))} == {scope.clinic_id}
            assert scope.find(table, theirs) is None
            with pytest.raises(NotFound):
                scope.get(table, theirs)


def test_a_scope_never_changes_another_clinics_rows(house: House, furnished: People) -> None:
    alice, mallory = furnished.alice, furnished.mallory
    with house.database.write() as session:
        scope = in_clinic(session, alice.clinic.id)
        session.execute(scope.update(tables.Patient).values(language="xx"))
    with house.database.read() as session:
        theirs = in_clinic(session, mallory.clinic.id)
        assert patients.get_patient(theirs, mallory.id).language == "en"


def test_each_function_of_a_scope_keeps_to_its_clinic(house: House, furnished: People) -> None:
    alice, bob, mallory = furnished.alice, furnished.bob, furnished.mallory
    with house.database.read() as session:
        scope = in_clinic(session, alice.clinic.id)
        assert {patient.id for patient in patients.all_patients(scope)} == {alice.id, bob.id}
        for ask in (patients.get_patient, patients.get_key, patients.get_sealed):
            ask(scope, bob.id)
            with pytest.raises(NotFound):
                ask(scope, mallory.id)
        with pytest.raises(NotFound):
            devices.get_device(scope, mallory.device.id)
        assert (
            patients.find_by_identifier(scope, "chart", b"i" * 32) == alice.id
        )  # Mallory's has the same hash
        assert {event.patient_id for event, _ in quarantine.newest(scope, 9, None)} == {alice.id}
        assert quarantine.number_of(scope, mallory.device.id) == 0
        assert _seen_of(scope, mallory) == []
        assert _seen_of(in_clinic(session, mallory.clinic.id), mallory)


def _seen_of(scope: ClinicScope, person: Person) -> list[Any]:
    """All that a scope gives when asked for one patient."""
    return [
        *plans.plans_of(scope, person.id),
        *plans.facts_of(scope, [person.enrolled.care_plan_id]),
        *plans.outcomes_of(scope, person.id, NOW - timedelta(days=9)),
        *devices.devices_of(scope, person.id),
        *photos.photos_of(scope, person.id),
        *check_ins.check_ins_between(scope, person.id, NOW - timedelta(days=9), LATER),
        *filter(None, [alerts.newest_alert(scope, person.id)]),
        *targets.live_targets(scope, person.id),
        *notices.reminders_since(scope, person.id, NOW - timedelta(days=9)),
        *notices.reminder_items_since(scope, person.id, NOW - timedelta(days=9)),
        *filter(None, [devices.newest_join(scope, person.id)]),
        *filter(None, [targets.target_of_device(scope, person.device.id)]),
        *filter(None, [receipts.last_shown(scope, person.device.id)]),
    ]


def test_postgresql_is_told_the_clinic_for_the_length_of_the_unit(house: House, people: People) -> None:
    if house.database.is_sqlite:
        return
    asked = text("SELECT current_setting('afterbeam.clinic', true)")
    with house.database.read() as session:
        in_clinic(session, people.alice.clinic.id)
        assert session.scalar(asked) == str(people.alice.clinic.id)
    with house.database.read() as session:
        assert session.scalar(asked) in ("", None)


def _columns_of(constraint: ForeignKeyConstraint) -> tuple[str, str]:
    """The column that names the row, and the one it names; the clinic's own stand beside both."""
    ((own, foreign),) = (
        (key.parent.name, key.column.name) for key in constraint.elements if key.parent.name != "clinic_id"
    )
    return own, foreign
