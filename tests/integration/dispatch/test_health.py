"""Somebody notices when nobody is sending."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from pwa.services import dispatching, housekeeping
from pwa.services.housekeeping import DispatcherHealth
from tests.support.houses import Patient, Ward
from tests.support.push_service import Script


def health(ward: Ward) -> DispatcherHealth:
    with ward.database.read() as session:
        return housekeeping.dispatcher_health(session, ward.moment())


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
