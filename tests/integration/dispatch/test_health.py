"""Somebody notices when nobody is sending."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from pwa.cli.doctor import examine
from pwa.clock import DemoClock
from pwa.push.breaker import FAILURES_TO_OPEN
from pwa.services import dispatching, housekeeping, reaching, watching
from pwa.services.watching import DispatcherHealth
from pwa.store import operations
from pwa.store.scope import in_clinic
from tests.support.houses import Patient, Ward
from tests.support.push_service import PushService, Script


def health(ward: Ward) -> DispatcherHealth:
    with ward.database.read() as session:
        return watching.dispatcher_health(session, ward.moment())


def test_a_dispatcher_that_never_ran_is_not_well(ward: Ward) -> None:
    assert health(ward) == DispatcherHealth(None, None, well=False)


def test_a_pass_is_a_heartbeat_and_its_silence_shows(ward: Ward) -> None:
    ward.deliver()
    beat = ward.last_beat()
    assert health(ward) == DispatcherHealth(beat, None, well=True)

    ward.ahead += timedelta(seconds=85)
    assert health(ward).well
    ward.ahead += timedelta(seconds=10)
    assert not health(ward).well


def test_what_is_due_and_not_sent_shows_after_three_minutes(ward: Ward, alice: Patient) -> None:
    ward.deliver()
    reminder = ward.go_to(alice)
    ward.care += timedelta(minutes=2)
    assert health(ward).well
    ward.care += timedelta(minutes=2)
    assert health(ward) == DispatcherHealth(ward.last_beat(), reminder.due_at, well=False)

    ward.deliver()
    assert health(ward).well


def test_a_push_service_that_is_down_is_no_fault_of_the_dispatcher(ward: Ward, alice: Patient) -> None:
    ward.go_to(alice)
    ward.service.script(alice.phone.endpoint, Script(429, headers={"Retry-After": "600"}, times=1))
    ward.deliver()
    ward.care += timedelta(minutes=5)
    assert health(ward).well


def everything(ward: Ward) -> dict[str, bool]:
    with ward.database.read() as session:
        return watching.reminders_go_out(session, ward.moment())


def failing(ward: Ward) -> list[tuple[int, int]]:
    """Of each push service that fails: tries in a row, and phones refused."""
    with ward.database.read() as session:
        return [
            (one.failures, one.refused_phones) for one in watching.push_health(session, ward.moment()).failing
        ]


def fail_for(ward: Ward, patient: Patient, minutes: float, status: int = 503) -> None:
    """Everything pushed to this phone fails, from now until so much later."""
    ward.service.script(patient.phone.endpoint, Script(status))
    ward.plan_test(patient)
    ward.deliver()
    ward.wait(minutes * 60)
    ward.plan_test(patient)
    ward.deliver()


@pytest.mark.parametrize("status", [403, 503, 413])
def test_pushes_that_nobody_takes_for_a_quarter_of_an_hour_sound_the_alarm(
    ward: Ward, alice: Patient, status: int
) -> None:
    fail_for(ward, alice, 14, status)
    assert everything(ward) == {"dispatcher": True, "push": True, "plans": True}

    fail_for(ward, alice, 2, status)
    assert everything(ward) == {"dispatcher": True, "push": False, "plans": True}
    assert failing(ward)[0][1] == (1 if status == 403 else 0)

    ward.service.script(alice.phone.endpoint, Script(201))
    ward.wait(60 * 60)
    ward.plan_test(alice)
    ward.deliver()
    assert everything(ward)["push"]
    assert failing(ward) == []


@pytest.mark.parametrize("status", [403, 503, 413])
def test_one_push_that_failed_once_sounds_no_alarm(ward: Ward, alice: Patient, status: int) -> None:
    ward.service.script(alice.phone.endpoint, Script(status, times=1))
    ward.plan_test(alice)
    ward.deliver()
    for _ in range(26):
        ward.ahead += timedelta(hours=1)
        assert everything(ward)["push"]


def test_an_alarm_ends_with_the_last_phone_that_was_refused(ward: Ward, alice: Patient) -> None:
    fail_for(ward, alice, 20, 403)
    assert not everything(ward)["push"]
    with ward.database.write() as session:
        reaching.unsubscribe(in_clinic(session, alice.clinic.id), alice.device, alice.phone.endpoint)
    assert everything(ward)["push"]


def test_nothing_tried_for_a_day_tells_nothing(ward: Ward, alice: Patient) -> None:
    fail_for(ward, alice, 20, 403)
    ward.ahead += timedelta(hours=23)
    assert not everything(ward)["push"]
    ward.ahead += timedelta(hours=2)
    assert everything(ward)["push"]


def test_what_was_never_tried_because_the_service_rests_is_not_counted(ward: Ward, alice: Patient) -> None:
    ward.service.script(alice.phone.endpoint, Script(503))
    to = ward.dispatching()
    for _ in range(2):  # the second time the service rests
        for _ in range(FAILURES_TO_OPEN):
            ward.plan_test(alice)
        ward.deliver(to)
    assert len(ward.pushes_to(alice.phone)) == FAILURES_TO_OPEN
    (counted,) = ward.rows("SELECT failures FROM push_origins")
    assert counted["failures"] == len(ward.pushes_to(alice.phone))


def test_a_beat_from_the_future_is_none(ward: Ward) -> None:
    ward.deliver()
    ward.ahead -= timedelta(days=3)  # somebody set the clock back
    assert not health(ward).well


def test_where_care_time_runs_fast_a_dispatcher_has_as_long_as_ever(ward: Ward, alice: Patient) -> None:
    with ward.database.write() as session:
        wall = ward.moment().wall
        operations.set_demo_clock(session, DemoClock(ward.care, wall, speed=1440))
    ward.deliver()
    ward.go_to(alice)
    ward.care += timedelta(minutes=30)
    assert health(ward).well
    ward.care += timedelta(days=2, hours=23) - timedelta(minutes=30)
    assert everything(ward)["plans"]


def test_one_phone_refused_elsewhere_is_named_and_three_sound_the_alarm(ward: Ward, alice: Patient) -> None:
    others = [ward.admit(name) for name in ("Bob", "Carol", "Dan")]
    with PushService() as elsewhere:
        ward.service, usual = elsewhere, ward.service
        for number, other in enumerate(others):
            ward.resubscribe(other)
            elsewhere.script(other.phone.endpoint, Script(403))
            fail_for(ward, other, 16, 403)
            ward.plan_test(alice)
            ward.deliver()
            assert [phones for _, phones in failing(ward)] == [number + 1]
            assert everything(ward)["push"] == (number < 2)
        ward.service = usual


def test_a_patient_who_cannot_be_planned_sounds_the_alarm(ward: Ward, alice: Patient) -> None:
    ward.deliver()
    with ward.database.write() as session:
        session.execute(text("UPDATE patients SET zone = 'Nowhere/Atall'"))
        session.execute(text("UPDATE patients SET composed_until = NULL"))
    housekeeping.compose_ahead(ward.database, ward.moment(), lambda: False)
    assert everything(ward) == {"dispatcher": True, "push": True, "plans": False}


def test_planning_that_stands_still_sounds_the_alarm_a_day_before_reminders_end(
    ward: Ward, alice: Patient
) -> None:
    ward.care += timedelta(hours=47)
    assert everything(ward)["plans"]
    ward.care += timedelta(hours=25)
    assert not everything(ward)["plans"]
    housekeeping.compose_ahead(ward.database, ward.moment(), lambda: False)
    assert everything(ward)["plans"]


def told(ward: Ward, check: str) -> list[tuple[str, str]]:
    """What the doctor says of this, by the real clock."""
    return [(one.state, one.detail) for one in examine(ward.house.config) if one.check == check]


@pytest.mark.parametrize(
    ("status", "advice"), [(403, "AFTERBEAM_VAPID_PRIVATE_KEY_FILE"), (503, "way to the internet")]
)
def test_the_doctor_names_the_push_service_that_takes_nothing(
    ward: Ward, alice: Patient, status: int, advice: str
) -> None:
    assert told(ward, "push services") == [("ok", "none is failing")]
    ward.ahead = -timedelta(minutes=20)
    fail_for(ward, alice, 16, status)
    ((state, detail),) = told(ward, "push service")
    assert state == "failing"
    assert alice.phone.endpoint.startswith(detail.split()[0])
    assert "(tries in a row: " in detail
    assert advice in detail


def test_the_doctor_counts_whom_nothing_is_planned_for_and_what_was_given_up(
    ward: Ward, alice: Patient
) -> None:
    ward.live_now()
    bob = ward.admit("Bob")
    assert told(ward, "given up") == []
    with ward.database.write() as session:
        session.execute(
            text("UPDATE targets SET p256dh = 'nonsense' WHERE address = :a"), {"a": bob.phone.endpoint}
        )
        session.execute(text("UPDATE patients SET zone = 'Nowhere/Atall'"))
        session.execute(text("UPDATE patients SET composed_until = NULL"))
    ward.plan_test(bob)
    ward.deliver()
    housekeeping.compose_ahead(ward.database, ward.moment(), lambda: False)
    ((state, detail),) = told(ward, "given up")
    assert (state, "delivered: 1. " in detail) == ("warning", True)
    ((state, detail),) = told(ward, "plans")
    assert (state, "hours: 2. " in detail) == ("failing", True)


def test_a_patient_nobody_can_reach_is_no_fault_of_the_dispatcher(ward: Ward, alice: Patient) -> None:
    ward.go_to(alice)
    ward.service.forget(alice.phone.endpoint)
    ward.deliver()
    ward.care += timedelta(minutes=5)
    assert health(ward).well


def test_a_long_pass_shows_that_it_goes_on(
    ward: Ward, alice: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dispatching, "CHUNK", 1)
    for _ in range(dispatching.CHUNKS_AT_ONCE + 1):
        ward.plan_test(alice)
    to = ward.dispatching()
    inner, beats = to.sender, []

    class Watched:
        def send(self, batch: Any, now: Any) -> Any:
            beats.append(ward.last_beat())
            return inner.send(batch, now)

        def close(self) -> None: ...

    ward.deliver(ward.dispatching(sender=Watched()))

    assert len(beats) == dispatching.CHUNKS_AT_ONCE + 1
    assert beats[0] is None
    assert beats[-1] is not None
