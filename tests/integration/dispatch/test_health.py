"""Somebody notices when nobody is sending."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from pwa.cli.doctor import examine
from pwa.services import dispatching, housekeeping, reaching, watching
from pwa.services.watching import DispatcherHealth
from pwa.store import patients
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


@pytest.mark.parametrize("status", [403, 503, 413])
def test_pushes_that_nobody_takes_for_a_quarter_of_an_hour_sound_the_alarm(
    ward: Ward, alice: Patient, status: int
) -> None:
    ward.plan_test(alice, useful=timedelta(hours=9))
    ward.service.script(alice.phone.endpoint, Script(status))
    ward.deliver()
    assert everything(ward) == {"dispatcher": True, "push": True, "plans": True}

    ward.wait(15 * 60)
    ward.deliver()
    assert everything(ward) == {"dispatcher": True, "push": False, "plans": True}
    assert failing(ward)[0][1] == (1 if status == 403 else 0)

    ward.service.script(alice.phone.endpoint, Script(201))
    ward.plan_test(alice)
    ward.wait(60 * 60)
    ward.plan_test(alice)
    ward.deliver()
    assert everything(ward)["push"]
    assert failing(ward) == []


def test_an_alarm_ends_with_the_last_phone_that_was_refused(ward: Ward, alice: Patient) -> None:
    ward.plan_test(alice)
    ward.service.script(alice.phone.endpoint, Script(403))
    ward.deliver()
    ward.wait(15 * 60)
    ward.deliver()
    assert not everything(ward)["push"]
    with ward.database.write() as session:
        reaching.unsubscribe(in_clinic(session, alice.clinic.id), alice.device, alice.phone.endpoint)
    assert everything(ward)["push"]


def test_nothing_tried_for_a_day_tells_nothing(ward: Ward, alice: Patient) -> None:
    ward.plan_test(alice)
    ward.service.script(alice.phone.endpoint, Script(403))
    ward.deliver()
    ward.ahead += timedelta(hours=23)
    assert not everything(ward)["push"]
    ward.ahead += timedelta(hours=2)
    assert everything(ward)["push"]


def test_one_phone_refused_elsewhere_is_named_and_three_sound_the_alarm(ward: Ward, alice: Patient) -> None:
    others = [ward.admit(name) for name in ("Bob", "Carol", "Dan")]
    with PushService() as elsewhere:
        ward.service, usual = elsewhere, ward.service
        for number, other in enumerate(others):
            ward.resubscribe(other)
            elsewhere.script(other.phone.endpoint, Script(403))
            ward.plan_test(other)
            ward.plan_test(alice)
            ward.wait(11)  # what is accepted is noted every ten seconds
            ward.deliver()
            ward.wait(15 * 60)
            assert [phones for _, phones in failing(ward)] == [number + 1]
            assert everything(ward)["push"] == (number < 2)
        ward.service = usual


def test_a_patient_who_cannot_be_planned_sounds_the_alarm(ward: Ward, alice: Patient) -> None:
    ward.deliver()
    with ward.database.write() as session:
        session.execute(text("UPDATE patients SET zone = 'Nowhere/Atall'"))
        patients.mark_stale(session, alice.clinic.id)
    assert everything(ward)["plans"]
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
    ward.service.script(alice.phone.endpoint, Script(status))
    ward.plan_test(alice)
    ward.deliver()
    ((state, detail),) = told(ward, "push service")
    assert state == "failing"
    assert alice.phone.endpoint.startswith(detail.split()[0])
    assert "(tries in a row: 1; " in detail
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
        patients.mark_stale(session, alice.clinic.id)
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
