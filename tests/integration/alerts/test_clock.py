"""What time does to an alert: staff are told until somebody takes it, what nobody closes comes back."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from pwa.domain.notice import NoticeKind, NoticeState
from pwa.services import alerting, escalating
from pwa.services.escalating import escalate
from pwa.store import tables
from pwa.store.scope import ClinicScope
from tests.support.events import event
from tests.support.inbox import FEVER, NO_BREATH, WORRIED, Desk
from tests.support.times import utc
from tests.support.web import START, World


@pytest.fixture
def desk(world: World) -> Desk:
    """Open Monday to Friday 9:00 to 17:30 in London; it is Wednesday, 10:00 there."""
    made = Desk.of(world)
    made.office_hours()
    return made


def due(desk: Desk) -> list[tuple[datetime, str]]:
    """The patient's follow-ups."""
    return [(row["due_at"], row["state"]) for row in desk.notices("follow_up")]


# ---------------------------------------------------------------------- staff


def test_staff_are_told_every_five_minutes_of_an_emergency_until_it_is_taken(either_world: World) -> None:
    desk = Desk.of(either_world)
    desk.say(NO_BREATH)
    assert desk.rounds() == 1
    desk.later(minutes=4)
    assert desk.rounds() == 1
    desk.later(minutes=1)
    assert desk.rounds() == 2
    desk.later(minutes=5)
    assert desk.rounds() == 3
    desk.acted("acknowledge")
    desk.later(minutes=20)
    assert desk.rounds() == 3
    assert "planned" not in {row["state"] for row in desk.notices("alert")}


def test_what_is_for_the_same_day_is_told_again_in_opening_hours_only(desk: Desk) -> None:
    desk.world.clock.wall = utc("2026-07-16T16:15")  # a quarter past five in London
    desk.say(FEVER)
    desk.later(minutes=29)
    assert desk.rounds() == 1
    desk.later(hours=8)
    assert desk.rounds() == 1
    desk.world.clock.wall = utc("2026-07-17T08:15")
    desk.watch()
    assert desk.rounds() == 2


def test_what_has_days_wakes_nobody_and_is_told_when_the_clinic_opens(desk: Desk) -> None:
    desk.world.clock.wall = utc("2026-07-15T20:00")
    desk.say(WORRIED)
    desk.later(hours=5)
    assert desk.rounds() == 0
    assert len(desk.alerts()) == 1
    desk.world.clock.wall = utc("2026-07-16T08:00")
    desk.watch()
    assert desk.rounds() == 1


def test_an_acknowledged_emergency_comes_back_after_half_an_hour(either_world: World) -> None:
    desk = Desk.of(either_world)
    desk.say(NO_BREATH)
    desk.acted("acknowledge")
    desk.later(minutes=29, seconds=59)
    assert desk.alerts()[0]["state"] == "acknowledged"
    desk.later(seconds=1)
    [alert] = desk.alerts()
    assert (alert["state"], alert["acknowledged"]) == ("open", None)
    assert desk.rounds() == 2
    assert desk.patient_alert()["seen_at"] is not None
    assert {state for _, state in due(desk)} == {"cancelled"}


def test_one_for_the_same_day_comes_back_after_four_open_hours(desk: Desk) -> None:
    desk.world.clock.wall = utc("2026-07-16T14:30")  # two hours before closing
    desk.say(FEVER)
    desk.acted("acknowledge")
    desk.world.clock.wall = utc("2026-07-17T09:59")
    desk.watch()
    assert desk.alerts()[0]["state"] == "acknowledged"
    desk.later(minutes=1)
    assert desk.alerts()[0]["state"] == "open"


def test_a_closed_one_is_left_alone(desk: Desk) -> None:
    desk.say(NO_BREATH)
    desk.acted("close", {"outcome": "called"})
    before = desk.world.dump(frozenset({"staff_sessions"}))
    desk.later(days=3)
    assert desk.world.dump(frozenset({"staff_sessions"})) == before


def test_a_worse_check_in_takes_an_acknowledged_alert_back_and_tells_staff(desk: Desk) -> None:
    desk.world.clock.move(timedelta(days=1))
    desk.say(FEVER)
    desk.acted("acknowledge")
    desk.later(minutes=10)
    desk.say(NO_BREATH)
    [alert] = desk.alerts()
    assert (alert["state"], alert["level"], desk.rounds()) == ("open", "emergency", 2)
    part = desk.patient_alert()
    assert part["seen_at"] is None
    assert part["call_at"] == "2026-07-16T09:20:00.000Z"
    assert (utc("2026-07-16T09:20"), "planned") in due(desk)


