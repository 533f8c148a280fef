"""Each phone gets a reminder once, in time, however many dispatchers work and whatever goes wrong."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event, text

from pwa.domain.care_plan import OutcomeValue
from pwa.domain.notice import DeliveryState
from pwa.push.sender import K, Outgoing, PushSender, SendResult
from pwa.services import dispatching
from pwa.services.dispatching import CHUNK, LEASE
from pwa.store import devices, dispatch, notices, patients, push_services, settling
from pwa.store.scope import in_clinic
from tests.support.houses import Patient, Ward
from tests.support.push_service import Script


class Died(BaseException):
    """The process ended here: nothing after this line happens."""


class DyingSender:
    """Sends, and dies before anybody hears the answers."""

    def __init__(self, inner: PushSender) -> None:
        self.inner = inner

    def send(self, batch: Sequence[Outgoing[K]], now: datetime) -> list[SendResult[K]]:
        self.inner.send(batch, now)
        raise Died

    def close(self) -> None:
        self.inner.close()


def due_patients(ward: Ward, count: int) -> list[Patient]:
    """So many patients, each with a test notice due now: what is due for all at the same moment."""
    people = [ward.admit(f"Patient {number}") for number in range(count)]
    for person in people:
        ward.plan_test(person)
    return people


def accepted_per_phone(ward: Ward, people: list[Patient]) -> list[int]:
    return [ward.pushes_to(person.phone).count(201) for person in people]


def open_leases(ward: Ward) -> int:
    return len(ward.rows("SELECT id FROM deliveries WHERE state = 'leased'"))


# ---------------------------------------------------------------------- in time


def test_nothing_is_sent_before_it_is_due(ward: Ward, alice: Patient) -> None:
    reminder = ward.go_to(alice)
    ward.care = reminder.due_at - timedelta(seconds=1)
    assert ward.deliver() == 0
    assert ward.pushes_to(alice.phone) == []


def test_nothing_is_sent_late(ward: Ward, alice: Patient) -> None:
    reminder = ward.go_to(alice)
    ward.care = reminder.useful_until
    ward.deliver()  # a later one may go
    ward.expire()

    assert ward.state_of(reminder.id) == "expired"
    assert ward.occurrences_in(alice, reminder.id)
    with pytest.raises(ValueError, match="not enough values"):
        ward.delivery_of(reminder.id, alice.phone)


def test_a_retry_that_comes_too_late_is_not_made(ward: Ward, alice: Patient) -> None:
    ward.service.script(alice.phone.endpoint, Script(503, times=1))
    notice_id = ward.plan_test(alice, useful=timedelta(seconds=90))
    ward.deliver()
    ward.wait(90)
    ward.deliver()
    ward.expire()

    assert ward.pushes_to(alice.phone) == [503]
    assert ward.state_of(notice_id) == "expired"
    assert ward.delivery_of(notice_id, alice.phone)["state"] == "expired"


def test_the_clock_is_read_for_each_chunk(
    ward: Ward, alice: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A long pass must not send by the time at which it began."""
    monkeypatch.setattr(dispatching, "CHUNK", 1)
    for _ in range(2):
        ward.plan_test(alice, useful=timedelta(seconds=30))
    inner = ward.dispatching().sender

    class TakesAMinute:
        def send(self, batch: Any, now: Any) -> Any:
            results = inner.send(batch, now)
            ward.wait(60)
            return results

        def close(self) -> None: ...

    ward.deliver(ward.dispatching(sender=TakesAMinute()))

    assert ward.pushes_to(alice.phone) == [201]  # for the second it was too late by then


def test_what_is_being_sent_as_its_time_runs_out_counts_if_it_is_accepted(ward: Ward, alice: Patient) -> None:
    notice_id = ward.plan_test(alice, useful=timedelta(seconds=30))
    to = ward.dispatching()
    inner = to.sender

    class Slow:
        def send(self, batch: Any, now: Any) -> Any:
            results = inner.send(batch, now)
            ward.care += timedelta(seconds=40)
            ward.expire()  # the other job, in the middle of this one
            return results

        def close(self) -> None: ...

    ward.deliver(ward.dispatching(sender=Slow()))

    assert ward.delivery_of(notice_id, alice.phone)["state"] == "accepted"
    assert ward.state_of(notice_id) == "sent"


