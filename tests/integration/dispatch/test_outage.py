"""After an outage nobody gets a burst or anything late, and who missed something is told once."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Connection, event, update

from pwa.domain.notice import NoticeState
from pwa.services import composing, housekeeping
from pwa.store import patients, tables
from pwa.store.scope import in_clinic
from tests.support.houses import Patient, Ward, enrol_patient, join_phone, subscribe_phone
from tests.support.push_service import Script
from tests.support.times import utc

MONDAY_MORNING = utc("2026-11-23T09:30")  # three days after the treatment: nothing has been sent since
MONDAY_NIGHT = utc("2026-11-24T02:00")


def kinds_accepted(ward: Ward, patient: Patient) -> list[str]:
    return [
        str(row["kind"])
        for row in ward.rows(
            "SELECT n.kind FROM notices n JOIN deliveries d ON d.notice_id = n.id "
            "JOIN targets t ON t.id = d.target_id WHERE d.state = 'accepted' AND t.address = :a",
            a=patient.phone.endpoint,
        )
    ]


def summaries(ward: Ward) -> int:
    return len(ward.rows("SELECT id FROM notices WHERE kind = 'summary'"))


def test_after_three_days_each_patient_gets_at_most_one_message(ward: Ward) -> None:
    people = [ward.admit(name) for name in ("Alice", "Bob")]
    planned = {person.id: ward.notices_of(person) for person in people}
    ward.care = MONDAY_MORNING

    ward.start_again()
    ward.start_again()

    for person in people:
        assert ward.pushes_to(person.phone) == [201]
        for notice in planned[person.id]:
            if notice.useful_until <= MONDAY_MORNING:
                assert ward.state_of(notice.id) == "expired"


def test_late_reminders_collapse_into_the_newest(ward: Ward, alice: Patient) -> None:
    first, second, third, *_ = ward.notices_of(alice)
    ward.care = third.due_at + timedelta(minutes=1)
    late = [one for one in (first, second) if one.useful_until > ward.care]
    assert late

    ward.deliver()

    assert ward.pushes_to(alice.phone) == [201]
    assert ward.state_of(third.id) == "sent"
    assert {ward.state_of(one.id) for one in late} == {"expired"}
    (why,) = {
        row["ended_because"] for row in ward.rows("SELECT ended_because FROM notices WHERE state = 'expired'")
    }
    assert why == "collapsed"


def test_a_late_reminder_does_not_follow_one_that_was_just_sent(ward: Ward, alice: Patient) -> None:
    first, second, *_ = ward.notices_of(alice)
    ward.care = second.due_at
    with ward.database.write() as session:
        session.execute(
            update(tables.Notice).where(tables.Notice.id == second.id).values(state=NoticeState.SENT)
        )
    ward.care += timedelta(minutes=11)

    ward.deliver()

    assert first.useful_until > ward.care
    assert ward.pushes_to(alice.phone) == []
    assert ward.state_of(first.id) == "expired"


def test_reminders_that_are_only_minutes_late_all_come(ward: Ward, alice: Patient) -> None:
    reminder = ward.go_to(alice)
    ward.care = reminder.due_at + timedelta(minutes=9)
    ward.deliver()
    assert ward.pushes_to(alice.phone) == [201]


def test_who_missed_everything_is_told_once(ward: Ward, alice: Patient) -> None:
    ward.choose(alice, quiet_start="08:00", quiet_end="08:00")  # no hours are quiet
    ward.care = MONDAY_NIGHT
    for _ in range(3):
        ward.start_again()
        ward.wait(30)

    assert summaries(ward) == 1
    assert kinds_accepted(ward, alice).count("summary") <= 1
    assert len(ward.pushes_to(alice.phone)) == 1


def test_the_summary_keeps_quiet_hours(ward: Ward, alice: Patient) -> None:
    ward.care = MONDAY_NIGHT
    ward.start_again()
    assert ward.pushes_to(alice.phone) == []
    (row,) = ward.rows("SELECT id FROM notices WHERE kind = 'summary'")
    assert row

    ward.care = utc("2026-11-24T07:30")
    ward.deliver()
    assert kinds_accepted(ward, alice) == ["summary"]


def test_a_dispatcher_that_plans_ahead_first_still_tells_who_missed_something(
    ward: Ward, alice: Patient
) -> None:
    """Planning ends late reminders as well; it must not do so before they were counted as missed."""
    ward.care = MONDAY_NIGHT
    ward.start_again()
    assert summaries(ward) == 1


def test_whoever_just_got_a_reminder_gets_no_summary(ward: Ward, alice: Patient) -> None:
    ward.care = MONDAY_MORNING
    ward.deliver()  # the sending job came first
    assert ward.pushes_to(alice.phone) == [201]

    ward.expire()
    ward.deliver()

    assert summaries(ward) == 0
    assert ward.pushes_to(alice.phone) == [201]


def test_who_could_not_be_reached_is_not_told_of_what_they_could_not_have_got(ward: Ward) -> None:
    alice = ward.admit("Alice")
    reminder = ward.go_to(alice)
    ward.service.script(alice.phone.endpoint, Script(503))
    ward.deliver()  # tried in vain: their push service is down, not we
    ward.care = reminder.useful_until
    ward.expire()
    missed = ward.rows("SELECT slot_key FROM notices WHERE kind = 'summary'")
    assert missed == []


def test_a_phone_that_came_after_it_was_due_is_not_told_of_it(ward: Ward) -> None:
    enrolled = enrol_patient(ward.house, ward.clinic, "Alice")
    device = join_phone(ward.house, enrolled)
    subscribe_phone(ward.house, device, ward.new_phone(), at=MONDAY_NIGHT)
    ward.care = MONDAY_NIGHT + timedelta(minutes=1)
    ward.expire()
    assert summaries(ward) == 0


def test_expiring_goes_on_until_nothing_late_is_left(ward: Ward, alice: Patient) -> None:
    for _ in range(30):
        ward.plan_test(alice, useful=timedelta(seconds=10))
    ward.care += timedelta(minutes=1)
    before = housekeeping.EXPIRE_AT_ONCE
    housekeeping.EXPIRE_AT_ONCE = 7
    try:
        ward.start_again()
    finally:
        housekeeping.EXPIRE_AT_ONCE = before
    assert ward.rows("SELECT id FROM notices WHERE kind = 'test' AND state <> 'expired'") == []


def test_a_database_that_is_busy_is_no_fault_of_a_plan(pg_ward: Ward) -> None:
    alice = pg_ward.admit("Alice")
    pg_ward.care += timedelta(days=2)

    def impatient(connection: Connection) -> None:
        connection.exec_driver_sql("SET LOCAL lock_timeout = '100ms'")

    with pg_ward.database.write() as session:
        patients.lock_patient(in_clinic(session, alice.clinic.id), alice.id)
        event.listen(pg_ward.database.engine, "begin", impatient)
        assert housekeeping.compose_ahead(pg_ward.database, pg_ward.moment(), lambda: False) == 0
    assert pg_ward.rows("SELECT compose_failed_at FROM patients") == [{"compose_failed_at": None}]
    with pg_ward.database.read() as session:
        assert patients.unplanned(session, pg_ward.care) == 0
    assert housekeeping.compose_ahead(pg_ward.database, pg_ward.moment(), lambda: False) == 1
    assert max(one.due_at for one in pg_ward.notices_of(alice)) > pg_ward.care + timedelta(days=2)


def test_a_plan_that_cannot_be_composed_stops_neither_the_others_nor_the_pass(ward: Ward) -> None:
    alice, bob = ward.admit("Alice"), ward.admit("Bob")
    with ward.database.write() as session:
        session.execute(update(tables.Patient).values(composed_until=None))
        broken = update(tables.Patient).where(tables.Patient.id == alice.id)
        session.execute(broken.values(zone="Nowhere/Atall"))
    ward.care += timedelta(days=1)

    ward.start_again()

    planned = [one for one in ward.notices_of(bob) if one.state is NoticeState.PLANNED]
    assert max(one.due_at for one in planned) > ward.care + timedelta(days=2)
    ward.wait(60)
    with ward.database.read() as session:  # tried again in ten minutes, not at every beat
        moment = ward.moment()
        failed_before = moment.wall - housekeeping.RETRY_BROKEN
        assert patients.to_compose(session, composing.stale_before(moment), failed_before, 9) == ()