def test_a_second_emergency_after_the_first_was_taken_tells_staff_and_patient_again(
    either_world: World,
) -> None:
    desk = Desk.of(either_world)
    desk.say(NO_BREATH)
    desk.acted("acknowledge")
    desk.later(minutes=5)
    second = desk.say(NO_BREATH)
    assert (desk.alerts()[0]["state"], desk.rounds()) == ("open", 2)
    part = desk.patient_alert()
    assert (part["state"], part["seen_at"], part["check_in_ids"]) == ("open", None, [second["id"]])
    assert part["call_at"] == "2026-07-15T09:15:00.000Z"
    assert [at for at, state in due(desk) if state == "planned"] == [
        START + timedelta(minutes=15),
        START + timedelta(minutes=45),
    ]


def test_what_joined_after_it_was_taken_is_not_seen_when_it_comes_back(desk: Desk) -> None:
    desk.world.clock.move(timedelta(days=1))
    first = desk.say(FEVER)
    desk.acted("acknowledge")
    desk.later(minutes=10)
    second = desk.say(FEVER)  # more of the same: it stays with whoever took it
    part = desk.patient_alert()
    assert (part["state"], part["check_in_ids"]) == ("acknowledged", [first["id"]])
    desk.later(hours=3, minutes=50)
    assert desk.alerts()[0]["state"] == "open"
    part = desk.patient_alert()
    assert (part["state"], part["seen_at"], part["check_in_ids"]) == ("open", None, [second["id"]])
    assert part["call_at"] == "2026-07-16T10:10:00.000Z"  # an hour after that tap
    assert (desk.now, "planned") in due(desk)


def test_what_joined_and_was_taken_back_is_not_waited_for_when_it_comes_back(desk: Desk) -> None:
    desk.world.clock.move(timedelta(days=1))
    first = desk.say(FEVER)
    desk.acted("acknowledge")
    desk.later(minutes=10)
    second = desk.say(FEVER)
    desk.alice.sync(event("check_in_undo", desk.now, check_in_id=second["id"]))
    desk.later(hours=3, minutes=50)
    part = desk.patient_alert()
    assert (part["seen_at"], part["check_in_ids"]) == ("2026-07-16T09:00:00.000Z", [first["id"]])
    assert part["call_at"] is None
    assert {state for _, state in due(desk)} == {"cancelled"}