# ---------------------------------------------------------------------- many dispatchers


def test_two_dispatchers_send_each_reminder_once(pg_ward: Ward) -> None:
    people = due_patients(pg_ward, 30)
    gate = threading.Barrier(2)
    pairs = [pg_ward.dispatching() for _ in range(2)]

    def run(number: int) -> None:
        gate.wait(10)
        for _ in range(6):
            pg_ward.deliver(pairs[number])

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(run, range(2)))

    assert accepted_per_phone(pg_ward, people) == [1] * 30
    states = pg_ward.rows("SELECT state, count(*) AS n FROM notices WHERE kind = 'test' GROUP BY state")
    assert states == [{"state": "sent", "n": 30}]
    assert open_leases(pg_ward) == 0


class MeetingSender:
    """Sends, and comes back when the other dispatcher has sent as well: both settle at the same moment."""

    def __init__(self, inner: PushSender, gate: threading.Barrier) -> None:
        self.inner, self.gate = inner, gate

    def send(self, batch: Sequence[Outgoing[K]], now: datetime) -> list[SendResult[K]]:
        results = self.inner.send(batch, now)
        self.gate.wait(10)
        return results

    def close(self) -> None:
        self.inner.close()


def test_two_dispatchers_that_settle_two_phones_of_one_patient_close_the_notice(
    pg_ward: Ward, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each sees the other's delivery still open, unless they wait for one another."""
    ward = pg_ward
    monkeypatch.setattr(dispatching, "CHUNK", 1)
    alice = ward.admit("Alice")
    ward.second_phone(alice)
    notice_id = ward.plan_test(alice)
    with ward.database.write() as session:
        claimed = dispatch.claim_due(session, ward.care, ward.moment().wall, 9)
        dispatch.open_deliveries(session, claimed, ward.moment().wall)
    gate = threading.Barrier(2)
    pair = [ward.dispatching(MeetingSender(ward.dispatching().sender, gate)) for _ in range(2)]

    def slowly(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith("UPDATE notices"):
            time.sleep(0.2)

    event.listen(ward.database.engine, "before_cursor_execute", slowly)
    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(ward.deliver, pair)) == [1, 1]
    assert ward.state_of(notice_id) == "sent"


def test_a_dispatcher_told_to_stop_finishes_its_chunk_and_takes_no_other(
    ward: Ward, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dispatching, "CHUNK", 1)
    people = due_patients(ward, 3)
    stopping = replace(ward.dispatching(), stopping=lambda: sum(accepted_per_phone(ward, people)) == 1)
    assert ward.deliver(stopping) == 1
    assert open_leases(ward) == 0
    assert ward.deliver() == 2


def test_apple_is_asked_to_hurry_and_others_only_for_what_is_urgent(ward: Ward, alice: Patient) -> None:
    """iOS delivers what is not urgent when it likes."""
    bob = ward.admit("Bob")
    apples = text("UPDATE targets SET origin = 'https://web.push.apple.com' WHERE address = :a")
    with ward.database.write() as session:
        session.execute(apples, {"a": bob.phone.endpoint})
    ward.go_to(alice)
    ward.plan_test(alice)
    assert ward.deliver() == 3
    urgencies = [post.headers["urgency"] for post in ward.service.posts_to(alice.phone.endpoint)]
    assert sorted(urgencies) == ["high", "normal"]
    (post,) = ward.service.posts_to(bob.phone.endpoint)
    assert post.headers["urgency"] == "high"


def test_a_dispatcher_skips_what_another_is_claiming(pg_ward: Ward) -> None:
    due_patients(pg_ward, 4)
    wall = pg_ward.moment().wall
    with pg_ward.database.write() as one, pg_ward.database.write() as other:
        first = dispatch.claim_due(one, pg_ward.care, wall, 3)
        second = dispatch.claim_due(other, pg_ward.care, wall, 3)
    assert len(first) == 3
    assert len(second) == 1
    assert not {notice.id for notice in first} & {notice.id for notice in second}


def test_planning_never_takes_back_what_a_dispatcher_is_claiming(pg_ward: Ward) -> None:
    ward = pg_ward
    alice = ward.admit("Alice")
    reminder = ward.go_to(alice)
    ward.choose(alice, wake="09:00")
    before = ward.rows("SELECT id, due_at, state FROM notices ORDER BY id")
    claimed = threading.Event()
    with ThreadPoolExecutor(1) as pool:
        with ward.database.write() as session:
            dispatch.claim_due(session, ward.care, ward.moment().wall, 9)
            claimed.set()
            planning = pool.submit(ward.choose, alice, wake="08:00", quiet_end="10:30", quiet_start="21:00")
            with pytest.raises(TimeoutError):
                planning.result(0.3)  # it waits for the claim
        planning.result(10)

    assert before
    assert ward.state_of(reminder.id) == "sending"
    (row,) = [one for one in ward.notices_of(alice) if one.id == reminder.id]
    assert row.due_at == reminder.due_at
    assert ward.occurrences_in(alice, reminder.id)


def test_what_is_answered_as_its_phone_turns_out_gone_is_not_planned_again(pg_ward: Ward) -> None:
    """Whoever settles waits for whoever answers, or the reminder would be planned behind their back."""
    alice = pg_ward.admit("Alice")
    reminder = pg_ward.go_to(alice)
    pg_ward.service.forget(alice.phone.endpoint)
    with ThreadPoolExecutor(1) as pool:
        wall = pg_ward.moment().wall
        with pg_ward.database.write() as session:
            dispatch.open_deliveries(session, dispatch.claim_due(session, pg_ward.care, wall, 9), wall)
        with pg_ward.database.write() as session:
            scope = in_clinic(session, alice.clinic.id)
            notices.lock_reminders(scope, alice.id, reminder.due_at)
            sending = pool.submit(pg_ward.deliver)
            while not pg_ward.pushes_to(alice.phone):
                time.sleep(0.01)
            time.sleep(0.3)
            notices.stop_sending(scope, [reminder.id], wall)
        assert sending.result(20) == 0
    assert pg_ward.state_of(reminder.id) == "expired"


def test_two_syncs_of_one_phone_wait_for_one_another_from_the_start(pg_ward: Ward) -> None:
    """One changes the patient and then the device, the other the device and then the patient."""
    alice = pg_ward.admit("Alice")
    reminder = pg_ward.notices_of(alice)[0]
    occurrences = pg_ward.occurrences_in(alice, reminder.id)
    with ThreadPoolExecutor(1) as pool, pg_ward.database.write() as session:
        scope = in_clinic(session, alice.clinic.id)
        patients.lock_patient(scope, alice.id)
        other = pool.submit(pg_ward.tap, alice, OutcomeValue.DONE, occurrences)
        time.sleep(0.5)
        devices.saw_device(scope, alice.device.id, pg_ward.moment().wall, 1, None)
        session.commit()
        other.result(20)


# ---------------------------------------------------------------------- crashes


def test_a_crash_after_sending_sends_one_chunk_again_with_the_same_topics(ward: Ward) -> None:
    people = due_patients(ward, 3)
    dying = ward.dispatching(sender=DyingSender(ward.dispatching().sender))
    with pytest.raises(Died):
        ward.deliver(dying)
    assert open_leases(ward) == 3
    assert ward.deliver() == 0  # the lease still runs
    assert accepted_per_phone(ward, people) == [1, 1, 1]

    ward.wait(LEASE.total_seconds() + 1)
    assert ward.deliver() == 3

    assert accepted_per_phone(ward, people) == [2, 2, 2]
    for person in people:
        first, second = ward.service.posts_to(person.phone.endpoint)
        assert first.headers["topic"] == second.headers["topic"]
    assert open_leases(ward) == 0


def test_a_crash_costs_one_chunk_only(ward: Ward, alice: Patient) -> None:
    notices = [ward.plan_test(alice) for _ in range(CHUNK + 6)]
    dying = ward.dispatching(sender=DyingSender(ward.dispatching().sender))
    with pytest.raises(Died):
        ward.deliver(dying)
    assert open_leases(ward) == CHUNK
    ward.deliver()
    ward.wait(LEASE.total_seconds() + 1)
    ward.deliver()

    assert len(ward.pushes_to(alice.phone)) == len(notices) + CHUNK
    assert {ward.state_of(notice_id) for notice_id in notices} == {"sent"}


def test_a_stale_settlement_does_nothing_once_the_lease_was_taken_over(ward: Ward, alice: Patient) -> None:
    notice_id = ward.plan_test(alice)
    wall = ward.moment().wall
    with ward.database.write() as session:
        claimed = dispatch.claim_due(session, ward.care, wall, 9)
        dispatch.open_deliveries(session, claimed, wall)
        (stale,) = dispatch.lease(session, ward.care, ward.moment().wall, LEASE, 9)
    ward.wait(LEASE.total_seconds() + 1)
    with ward.database.write() as session:
        (taken_over,) = dispatch.lease(session, ward.care, ward.moment().wall, LEASE, 9)
    assert (stale.attempt, taken_over.attempt) == (1, 2)

    settled = settling.Settlement(stale.id, stale.attempt, DeliveryState.DEAD, wall, 500, None)
    with ward.database.write() as session:
        settling.settle(session, [settled], wall)
        settling.close_notices(session, [notice_id], wall)

    delivery = ward.delivery_of(notice_id, alice.phone)
    assert (delivery["state"], delivery["attempts"], delivery["status_code"]) == ("leased", 2, None)
    assert ward.state_of(notice_id) == "sending"


def test_a_poisoned_row_does_not_stop_the_others(ward: Ward) -> None:
    people = due_patients(ward, 4)
    poisoned = people[1]
    with ward.database.write() as session:
        session.execute(
            text("UPDATE targets SET p256dh = 'nonsense' WHERE address = :a"),
            {"a": poisoned.phone.endpoint},
        )

    assert ward.deliver() == 3
    assert ward.deliver() == 0

    assert accepted_per_phone(ward, people) == [1, 0, 1, 1]
    (dead,) = ward.rows("SELECT state, attempts FROM deliveries WHERE state = 'dead'")
    assert dead["attempts"] == 1


def test_an_endpoint_outside_the_list_is_refused_and_the_others_go_on(ward: Ward) -> None:
    people = due_patients(ward, 3)
    with ward.database.write() as session:
        session.execute(
            text("UPDATE targets SET address = 'https://169.254.169.254/latest' WHERE address = :a"),
            {"a": people[0].phone.endpoint},
        )

    assert ward.deliver() == 2
    (refused,) = ward.rows("SELECT status_code FROM deliveries WHERE state = 'refused'")
    assert refused["status_code"] is None


# ---------------------------------------------------------------------- subscriptions that are refused


def refuse(ward: Ward, people: list[Patient], status: int = 403) -> None:
    for person in people:
        ward.service.script(person.phone.endpoint, Script(status))


def try_for(ward: Ward, people: list[Patient], rounds: int) -> None:
    for _ in range(rounds):
        for person in people:
            ward.plan_test(person)
        ward.wait(60)
        ward.deliver()


def test_one_that_is_refused_while_others_are_accepted_is_retired(ward: Ward) -> None:
    people = [ward.admit(name) for name in ("Alice", "Bob", "Carol")]
    refuse(ward, people[:1])

    try_for(ward, people, 4)
    assert ward.target_state(people[0].phone) == "live"  # not at the first, nor at the fourth
    try_for(ward, people, 3)

    assert ward.target_state(people[0].phone) == "retired"
    assert [ward.target_state(person.phone) for person in people[1:]] == ["live", "live"]


def test_a_storm_of_refusals_retires_nobody_however_long_it_lasts(ward: Ward) -> None:
    """They were all accepted just before it: that our key is at fault must still be seen."""
    people = [ward.admit(name) for name in ("Alice", "Bob", "Carol")]
    try_for(ward, people, 2)
    refuse(ward, people)

    try_for(ward, people, 12)

    assert [ward.target_state(person.phone) for person in people] == ["live"] * 3


@pytest.mark.parametrize("accepted", ["elsewhere", "with another key", "before"])
def test_what_was_accepted_elsewhere_or_before_makes_no_phone_suspect(
    ward: Ward, alice: Patient, accepted: str
) -> None:
    (target,) = ward.rows("SELECT id, origin, vapid_key_id FROM targets")
    service = (target["origin"], target["vapid_key_id"])
    other = {
        "elsewhere": ("https://push.example", service[1]),
        "with another key": (service[0], "another"),
        "before": service,
    }[accepted]
    wall = ward.moment().wall
    ids = [UUID(str(target["id"]))]
    for hour in range(3):
        now = wall + timedelta(hours=hour)
        with ward.database.write() as session:
            settling.note_suspect(session, ids, now)
            if accepted != "before" or hour == 0:
                accepted_at = now if accepted == "before" else now + timedelta(minutes=1)
                push_services.note(session, {other}, {}, accepted_at)
    (row,) = ward.rows("SELECT suspect_failures FROM targets")
    assert row["suspect_failures"] == 1


def test_the_end_of_a_storm_retires_nobody_either(ward: Ward) -> None:
    people = [ward.admit(name) for name in ("Alice", "Bob", "Carol")]
    refuse(ward, people)
    try_for(ward, people, 8)
    for person in people:
        ward.service.script(person.phone.endpoint, Script(403, times=0))

    try_for(ward, people[:1], 2)  # the first to be heard again
    try_for(ward, people, 2)

    assert [ward.target_state(person.phone) for person in people] == ["live"] * 3
    assert all(ward.pushes_to(person.phone)[-1] == 201 for person in people)


def test_one_good_answer_clears_all_suspicion(ward: Ward) -> None:
    people = [ward.admit(name) for name in ("Alice", "Bob")]
    for _ in range(3):
        refuse(ward, people[:1])
        try_for(ward, people, 3)
        ward.service.script(people[0].phone.endpoint, Script(403, times=0))
        try_for(ward, people, 1)

    assert ward.target_state(people[0].phone) == "live"


# ---------------------------------------------------------------------- nobody to tell


def test_a_patient_without_a_subscription_gets_nothing_and_nothing_loops(ward: Ward, alice: Patient) -> None:
    reminder = ward.go_to(alice)
    with ward.database.write() as session:
        session.execute(text("UPDATE targets SET state = 'left'"))

    for _ in range(3):
        assert ward.deliver() == 0
        ward.wait(5)

    assert ward.rows("SELECT id FROM deliveries") == []
    assert ward.state_of(reminder.id) == "planned"


def test_a_reminder_every_phone_refused_is_not_tried_in_a_loop(ward: Ward, alice: Patient) -> None:
    ward.go_to(alice)
    ward.service.script(alice.phone.endpoint, Script(413))
    for _ in range(4):
        ward.deliver()
        ward.wait(5)
    assert ward.pushes_to(alice.phone) == [413]


def test_one_push_does_not_use_a_phone_up(ward: Ward, alice: Patient) -> None:
    """Every reminder of a day comes, not only the first."""
    for number in range(4):
        ward.go_to(alice, number)
        ward.expire()
        assert ward.deliver() == 1
    assert ward.pushes_to(alice.phone) == [201] * 4
