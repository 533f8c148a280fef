"""What each store function promises, also when many call it at once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from pwa.clock import DemoClock, Moment
from pwa.domain.agenda import AgendaEntry
from pwa.domain.agenda_item import AgendaItem
from pwa.domain.care_plan import OutcomeValue
from pwa.domain.clinic import StaffRole
from pwa.domain.errors import NotFound
from pwa.domain.notice import Notice, NoticeKind, NoticeState, ReceiptKind
from pwa.domain.patient import CredentialKind, PatientState, RevokedBy, TargetState
from pwa.domain.protocol import FactName, StepKind
from pwa.services import joining
from pwa.services.composing import recompose
from pwa.services.house import House
from pwa.store import (
    clinics,
    credentials,
    devices,
    dispatch,
    notices,
    operations,
    patients,
    plans,
    protocols,
    push_services,
    receipts,
    staff,
    tables,
    targets,
)
from pwa.store.database import Database
from pwa.store.ids import new_id
from pwa.store.scope import ClinicScope, in_clinic
from pwa.store.upserts import insert_ignoring
from tests.contract.store.conftest import People, Person
from tests.support.times import NOW

SOON, LATER = NOW + timedelta(minutes=15), NOW + timedelta(hours=2)
RACERS = 50


def at_once(times: int, act: Callable[[int], object]) -> list[object]:
    """What `act` gives when that many threads begin it together; an exception is a result too."""
    gate = threading.Barrier(times)

    def run(number: int) -> object:
        gate.wait(30)
        try:
            return act(number)
        except Exception as error:
            return error

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(run, range(times)))


def subscription(endpoint: str, key: str = "key") -> targets.PushSubscription:
    return targets.PushSubscription(f"https://push.example/{endpoint}", "https://push.example", "p", "a", key)


def put(house: House, person: Person, endpoint: str, device_id: UUID | None = None) -> TargetState:
    with house.database.write() as session:
        scope = in_clinic(session, person.clinic.id)
        return targets.put_subscription(
            scope, person.id, device_id or person.device.id, subscription(endpoint), NOW
        )


def live(house: House, person: Person) -> list[str]:
    with house.database.read() as session:
        found = targets.live_targets(in_clinic(session, person.clinic.id), person.id)
    return [target.address.rpartition("/")[2] for target in found]


# ---------------------------------------------------------------------- joining


def test_one_of_fifty_phones_redeems_a_token(house: House, people: People) -> None:
    with house.database.write() as session:
        scope = in_clinic(session, people.alice.clinic.id)
        token = joining.invite(scope, house.keys, people.alice.id, Moment(NOW, NOW)).token

    def redeem(number: int) -> object:
        with house.database.write() as session:
            return joining.join_by_token(session, house.keys, token, f"{number}", Moment(NOW, NOW)).device.id

    results = at_once(RACERS, redeem)

    got_in = [result for result in results if isinstance(result, UUID)]
    refused = [result for result in results if isinstance(result, joining.LinkNotUsable)]
    assert (len(got_in), len(refused)) == (1, RACERS - 1), results
    with house.database.read() as session:
        scope = in_clinic(session, people.alice.clinic.id)
        assert len(devices.devices_of(scope, people.alice.id)) == 2  # the one from before, and the winner
        join = devices.newest_join(scope, people.alice.id)
        assert join is not None
        assert join.device_id == got_in[0]


def test_phones_with_keys_of_their_own_race_for_a_token_and_one_key_wins(
    house: House, people: People
) -> None:
    with house.database.write() as session:
        scope = in_clinic(session, people.alice.clinic.id)
        token = joining.invite(scope, house.keys, people.alice.id, Moment(NOW, NOW)).token
    owners: dict[int, joining.Joined] = {}

    def redeem(number: int) -> object:
        with house.database.write() as session:
            key = f"key of phone {number % 5}"
            owners[number] = joining.join_by_token(session, house.keys, token, "x", Moment(NOW, NOW), key)
        return number % 5

    results = at_once(20, redeem)

    got_in = [result for result in results if isinstance(result, int)]
    refused = [result for result in results if isinstance(result, joining.LinkNotUsable)]
    assert (len(got_in), len(refused), len(set(got_in))) == (4, 16, 1), results
    with house.database.read() as session:
        scope = in_clinic(session, people.alice.clinic.id)
        assert len(devices.devices_of(scope, people.alice.id)) == 2  # the one from before, and the winner
        ways_in = [joining.find_device(session, one.token, Moment(NOW, NOW)) for one in owners.values()]
        assert len([device for device in ways_in if device is not None]) == 1


@dataclass(frozen=True, slots=True)
class LostAnswer:
    """A phone that joined with a key and was never told."""

    house: House
    clinic_id: UUID
    token: str
    joined: joining.Joined

    def repeat(self, session: Session) -> joining.Joined:
        return joining.join_by_token(session, self.house.keys, self.token, "x", Moment(NOW, NOW), "key")

    def repeat_by_itself(self) -> joining.Joined:
        with self.house.database.write() as session:
            return self.repeat(session)

    def repeat_while(self, session: Session, pool: ThreadPoolExecutor) -> Future[joining.Joined]:
        """Ask again while that unit of work is not yet done; it has to wait."""
        asked = pool.submit(self.repeat_by_itself)
        session.flush()
        with pytest.raises(TimeoutError):
            asked.result(0.5)
        return asked

    def gets_in(self, one: joining.Joined) -> bool:
        with self.house.database.read() as session:
            return joining.find_device(session, one.token, Moment(NOW, NOW)) is not None


@pytest.fixture
def lost_answer(house: House, people: People) -> LostAnswer:
    at, clinic_id = Moment(NOW, NOW), people.alice.clinic.id
    with house.database.write() as session:
        token = joining.invite(in_clinic(session, clinic_id), house.keys, people.alice.id, at).token
    with house.database.write() as session:
        joined = joining.join_by_token(session, house.keys, token, "x", at, "key")
    return LostAnswer(house, clinic_id, token, joined)


def test_a_join_that_is_repeated_twice_at_once_leaves_one_way_in(lost_answer: LostAnswer) -> None:
    with ThreadPoolExecutor(1) as pool:
        with lost_answer.house.database.write() as session:
            first = lost_answer.repeat(session)
            second = lost_answer.repeat_while(session, pool)
        assert not lost_answer.gets_in(lost_answer.joined)
        assert lost_answer.gets_in(second.result(30))
        assert not lost_answer.gets_in(first)


def test_a_join_is_not_repeated_once_it_is_being_confirmed(lost_answer: LostAnswer) -> None:
    with ThreadPoolExecutor(1) as pool:
        with lost_answer.house.database.write() as session:
            scope = in_clinic(session, lost_answer.clinic_id)
            joining.confirm(scope, lost_answer.joined.device, Moment(NOW, NOW))
            second = lost_answer.repeat_while(session, pool)
        with pytest.raises(joining.LinkNotUsable):
            second.result(30)
    assert lost_answer.gets_in(lost_answer.joined)


def test_a_new_invitation_ends_those_before_it(house: House, people: People) -> None:
    with house.database.write() as session:
        scope = in_clinic(session, people.alice.clinic.id)
        devices.add_join(scope, people.alice.id, b"1" * 32, b"1" * 32, (LATER, LATER), None, NOW)
        devices.end_open_joins(scope, people.alice.id, SOON)
        devices.add_join(scope, people.alice.id, b"2" * 32, b"2" * 32, (LATER, LATER), None, SOON)
    with house.database.read() as session:
        first = devices.find_join_by_token(session, b"1" * 32)
        second = devices.find_join_by_code(session, b"2" * 32)
        assert first is not None
        assert second is not None
        assert first.token_expires_at == SOON
        assert second.token_expires_at == LATER
        assert devices.find_join_by_token(session, b"3" * 32) is None


def test_a_credential_lets_in_until_it_ends_or_its_device_is_revoked(house: House, people: People) -> None:
    device = people.alice.device
    with house.database.write() as session:
        scope = in_clinic(session, people.alice.clinic.id)
        credentials.add_credential(scope, device.id, b"c" * 32, CredentialKind.COOKIE, NOW, SOON)
        assert credentials.find_device(session, b"c" * 32, NOW) is not None
        assert credentials.find_device(session, b"c" * 32, SOON) is None
        devices.revoke_device(scope, device.id, RevokedBy.PATIENT, NOW)
        assert credentials.find_device(session, b"c" * 32, NOW) is None


def test_a_device_keeps_the_highest_number_and_the_last_zone(house: House, people: People) -> None:
    with house.database.write() as session:
        scope = in_clinic(session, people.alice.clinic.id)
        devices.saw_device(scope, people.alice.device.id, NOW, 7, "Asia/Tokyo")
        devices.saw_device(scope, people.alice.device.id, NOW, 3, None)
        assert devices.get_device(scope, people.alice.device.id).last_seq == 7
        assert scope.get(tables.Device, people.alice.device.id).reported_zone == "Asia/Tokyo"


# ---------------------------------------------------------------------- subscriptions


def test_a_device_has_one_live_subscription(house: House, people: People) -> None:
    assert put(house, people.alice, "first") is TargetState.LIVE
    assert put(house, people.alice, "second") is TargetState.LIVE
    assert live(house, people.alice) == ["second"]

    assert put(house, people.alice, "first") is TargetState.LIVE  # back again: the same row
    assert live(house, people.alice) == ["first"]


def test_a_device_has_one_live_subscription_when_page_and_worker_subscribe_at_once(
    house: House, people: People
) -> None:
    results = at_once(8, lambda number: put(house, people.alice, f"endpoint-{number % 2}"))

    assert set(results) == {TargetState.LIVE}, results
    assert len(live(house, people.alice)) == 1


def test_each_phone_of_a_patient_has_a_subscription_of_its_own(house: House, people: People) -> None:
    with house.database.write() as session:
        scope = in_clinic(session, people.alice.clinic.id)
        other = devices.add_device(scope, people.alice.id, "a helper's", NOW)
    put(house, people.alice, "own")
    put(house, people.alice, "helper", other.id)

    assert sorted(live(house, people.alice)) == ["helper", "own"]


@pytest.mark.parametrize("to", ["bob", "mallory"])
def test_a_subscription_moves_to_the_phone_that_shows_it_last(house: House, people: People, to: str) -> None:
    """A phone handed on to another patient, of whichever clinic; what was sent before stays where it was."""
    new_owner: Person = getattr(people, to)
    put(house, people.alice, "handed-on")
    with house.database.write() as session:
        scope = in_clinic(session, people.alice.clinic.id)
        notice_id = plan_notice(scope, people.alice, "one")
        claimed = dispatch.claim_due(session, NOW, NOW, 9)
        dispatch.open_deliveries(session, claimed, NOW)

    assert put(house, new_owner, "handed-on") is TargetState.LIVE

    assert live(house, people.alice) == []
    assert live(house, new_owner) == ["handed-on"]
    with house.database.read() as session:
        (sent_to,) = session.scalars(
            select(tables.Target)
            .join(tables.Delivery, tables.Delivery.target_id == tables.Target.id)
            .where(tables.Delivery.notice_id == notice_id)
        )
        assert (sent_to.patient_id, sent_to.state) == (people.alice.id, TargetState.LEFT)


@pytest.mark.parametrize("ended", [TargetState.GONE, TargetState.RETIRED])
def test_a_subscription_that_ended_stays_so_whoever_shows_it(
    house: House, people: People, ended: TargetState
) -> None:
    put(house, people.alice, "ended")
    with house.database.write() as session:
        (target,) = targets.live_targets(in_clinic(session, people.alice.clinic.id), people.alice.id)
        targets.set_state(session, target.id, ended)

    assert put(house, people.alice, "ended") is ended
    assert put(house, people.mallory, "ended") is ended
    assert live(house, people.alice) == live(house, people.mallory) == []


def test_a_device_leaves_only_its_own_subscription(house: House, people: People) -> None:
    put(house, people.alice, "alice")
    put(house, people.bob, "bob")
    with house.database.write() as session:
        scope = in_clinic(session, people.alice.clinic.id)
        targets.leave_endpoint(scope, people.alice.device.id, "https://push.example/bob")
        assert len(targets.live_targets(scope, people.bob.id)) == 1
        targets.leave_endpoint(scope, people.alice.device.id, "https://push.example/alice")
        targets.leave_all(scope, people.bob.device.id)
    assert live(house, people.alice) == live(house, people.bob) == []


# ---------------------------------------------------------------------- notices


def plan_notice(
    scope: ClinicScope, person: Person, slot: str, kind: NoticeKind = NoticeKind.TEST, due: datetime = NOW
) -> UUID:
    notice_id = new_id(NOW)
    notice = Notice(notice_id, scope.clinic_id, person.id, kind, slot, due, LATER, NoticeState.PLANNED)
    return notice_id if notices.add_notice(scope, notice, NOW) else UUID(int=0)


def entry(person: Person, occurrence: UUID, due: datetime = SOON) -> AgendaEntry:
    item = AgendaItem(
        occurrence_ids=(occurrence,),
        care_plan_ids=(person.enrolled.care_plan_id,),
        kind=StepKind.WOUND_CARE,
        step_id="cleanse",
        text_id="cleanse",
        nominal_day=NOW.date(),
        day_number=0,
        slot=0,
        due_at=due,
        useful_until=LATER,
        step_ids=("cleanse",),
        text_ids=("cleanse",),
    )
    return AgendaEntry(f"{occurrence}#0", due, LATER, (item,))


def test_a_slot_takes_one_notice(house: House, people: People) -> None:
    with house.database.write() as session:
        scope = in_clinic(session, people.alice.clinic.id)
        first = plan_notice(scope, people.alice, "summary/2026-11-20", NoticeKind.SUMMARY)
        assert plan_notice(scope, people.alice, "summary/2026-11-20", NoticeKind.SUMMARY) == UUID(int=0)
        assert plan_notice(scope, people.bob, "summary/2026-11-20", NoticeKind.SUMMARY) != UUID(int=0)
        newest = notices.newest_notice(scope, people.alice.id, NoticeKind.SUMMARY)
        assert newest is not None
        assert newest.id == first
        assert notices.newest_notice(scope, people.alice.id, NoticeKind.ALERT) is None


def test_a_cancelled_reminder_gives_its_occurrences_up_and_can_be_revived(
    house: House, people: People
) -> None:
    alice, occurrence = people.alice, uuid4()
    with house.database.write() as session:
        scope = in_clinic(session, alice.clinic.id)
        notices.plan_reminder(scope, alice.id, None, entry(alice, occurrence), NOW)
        (made,) = [
            one for one in notices.reminders_since(scope, alice.id, NOW) if str(occurrence) in one.slot_key
        ]
        notices.end_reminders(scope, [made.id], NoticeState.CANCELLED, NOW)
        assert occurrence not in {
            item.occurrence_id for item in notices.reminder_items_since(scope, alice.id, NOW)
        }

        moved = entry(alice, occurrence, SOON + timedelta(minutes=5))
        notices.plan_reminder(scope, alice.id, made.id, moved, NOW)
        revived = notices.get_notice(scope, made.id)
        assert (revived.state, revived.due_at) == (NoticeState.PLANNED, moved.due_at)


def test_ending_reminders_spares_what_is_on_its_way(house: House, people: People) -> None:
    alice = people.alice
    with house.database.write() as session:
        scope = in_clinic(session, alice.clinic.id)
        notices.plan_reminder(scope, alice.id, None, entry(alice, uuid4()), NOW)
        made = notices.reminders_since(scope, alice.id, SOON)[0]
        scope.get(tables.Notice, made.id).state = NoticeState.SENDING
        session.flush()
        notices.end_reminders(scope, [made.id], NoticeState.CANCELLED, NOW)
        notices.end_reminders(scope, [], NoticeState.CANCELLED, NOW)
        assert scope.get(tables.Notice, made.id).state is NoticeState.SENDING


def test_two_reminders_cannot_hold_the_same_occurrence(house: House, people: People) -> None:
    alice, occurrence = people.alice, uuid4()
    doubled = replace(entry(alice, occurrence), slot_key="another#0")
    with house.database.write() as session:
        scope = in_clinic(session, alice.clinic.id)
        notices.plan_reminder(scope, alice.id, None, entry(alice, occurrence), NOW)
        with pytest.raises(IntegrityError, match=r"(?i)unique"):
            notices.plan_reminder(scope, alice.id, None, doubled, NOW)
        session.rollback()


def test_a_receipt_counts_once_and_the_first_one_holds(house: House, people: People) -> None:
    alice = people.alice
    with house.database.write() as session:
        scope = in_clinic(session, alice.clinic.id)
        notice_id = plan_notice(scope, alice, "one")
        for at in (NOW, SOON):
            receipts.add_receipt(scope, notice_id, alice.device.id, ReceiptKind.SHOWN, at)
        assert receipts.first_receipt(scope, notice_id, people.alice.device.id, ReceiptKind.SHOWN) == NOW
        assert receipts.first_receipt(scope, notice_id, people.alice.device.id, ReceiptKind.OPENED) is None
        assert receipts.last_shown(scope, alice.device.id) == NOW


def test_as_many_rows_as_there_are_can_be_put_in_at_once(postgresql_url: str) -> None:
    """PostgreSQL takes 65,535 values in a statement, SQLite half as many unless it was built for more."""
    rows: list[dict[str, object]] = [{"name": f"n{number}", "value": "v"} for number in range(33_000)]
    database = Database(postgresql_url)
    with database.write() as session:
        assert insert_ignoring(session, tables.ServerMeta, rows) == 33_000
        assert insert_ignoring(session, tables.ServerMeta, rows[:10]) == 0
    database.close()


# ---------------------------------------------------------------------- plans and events


def test_the_latest_answer_about_the_skin_holds(house: House, people: People) -> None:
    plan_id = people.alice.enrolled.care_plan_id
    with house.database.write() as session:
        scope = in_clinic(session, people.alice.clinic.id)
        for value, at, seq in ((True, SOON, 2), (False, SOON, 3), (True, NOW, 9)):
            plans.add_fact(scope, plan_id, FactName.SKIN_CLOSED, (value, "patient"), (at, seq), LATER)
        (fact,) = plans.facts_of(scope, [plan_id])
        assert (fact.value, fact.recorded_at) == (False, SOON)
        assert plans.facts_of(scope, []) == ()


def test_outcomes_come_in_the_order_they_were_tapped(house: House, people: People) -> None:
    occurrence = uuid4()
    with house.database.write() as session:
        scope = in_clinic(session, people.alice.clinic.id)
        for value, at, seq in (
            (OutcomeValue.UNDONE, SOON, 4),
            (OutcomeValue.DONE, SOON, 3),
            (OutcomeValue.SKIPPED, NOW, 9),
        ):
            plans.add_outcome(
                scope, people.alice.id, plans.Outcome(uuid4(), occurrence, value, None, at, seq), NOW
            )
        found = plans.outcomes_of(scope, people.alice.id, NOW)
        assert [one.value for one in found] == ["skipped", "done", "undone"]
        assert plans.outcomes_of(scope, people.alice.id, LATER) == ()


def test_an_event_is_known_by_its_id_for_its_patient_only(house: House, people: People) -> None:
    event_id = uuid4()
    with house.database.write() as session:
        scope = in_clinic(session, people.alice.clinic.id)
        made = plans.LedgerEntry(event_id, people.alice.device.id, 1, "fact", 1, NOW, b"h" * 32, b"sealed")
        plans.add_event(scope, people.alice.id, made, NOW)
        assert plans.find_event(scope, people.alice.id, event_id) == plans.KnownEvent(b"h" * 32, None)
        assert plans.find_event(scope, people.bob.id, event_id) is None
        elsewhere = in_clinic(session, people.mallory.clinic.id)
        assert plans.find_event(elsewhere, people.alice.id, event_id) is None
        for _ in range(2):  # the same conflict twice is one
            plans.add_conflict(scope, people.alice.id, replace(made, payload_hash=b"x" * 32), NOW)
        assert len(session.scalars(scope.select(tables.EventConflict)).all()) == 1


# ---------------------------------------------------------------------- patients and clinics


def test_a_patient_comes_back_as_stored(house: House, people: People) -> None:
    with house.database.write() as session:
        scope = in_clinic(session, people.alice.clinic.id)
        before = patients.get_patient(scope, people.alice.id)
        assert before.state is PatientState.JOINED
        patients.change_patient(scope, replace(before, lock_screen=2, language="pt-BR"))
    with house.database.read() as session:
        scope = in_clinic(session, people.alice.clinic.id)
        assert patients.get_patient(scope, people.alice.id) == replace(
            before, lock_screen=2, language="pt-BR"
        )


def test_those_nobody_planned_for_are_composed_first(house: House, people: People) -> None:
    with house.database.write() as session:
        for person, until in ((people.alice, SOON), (people.mallory, NOW)):
            patients.set_composed_until(in_clinic(session, person.clinic.id), person.id, until)
        patients.compose_again(in_clinic(session, people.bob.clinic.id), people.bob.id)
        waiting = [patient_id for _, patient_id in patients.to_compose(session, LATER, NOW, 9)]
        assert waiting == [people.bob.id, people.mallory.id, people.alice.id]
        assert len(patients.to_compose(session, LATER, NOW, 2)) == 2
        sooner = [patient_id for _, patient_id in patients.to_compose(session, SOON, NOW, 9)]
        assert sooner == [people.bob.id, people.mallory.id]


def test_a_push_service_that_takes_something_fails_no_more_however_soon(house: House, people: People) -> None:
    """What is accepted is noted every ten seconds only, but an end of failing at once."""
    put(house, people.alice, "alice")
    service = ("https://push.example", "key")
    with house.database.write() as session:
        push_services.note(session, {service}, {}, NOW)
        push_services.note(session, set(), {service: 2}, NOW + timedelta(seconds=1))
        assert [one.failures for one in push_services.failing(session)] == [2]
        push_services.note(session, {service}, {service: 1}, NOW + timedelta(seconds=2))
        assert push_services.failing(session) == ()
        assert push_services.last_accepted_at(session) == NOW + timedelta(seconds=2)
        push_services.note(session, {service}, {}, NOW + timedelta(seconds=3))
        assert push_services.last_accepted_at(session) == NOW + timedelta(seconds=2)


def test_a_patient_who_cannot_be_planned_waits_is_counted_and_is_tried_again(
    house: House, people: People
) -> None:
    with house.database.write() as session:
        alice, bob = (in_clinic(session, one.clinic.id) for one in (people.alice, people.bob))
        for scope, person in ((alice, people.alice), (bob, people.bob)):
            patients.set_composed_until(scope, person.id, LATER)
        mallory = in_clinic(session, people.mallory.clinic.id)
        patients.set_composed_until(mallory, people.mallory.id, SOON)
        assert patients.unplanned(session, SOON) == 0
        assert patients.unplanned(session, LATER) == 1

        patients.compose_again(alice, people.alice.id)
        patients.note_compose_failed(alice, people.alice.id, SOON)
        assert patients.unplanned(session, SOON) == 1
        assert patients.to_compose(session, SOON, NOW, 9) == ()
        assert patients.to_compose(session, SOON, LATER, 9) == ((people.alice.clinic.id, people.alice.id),)

        patients.set_composed_until(alice, people.alice.id, LATER)
        assert patients.unplanned(session, SOON) == 0
        patients.compose_again(alice, people.alice.id)
        assert patients.unplanned(session, SOON) == 1


def test_an_external_identifier_is_unique_in_its_clinic(house: House, people: People) -> None:
    with house.database.write() as session:
        for person in (people.alice, people.mallory):
            scope = in_clinic(session, person.clinic.id)
            patients.add_identifier(scope, uuid4(), person.id, "chart", b"i" * 32, b"sealed")
            assert patients.find_by_identifier(scope, "chart", b"i" * 32) == person.id
            assert patients.find_by_identifier(scope, "other", b"i" * 32) is None
    with house.database.write() as session:
        scope = in_clinic(session, people.bob.clinic.id)
        with pytest.raises(IntegrityError, match=r"(?i)unique"):
            patients.add_identifier(scope, uuid4(), people.bob.id, "chart", b"i" * 32, b"sealed")
        session.rollback()


def test_a_clinic_comes_back_as_stored(house: House, people: People) -> None:
    with house.database.read() as session:
        assert clinics.get_clinic(session, people.alice.clinic.id) == people.alice.clinic
        assert {clinic.name for clinic in clinics.all_clinics(session)} == {"Lakeside", "Hillside"}
        with pytest.raises(NotFound):
            clinics.get_clinic(session, uuid4())


def test_a_document_is_kept_once_and_never_changed(house: House, people: People) -> None:
    with house.database.write() as session:
        protocols.put_document(session, "hash", "ipl", "1", "{}", NOW)
        protocols.put_document(session, "hash", "ipl", "2", "{changed}", SOON)
        assert protocols.get_document(session, "hash") == "{}"
        scope = in_clinic(session, people.alice.clinic.id)
        first = protocols.offer_version(scope, "ipl", "hash", LATER)
        assert protocols.offer_version(scope, "ipl", "hash", LATER) == first
        protocols.approve_version(scope, first.id, "Dr Who", NOW)
        assert protocols.get_version(scope, first.id).approved_by == "Dr Who"
        newest = {version.procedure: version.id for version in protocols.versions(scope)}
        assert newest["ipl"] == first.id
        with pytest.raises(NotFound):
            protocols.get_document(session, "no such hash")


def test_a_session_ends_with_its_time_its_idleness_its_person_or_its_work(
    house: House, people: People
) -> None:
    clinic_id, staff_id = people.alice.clinic.id, uuid4()
    with house.database.write() as session:
        staff.add_staff(
            session, staff.StaffAccount(staff_id, "a@example.org", "A", "h"), clinic_id, StaffRole.OWNER, NOW
        )
        staff.add_session(session, b"s" * 32, staff_id, clinic_id, NOW, LATER)

        def found(at: datetime, idle_since: datetime = NOW - timedelta(hours=1)) -> bool:
            session.flush()
            return staff.find_session(session, b"s" * 32, at, idle_since) is not None

        assert found(NOW)
        assert not found(LATER)
        assert not found(NOW, idle_since=NOW)
        staff.touch_session(session, b"s" * 32, SOON)
        assert found(SOON, idle_since=NOW)
        account = session.get_one(tables.StaffAccount, staff_id)
        account.disabled_at = NOW
        assert not found(NOW)
        assert staff.find_staff(session, "a@example.org") is None
        account.disabled_at = None
        assert staff.find_staff(session, "A@example.org") is not None
        staff.revoke_session(session, b"s" * 32, NOW)
        assert not found(NOW)


# ---------------------------------------------------------------------- the server's own


def test_tries_are_counted_across_connections(database: Database) -> None:
    def count_one(_: int) -> object:
        with database.write() as session:
            return operations.count_try(session, b"b" * 32, NOW, SOON)

    assert sorted(at_once(12, count_one), key=str) == sorted(range(1, 13), key=str)


def test_tries_are_forgotten_with_their_window_or_a_right_answer(database: Database) -> None:
    def tries(at: datetime, until: datetime) -> int:
        with database.write() as session:
            return operations.count_try(session, b"b" * 32, at, until)

    assert [tries(NOW, SOON), tries(NOW, LATER)] == [1, 2]
    assert tries(SOON, LATER) == 1  # the window that began first has ended
    assert tries(SOON, LATER) == 2
    with database.write() as session:
        operations.forget_tries(session, b"b" * 32)
    assert tries(SOON, LATER) == 1


def test_processes_that_start_together_agree_on_epoch_and_key(database: Database) -> None:
    def start(_: int) -> object:
        with database.write() as session:
            operations.put_vapid_key(session, operations.PublicVapidKey("id", "public"), NOW)
            operations.beat(session, "dispatcher", NOW)
            return operations.ensure_epoch(session)

    epochs = at_once(8, start)

    assert len(set(epochs)) == 1, epochs
    with database.read() as session:
        assert operations.get_epoch(session) == epochs[0]
        assert [key.id for key in operations.vapid_keys(session)] == ["id"]


def test_a_heartbeat_and_the_demo_clock_are_the_last_ones_stored(database: Database) -> None:
    with database.write() as session:
        assert operations.last_beat(session, "dispatcher") is None
        assert operations.get_demo_clock(session) is None
        for at in (NOW, SOON):
            operations.beat(session, "dispatcher", at)
            operations.set_demo_clock(session, DemoClock(at, at, 60))
        assert operations.last_beat(session, "dispatcher") == SOON
        assert operations.get_demo_clock(session) == DemoClock(SOON, SOON, 60)


def test_ids_sort_by_the_time_they_were_made() -> None:
    made = [new_id(NOW + timedelta(milliseconds=number)) for number in range(50)]
    assert made == sorted(made)
    assert {one.version for one in made} == {7}
    assert len({new_id(NOW) for _ in range(1000)}) == 1000


# ---------------------------------------------------------------------- planning at the same moment


def test_those_that_plan_for_one_patient_at_once_agree(house: House, people: People) -> None:
    """The compose job and the phone's sync, or two dispatchers: the second waits and finds nothing to do."""
    alice, later = people.alice, NOW + timedelta(days=8)  # nothing near is planned yet

    def plan(_: int) -> object:
        with house.database.write() as session:
            recompose(in_clinic(session, alice.clinic.id), alice.clinic, alice.id, Moment(later, later))
        return None

    assert set(at_once(6, plan)) == {None}


def test_a_day_and_a_date_come_back_as_they_went_in(house: House, people: People) -> None:
    with house.database.read() as session:
        (plan,) = plans.plans_of(in_clinic(session, people.alice.clinic.id), people.alice.id)
    assert plan.treated_on == date(2026, 11, 20)
    assert plan.treated_at == datetime.fromisoformat("2026-11-20T09:00+00:00")
    assert plan.tasks


def test_counts_of_tries_are_kept_until_their_window_ends(house: House) -> None:
    with house.database.write() as session:
        operations.count_try(session, b"1" * 32, NOW, SOON)
        operations.count_try(session, b"2" * 32, NOW, LATER)
        assert operations.forget_old_tries(session, SOON + timedelta(seconds=1)) == 1
        assert operations.count_try(session, b"2" * 32, NOW, LATER) == 2