def test_staff_who_cannot_be_told_are_told_at_the_next_beat(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:

    def broken(*_: object) -> None:
        raise RuntimeError("nobody can be told")

    with monkeypatch.context() as patch:
        patch.setattr(alerting, "tell_staff", broken)
        desk.say(NO_BREATH)
    assert (len(desk.alerts()), desk.rounds()) == (1, 0)
    desk.later(seconds=15)
    assert desk.rounds() == 1


def test_one_alert_that_fails_keeps_no_other_waiting(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.say(NO_BREATH)
    [first] = desk.world.rows("alerts")
    desk.world.clock.move(timedelta(seconds=1))
    bob = desk.world.patient("Bob")
    plan_id = bob.bundle()["plans"][0]["id"]
    assert bob.results(desk.entry(NO_BREATH) | {"plan_id": plan_id}) == ["stored"]

    def broken_for_the_first(scope: ClinicScope, clinic: Any, alert_id: Any, moment: Any) -> bool:
        if alert_id == first["id"]:
            raise RuntimeError("this one")
        return alerting.escalate_one(scope, clinic, alert_id, moment)

    monkeypatch.setattr(escalating, "escalate_one", broken_for_the_first)
    desk.later(minutes=6)
    told = [row["slot_key"].split("/")[1] for row in desk.notices("alert")]
    others = [one for one in told if one.replace("-", "") != first["id"].hex]
    assert len(others) == 2


def test_any_number_of_dispatchers_tells_once(either_world: World) -> None:
    desk = Desk.of(either_world)
    desk.say(NO_BREATH)
    desk.world.clock.move(timedelta(minutes=5))
    house, gate = desk.world.house, threading.Barrier(4)
    moment = house.now()

    def watch(_: int) -> int:
        gate.wait(30)
        return escalate(house.database, house.keys, moment, lambda: False)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(watch, range(4)))
    assert desk.rounds() == 2


def test_a_dispatcher_that_is_told_to_stop_begins_no_other(desk: Desk) -> None:
    desk.say(NO_BREATH)
    desk.world.clock.move(timedelta(minutes=5))
    house = desk.world.house
    assert escalate(house.database, house.keys, house.now(), lambda: True) == 0
    assert desk.rounds() == 1


# ---------------------------------------------------------------------- the patient


def test_the_patient_is_told_in_time_that_nobody_has_seen_it(either_world: World) -> None:
    desk = Desk.of(either_world)
    desk.say(NO_BREATH)
    assert due(desk) == [
        (START + timedelta(minutes=10), "planned"),
        (START + timedelta(minutes=40), "planned"),
    ]
    assert desk.patient_alert()["call_at"] == "2026-07-15T09:10:00.000Z"
    first, second = desk.notices("follow_up")
    words = desk.alice.bundle()["notices"]
    assert {str(first["id"]), str(second["id"])} <= set(words)
    assert words[str(first["id"])]["titles"] == ["Please open the app"] * 3


def _they_were_sent(desk: Desk) -> None:
    with desk.world.house.database.write() as session:
        sent = update(tables.Notice).where(tables.Notice.kind == NoticeKind.FOLLOW_UP)
        session.execute(sent.values(state=NoticeState.SENT))


def test_what_is_graver_than_what_the_patient_was_told_of_is_told_of_again(desk: Desk) -> None:
    desk.world.clock.wall = utc("2026-07-16T20:00")  # nobody is there
    desk.say(FEVER)
    _they_were_sent(desk)
    desk.later(hours=2)
    desk.say(NO_BREATH)
    planned = [at for at, state in due(desk) if state == "planned"]
    assert planned == [desk.now, desk.now + timedelta(minutes=30)]
    assert desk.patient_alert()["call_at"] == "2026-07-16T20:00:00.000Z"  # it goes on saying so


def test_an_emergency_after_they_called_about_another_is_told_of(desk: Desk) -> None:
    desk.say(NO_BREATH)
    desk.later(minutes=2)
    desk.alice.sync(event("called", desk.now, answer="yes"))
    assert {state for _, state in due(desk)} == {"cancelled"}
    desk.later(minutes=3)
    desk.say({"face_droop": True})
    assert [state for _, state in due(desk)] == ["planned", "planned"]
    assert desk.alerts()[0]["called"] is None


@pytest.mark.parametrize(
    ("now", "answers", "expected"),
    [
        ("2026-07-16T09:00", FEVER, "2026-07-16T10:00"),
        ("2026-07-16T16:00", FEVER, "2026-07-16T16:30"),  # when it closes
        ("2026-07-16T20:00", FEVER, "2026-07-16T20:00"),  # nobody is there
        ("2026-07-18T12:00", NO_BREATH, "2026-07-18T12:00"),
        ("2026-07-16T09:00", WORRIED, None),
    ],
)
def test_when_that_is_depends_on_level_and_opening_hours(
    desk: Desk, now: str, answers: dict[str, Any], expected: str | None
) -> None:
    desk.world.clock.wall = utc(now)
    desk.say(answers)
    found = desk.patient_alert()["call_at"]
    assert found == (f"{expected}:00.000Z" if expected else None)
    assert [at for at, _ in due(desk)] == (
        [utc(expected), utc(expected) + timedelta(minutes=30)] if expected else []
    )


def test_an_entry_that_waited_without_network_has_waited_long_enough(desk: Desk) -> None:
    desk.world.clock.move(timedelta(days=1, hours=3))
    desk.say(FEVER, ago=timedelta(hours=2))
    assert desk.patient_alert()["call_at"] == "2026-07-16T11:00:00.000Z"  # an hour after the tap
    assert due(desk)[0] == (desk.now, "planned")  # and told now


def test_whoever_says_that_they_called_is_not_asked_again(either_world: World) -> None:
    desk = Desk.of(either_world)
    desk.say(NO_BREATH)
    alert_id = desk.patient_alert()["id"]
    desk.alice.sync(event("called", desk.now, alert=alert_id, answer="no_answer"))
    assert {state for _, state in due(desk)} == {"planned"}
    assert desk.alerts()[0]["called"]["answer"] == "no_answer"
    desk.world.clock.move(timedelta(minutes=12))
    desk.alice.sync(event("called", desk.now, alert=alert_id, answer="yes"))
    assert {state for _, state in due(desk)} == {"cancelled"}
    assert desk.alerts()[0]["called"] == {"answer": "yes", "at": "2026-07-15T09:12:00.000Z"}
    desk.say(WORRIED)
    assert {state for _, state in due(desk)} == {"cancelled"}


@pytest.mark.parametrize("answer", ["maybe", None, {"yes": True}])
def test_an_answer_that_is_none_is_named_and_kept(desk: Desk, answer: Any) -> None:
    desk.say(NO_BREATH)
    assert desk.alice.results(event("called", desk.now, answer=answer)) == ["rejected"]
    assert desk.alerts()[0]["called"] is None


def test_what_is_taken_back_leaves_the_patient_in_peace_and_stays_with_staff(desk: Desk) -> None:
    said = desk.say(NO_BREATH)
    desk.alice.sync(event("check_in_undo", desk.now, check_in_id=said["id"]))
    assert {state for _, state in due(desk)} == {"cancelled"}
    assert desk.patient_alert()["call_at"] is None
    [alert] = desk.alerts()
    assert (alert["level"], alert["check_ins"][0]["undone"]) == ("emergency", True)
    desk.later(minutes=5)
    assert desk.rounds() == 2
