"""What each answer of a push service does to the delivery, the notice and the subscription."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event

from pwa.domain.care_plan import OutcomeValue
from pwa.domain.notice import Notice
from pwa.push.curl_sender import Limits
from pwa.push.sender import K, Outgoing, SendResult
from pwa.services import dispatching, reaching
from pwa.services.dispatching import LEASE
from pwa.store import dispatch
from pwa.store.scope import in_clinic
from tests.support.houses import Patient, Ward
from tests.support.push_service import Script

NO_HEADERS: MappingProxyType[str, str] = MappingProxyType({})
IN_TWO_MINUTES = 120


def answer_with(ward: Ward, alice: Patient, status: int, **more: object) -> None:
    ward.service.script(alice.phone.endpoint, Script(status, **more))  # type: ignore[arg-type]  # its own named arguments


def go_to_one_of_several(ward: Ward, alice: Patient) -> Notice:
    """The first reminder that stands for more than one thing, now due."""
    sizes = [len(ward.occurrences_in(alice, one.id)) for one in ward.notices_of(alice)]
    return ward.go_to(alice, next(number for number, size in enumerate(sizes) if size > 1))


def test_a_due_reminder_is_encrypted_for_the_phone_and_accepted(ward: Ward, alice: Patient) -> None:
    reminder = ward.go_to(alice)

    assert ward.deliver() == 1

    (post,) = ward.service.posts_to(alice.phone.endpoint)
    delivery = ward.delivery_of(reminder.id, alice.phone)
    assert (post.status, delivery["state"], delivery["status_code"]) == (201, "accepted", 201)
    assert delivery["accepted_at"] is not None
    assert ward.state_of(reminder.id) == "sent"
    assert post.headers["ttl"] == str(int((reminder.useful_until - reminder.due_at).total_seconds()))
    assert len(post.headers["topic"]) == 32


def test_the_push_carries_an_id_and_neutral_words_only(ward: Ward, alice: Patient) -> None:
    reminder = ward.go_to(alice)
    ward.deliver()
    (post,) = ward.service.posts_to(alice.phone.endpoint)

    payload = json.loads(alice.phone.decrypt(post.body))

    shown = payload["notification"]
    assert payload["web_push"] == 8030
    assert shown["data"] == {"id": str(reminder.id)}
    assert shown["navigate"] == f"http://localhost:8000/#n={reminder.id}"
    said = f"{shown['title']} {shown['body']}".lower()
    for word in ("alice", "lakeside", "laser", "skin", "wound", "cool", "sun", "clinic", "treat"):
        assert word not in said


def test_a_test_says_that_it_is_one_to_a_phone_that_does_not_know_it_yet(ward: Ward, alice: Patient) -> None:
    ward.plan_test(alice)
    ward.deliver()
    payloads = [
        json.loads(alice.phone.decrypt(post.body)) for post in ward.service.posts_to(alice.phone.endpoint)
    ]
    assert "This is a test" in [payload["notification"]["title"] for payload in payloads]


def test_a_reminder_that_was_accepted_is_never_sent_again(ward: Ward, alice: Patient) -> None:
    ward.go_to(alice)
    ward.deliver()
    ward.wait(600)
    ward.deliver()
    ward.compose(alice)
    ward.deliver()

    assert ward.pushes_to(alice.phone) == [201]


def test_202_is_accepted_too(ward: Ward, alice: Patient) -> None:
    reminder = ward.go_to(alice)
    answer_with(ward, alice, 202)

    assert ward.deliver() == 1

    assert ward.delivery_of(reminder.id, alice.phone)["state"] == "accepted"
    assert ward.state_of(reminder.id) == "sent"


@pytest.mark.parametrize("status", [404, 410])
def test_a_subscription_that_is_gone_ends_and_a_new_one_gets_the_reminder(
    ward: Ward, alice: Patient, status: int
) -> None:
    reminder = ward.go_to(alice)
    gone = alice.phone
    answer_with(ward, alice, status)

    ward.deliver()
    assert ward.target_state(gone) == "gone"
    assert ward.delivery_of(reminder.id, gone)["state"] == "gone"
    assert ward.state_of(reminder.id) == "planned"  # nobody has it yet

    new = ward.resubscribe(alice)
    ward.deliver()
    assert ward.state_of(reminder.id) == "sent"
    assert ward.pushes_to(new) == [201]
    assert len(ward.pushes_to(gone)) == 1


@pytest.mark.parametrize("status", [429, 408, 500, 503])
def test_what_passes_is_tried_again_and_keeps_the_subscription(
    ward: Ward, alice: Patient, status: int
) -> None:
    reminder = ward.go_to(alice)
    answer_with(ward, alice, status, times=1)

    assert ward.deliver() == 0
    assert ward.delivery_of(reminder.id, alice.phone)["state"] == "pending"
    assert ward.state_of(reminder.id) == "sending"
    assert ward.target_state(alice.phone) == "live"

    ward.wait(2)
    assert ward.deliver() == 1
    first, second = ward.service.posts_to(alice.phone.endpoint)
    assert first.headers["topic"] == second.headers["topic"]
    assert int(second.headers["ttl"]) == int(first.headers["ttl"]) - 2


@pytest.mark.parametrize("as_a_date", [pytest.param(False, id="seconds"), pytest.param(True, id="date")])
def test_retry_after_is_heeded(ward: Ward, alice: Patient, as_a_date: bool) -> None:
    reminder = ward.go_to(alice)
    then = datetime.now(UTC) + timedelta(seconds=IN_TWO_MINUTES)
    asked = format_datetime(then, usegmt=True) if as_a_date else str(IN_TWO_MINUTES)
    answer_with(ward, alice, 429, headers={"Retry-After": asked}, times=1)

    ward.deliver()
    ward.wait(IN_TWO_MINUTES - 10)
    ward.deliver()
    assert ward.pushes_to(alice.phone) == [429]

    ward.wait(15)
    ward.deliver()
    assert ward.pushes_to(alice.phone) == [429, 201]
    assert ward.state_of(reminder.id) == "sent"


def test_a_retry_after_past_the_useful_time_ends_the_delivery(ward: Ward, alice: Patient) -> None:
    reminder = ward.go_to(alice)
    too_long = int((reminder.useful_until - reminder.due_at).total_seconds()) + 60
    answer_with(ward, alice, 429, headers={"Retry-After": str(too_long)})

    ward.deliver()
    ward.wait(60)
    ward.deliver()

    assert ward.delivery_of(reminder.id, alice.phone)["state"] == "expired"
    assert ward.pushes_to(alice.phone) == [429]


@pytest.mark.parametrize("status", [400, 401, 403])
def test_a_doubt_about_our_key_keeps_the_subscription(ward: Ward, alice: Patient, status: int) -> None:
    reminder = ward.go_to(alice)
    answer_with(ward, alice, status, times=1)

    ward.deliver()
    assert ward.delivery_of(reminder.id, alice.phone)["state"] == "pending"
    assert ward.target_state(alice.phone) == "live"

    ward.wait(2)
    ward.deliver()
    assert ward.state_of(reminder.id) == "sent"


@pytest.mark.parametrize(
    ("status", "state"), [(413, "dead"), (406, "refused"), (301, "refused"), (307, "refused")]
)
def test_what_will_never_work_ends_and_is_not_tried_again(
    ward: Ward, alice: Patient, status: int, state: str
) -> None:
    reminder = ward.go_to(alice)
    answer_with(ward, alice, status, headers={"Location": f"{ward.service.origin}/elsewhere"})

    ward.deliver()
    ward.wait(60)
    ward.deliver()

    assert ward.delivery_of(reminder.id, alice.phone)["state"] == state
    assert ward.target_state(alice.phone) == "live"
    assert ward.pushes_to(alice.phone) == [status]
    assert ward.service.other_requests == []  # a redirect is never followed


def test_a_push_service_that_hangs_is_tried_again_later(ward: Ward, alice: Patient) -> None:
    ward.limits = Limits(total_timeout=timedelta(milliseconds=400))
    reminder = ward.go_to(alice)
    answer_with(ward, alice, 201, hang=2.0, times=1)

    ward.deliver()
    delivery = ward.delivery_of(reminder.id, alice.phone)
    assert (delivery["state"], delivery["status_code"]) == ("pending", None)

    ward.limits = Limits()
    ward.wait(2)
    ward.deliver()
    assert ward.state_of(reminder.id) == "sent"


def test_a_push_service_that_is_busy_for_hours_is_tried_as_long_as_the_reminder_helps(
    ward: Ward, alice: Patient
) -> None:
    reminder = ward.go_to(alice)
    answer_with(ward, alice, 429)
    for _ in range(20):
        ward.deliver()
        ward.wait(300)
    assert ward.state_of(reminder.id) == "sending"

    answer_with(ward, alice, 201)
    ward.deliver()

    assert ward.state_of(reminder.id) == "sent"


def test_each_phone_of_a_patient_gets_the_reminder_once(ward: Ward, alice: Patient) -> None:
    helper = ward.second_phone(alice)
    reminder = ward.go_to(alice)
    ward.deliver()
    ward.deliver()

    assert (ward.pushes_to(alice.phone), ward.pushes_to(helper)) == ([201], [201])
    assert ward.state_of(reminder.id) == "sent"


def test_one_phone_that_took_it_does_not_end_the_retry_of_the_other(ward: Ward, alice: Patient) -> None:
    helper = ward.second_phone(alice)
    reminder = ward.go_to(alice)
    ward.service.script(helper.endpoint, Script(503, times=1))
    ward.deliver()
    assert ward.state_of(reminder.id) == "sending"

    ward.wait(2)
    ward.deliver()

    assert (ward.pushes_to(alice.phone), ward.pushes_to(helper)) == ([201], [503, 201])
    assert ward.state_of(reminder.id) == "sent"


@pytest.mark.parametrize("tapped", [OutcomeValue.DONE, OutcomeValue.SKIPPED, OutcomeValue.SNOOZED])
def test_what_was_answered_while_a_retry_waited_is_not_pushed_any_more(
    ward: Ward, alice: Patient, tapped: OutcomeValue
) -> None:
    reminder = ward.go_to(alice)
    answer_with(ward, alice, 503, times=1)
    ward.deliver()

    ward.tap(alice, tapped, ward.occurrences_in(alice, reminder.id))
    ward.wait(2)
    ward.deliver()

    assert ward.pushes_to(alice.phone) == [503]
    assert ward.state_of(reminder.id) == "cancelled"
    assert ward.rows("SELECT id FROM deliveries") == []


@pytest.mark.parametrize("tapped", [OutcomeValue.DONE, OutcomeValue.SKIPPED, OutcomeValue.SNOOZED])
def test_an_answer_that_is_taken_back_brings_the_reminder_back(
    ward: Ward, alice: Patient, tapped: OutcomeValue
) -> None:
    reminder = ward.go_to(alice)
    answer_with(ward, alice, 503, times=1)
    ward.deliver()

    occurrences = ward.occurrences_in(alice, reminder.id)
    ward.tap(alice, tapped, occurrences)
    ward.tap(alice, OutcomeValue.UNDONE, occurrences)
    ward.wait(2)
    ward.deliver()

    assert ward.pushes_to(alice.phone) == [503, 201]
    assert ward.state_of(reminder.id) == "sent"


def test_an_answer_that_is_taken_back_in_part_brings_that_part_back(ward: Ward, alice: Patient) -> None:
    reminder = go_to_one_of_several(ward, alice)
    answer_with(ward, alice, 503, times=1)
    ward.deliver()

    occurrences = ward.occurrences_in(alice, reminder.id)
    ward.tap(alice, OutcomeValue.DONE, occurrences)
    for one in occurrences:
        ward.tap(alice, OutcomeValue.UNDONE, [one])
        ward.tap(alice, OutcomeValue.DONE, [one])
    ward.tap(alice, OutcomeValue.UNDONE, occurrences[:1])
    ward.wait(2)
    ward.deliver()

    assert ward.pushes_to(alice.phone) == [503, 201]


def test_a_phone_that_refused_it_is_not_tried_again_when_an_answer_is_taken_back(
    ward: Ward, alice: Patient
) -> None:
    helper = ward.second_phone(alice)
    reminder = ward.go_to(alice)
    answer_with(ward, alice, 503, times=1)
    ward.service.script(helper.endpoint, Script(418, times=1))
    ward.deliver()

    occurrences = ward.occurrences_in(alice, reminder.id)
    ward.tap(alice, OutcomeValue.DONE, occurrences)
    ward.tap(alice, OutcomeValue.UNDONE, occurrences)
    ward.wait(2)
    ward.deliver()

    assert (ward.pushes_to(alice.phone), ward.pushes_to(helper)) == ([503, 201], [418])


class TapsMeanwhile:
    """Sends; before anybody hears the answer, the patient marks it done."""

    def __init__(self, ward: Ward, patient: Patient, occurrences: list[UUID]) -> None:
        self.ward, self.patient, self.occurrences = ward, patient, occurrences
        self.inner = ward.dispatching().sender

    def send(self, batch: Sequence[Outgoing[K]], now: datetime) -> list[SendResult[K]]:
        results = self.inner.send(batch, now)
        self.ward.tap(self.patient, OutcomeValue.DONE, self.occurrences)
        return results

    def close(self) -> None: ...


def test_a_push_that_arrives_though_it_was_answered_meanwhile_counts_as_sent(
    ward: Ward, alice: Patient
) -> None:
    reminder = ward.go_to(alice)
    occurrences = ward.occurrences_in(alice, reminder.id)
    ward.deliver(ward.dispatching(TapsMeanwhile(ward, alice, occurrences)))
    assert ward.state_of(reminder.id) == "sent"
    (row,) = ward.rows("SELECT ended_because FROM notices WHERE state = 'sent'")
    assert row["ended_because"] is None


def test_a_push_that_fails_as_it_was_answered_is_not_tried_again(ward: Ward, alice: Patient) -> None:
    reminder = ward.go_to(alice)
    occurrences = ward.occurrences_in(alice, reminder.id)
    answer_with(ward, alice, 503, times=1)
    ward.deliver(ward.dispatching(TapsMeanwhile(ward, alice, occurrences)))
    ward.wait(2)
    ward.deliver()
    assert ward.pushes_to(alice.phone) == [503]
    assert (ward.state_of(reminder.id), ward.delivery_of(reminder.id, alice.phone)["state"]) == (
        "expired",
        "expired",
    )


def test_what_was_leased_by_a_dispatcher_that_died_ends_once_it_was_answered(
    ward: Ward, alice: Patient
) -> None:
    reminder = ward.go_to(alice)
    wall = ward.moment().wall
    with ward.database.write() as session:
        dispatch.open_deliveries(session, dispatch.claim_due(session, ward.care, wall, 9), wall)
        assert dispatch.lease(session, ward.care, wall, LEASE, 9)
    ward.tap(alice, OutcomeValue.DONE, ward.occurrences_in(alice, reminder.id))

    ward.wait(LEASE.total_seconds() + 1)
    ward.deliver()

    assert ward.pushes_to(alice.phone) == []
    assert ward.delivery_of(reminder.id, alice.phone)["state"] == "expired"


def test_only_what_is_in_vain_is_ended_though_another_phone_leaves_at_that_moment(pg_ward: Ward) -> None:
    """Between the look and the deed another subscription ends: its notice must not stay half closed."""
    ward = pg_ward
    alice, bob = ward.admit("Alice"), ward.admit("Bob")
    notices = [ward.plan_test(person, useful=timedelta(hours=3)) for person in (alice, bob)]
    for person in (alice, bob):
        answer_with(ward, person, 503, headers={"Retry-After": "600"}, times=1)
    ward.deliver()
    leave(ward, alice)
    done = False

    def meanwhile(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        nonlocal done
        if statement.startswith("UPDATE deliveries SET state") and "IN (SELECT" in statement and not done:
            done = True
            leave(ward, bob)

    event.listen(ward.database.engine, "before_cursor_execute", meanwhile)
    ward.deliver()
    assert done
    new = ward.resubscribe(bob)
    ward.deliver()
    assert ward.pushes_to(new) == [201]
    assert [ward.state_of(one) for one in notices] == ["planned", "sent"]


def leave(ward: Ward, person: Patient) -> None:
    with ward.database.write() as session:
        scope = in_clinic(session, person.clinic.id)
        reaching.unsubscribe(scope, person.device, person.phone.endpoint)


def test_no_more_than_a_claim_is_ended_in_vain_at_once(ward: Ward, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dispatching, "CLAIM_AT_ONCE", 2)
    people = [ward.admit(name) for name in ("Alice", "Bob", "Carol")]
    for person in people:
        ward.plan_test(person, useful=timedelta(hours=3))
        answer_with(ward, person, 503)
    ward.deliver()
    ward.deliver()
    for person in people:
        leave(ward, person)
    ward.deliver()
    open_ones = "SELECT id FROM deliveries WHERE state = 'pending'"
    assert len(ward.rows(open_ones)) == 1
    ward.deliver()
    assert ward.rows(open_ones) == []


def test_a_retry_goes_on_while_part_of_the_reminder_is_open(ward: Ward, alice: Patient) -> None:
    reminder = go_to_one_of_several(ward, alice)
    answer_with(ward, alice, 503, times=1)
    ward.deliver()

    ward.tap(alice, OutcomeValue.DONE, ward.occurrences_in(alice, reminder.id)[:1])
    ward.wait(2)
    ward.deliver()

    assert ward.pushes_to(alice.phone) == [503, 201]


def test_a_reminder_answered_on_one_phone_ends_the_retry_of_the_other(ward: Ward, alice: Patient) -> None:
    helper = ward.second_phone(alice)
    reminder = ward.go_to(alice)
    ward.service.script(helper.endpoint, Script(503, times=1))
    ward.deliver()

    ward.tap(alice, OutcomeValue.DONE, ward.occurrences_in(alice, reminder.id))
    ward.wait(2)
    ward.deliver()

    assert (ward.pushes_to(alice.phone), ward.pushes_to(helper)) == ([201], [503])
    assert ward.state_of(reminder.id) == "sent"


def test_a_phone_that_left_while_a_retry_waited_gets_nothing_more(ward: Ward, alice: Patient) -> None:
    reminder = ward.go_to(alice)
    old = alice.phone
    answer_with(ward, alice, 503, times=1)
    ward.deliver()
    with ward.database.write() as session:
        reaching.unsubscribe(in_clinic(session, alice.clinic.id), alice.device, old.endpoint)

    ward.wait(2)
    ward.deliver()
    assert ward.pushes_to(old) == [503]

    new = ward.resubscribe(alice)
    ward.deliver()
    assert ward.pushes_to(new) == [201]
    assert ward.state_of(reminder.id) == "sent"


def test_what_waits_for_a_phone_that_another_push_found_gone_goes_to_its_next_subscription(
    ward: Ward, alice: Patient
) -> None:
    reminder = ward.go_to(alice)
    answer_with(ward, alice, 429, headers={"Retry-After": "600"}, times=1)
    ward.deliver()
    ward.service.forget(alice.phone.endpoint)
    ward.plan_test(alice)
    ward.deliver()
    assert ward.target_state(alice.phone) == "gone"

    new = ward.resubscribe(alice)
    ward.wait(30)
    ward.deliver()

    assert 201 in ward.pushes_to(new)
    assert ward.state_of(reminder.id) == "sent"


def test_a_test_whose_phone_is_gone_is_not_taken_up_for_the_other_phone(ward: Ward, alice: Patient) -> None:
    ward.second_phone(alice)
    notice_id = ward.plan_test(alice, device_id=alice.device.id)
    ward.service.forget(alice.phone.endpoint)
    ward.deliver()
    ward.deliver()
    assert ward.state_of(notice_id) == "planned"


def test_a_reminder_that_one_phone_took_is_sent_though_the_other_never_could(
    ward: Ward, alice: Patient
) -> None:
    helper = ward.second_phone(alice)
    reminder = ward.go_to(alice)
    ward.service.script(helper.endpoint, Script(503))
    ward.deliver()
    ward.care = reminder.useful_until
    ward.expire()
    assert ward.state_of(reminder.id) == "sent"
    assert ward.delivery_of(reminder.id, helper)["state"] == "expired"


def test_a_test_proves_the_phone_that_asked_and_no_other(ward: Ward, alice: Patient) -> None:
    helper = ward.second_phone(alice)
    notice_id = ward.plan_test(alice, device_id=alice.device.id)
    ward.deliver()
    ward.deliver()

    assert (ward.pushes_to(alice.phone), ward.pushes_to(helper)) == ([201], [])
    assert ward.state_of(notice_id) == "sent"
