"""A phone's clock is wrong: each sending says what it shows, and taps are dated by the server's."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from pwa.clock import DemoClock
from pwa.services import vaults
from pwa.services.instants import instant
from pwa.store.scope import in_clinic
from tests.support.events import Event, fact, item_due_next, item_with, outcome
from tests.support.web import START, Phone, World, opened_world

HALF_AN_HOUR = timedelta(minutes=30)
SLOW = timedelta(minutes=45)
FAST = -SLOW


def _send(phone: Phone, *events: Event, sent_at: object) -> list[str]:
    body = {"epoch": None, "zone": "Europe/London", "sent_at": sent_at, "events": list(events)}
    answer = phone.post("/api/v1/sync", body)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return [one["result"] for one in answer.get_json()["results"]]


def _later(ids: list[str], shown: datetime) -> Event:
    """ "Later, 30 minutes", on a phone whose clock shows that."""
    return outcome(ids, "snoozed", shown, until=instant(shown + HALF_AN_HOUR))


def _next(phone: Phone) -> list[str]:
    ids: list[str] = item_due_next(phone.bundle())["occurrence_ids"]
    return ids


def _tapped(world: World) -> set[datetime]:
    return {row["tapped_at"] for row in world.rows("outcomes")}


@pytest.mark.parametrize("fault", [SLOW, FAST, timedelta(days=3), timedelta(days=-3)])
def test_later_means_later_on_a_phone_whose_clock_is_wrong(either_world: World, fault: timedelta) -> None:
    world = either_world
    alice = world.patient("Alice")
    ids = _next(alice)
    tapped = START - timedelta(minutes=5)

    assert _send(alice, _later(ids, tapped - fault), sent_at=instant(START - fault)) == ["stored"]

    assert _tapped(world) == {tapped}
    assert item_with(alice.bundle(), ids[0])["snoozed_until"] == instant(tapped + HALF_AN_HOUR)


def test_without_the_phone_s_clock_its_taps_are_taken_as_they_are_dated(world: World) -> None:
    alice = world.patient("Alice")
    assert alice.results(outcome(_next(alice), "done", START - SLOW)) == ["stored"]
    assert _tapped(world) == {START - SLOW}


def test_a_slow_connection_moves_no_tap(world: World) -> None:
    alice = world.patient("Alice")
    tapped = START - timedelta(minutes=5)
    _send(alice, outcome(_next(alice), "done", tapped), sent_at=instant(START - timedelta(seconds=119)))
    assert _tapped(world) == {tapped}


@pytest.mark.parametrize(
    "nonsense", [7, [], {}, "", "soon", "2026-07-15T08:15", "1970-01-01T00:00:00Z", "\x00", "x" * 10_000]
)
def test_a_clock_that_says_nonsense_costs_no_event(world: World, nonsense: object) -> None:
    alice = world.patient("Alice")
    assert _send(alice, outcome(_next(alice), "done", START - HALF_AN_HOUR), sent_at=nonsense) == ["stored"]
    assert _tapped(world) == {START - HALF_AN_HOUR}


def test_sent_again_with_another_clock_an_event_is_the_same_event(either_world: World) -> None:
    world = either_world
    alice = world.patient("Alice")
    done = outcome(_next(alice), "done", START - SLOW)
    assert _send(alice, done, sent_at=instant(START - SLOW)) == ["stored"]
    assert _send(alice, done, sent_at=instant(START)) == ["duplicate"]
    assert alice.results(done) == ["duplicate"]
    assert world.rows("event_conflicts") == []
    assert _tapped(world) == {START}


def test_what_is_sealed_is_what_the_phone_sent(world: World) -> None:
    alice = world.patient("Alice")
    done = outcome(_next(alice), "done", START - SLOW)
    _send(alice, done, sent_at=instant(START - SLOW))
    [row] = world.rows("patient_events")
    assert row["tapped_at"] == START
    with world.house.database.read() as session:
        vault = vaults.open_vault(in_clinic(session, world.lakeside.id), world.house.keys, row["patient_id"])
        kept = vault.open("patient_events", "payload", row["event_id"], row["payload_sealed"])
    assert json.loads(kept) == done


def test_an_answer_about_the_skin_is_dated_right_too(world: World) -> None:
    alice = world.patient("Alice")
    [plan] = alice.bundle()["plans"]
    _send(alice, fact(plan["id"], True, START - SLOW), sent_at=instant(START - SLOW))
    assert [row["recorded_at"] for row in world.rows("facts")] == [START]


def test_a_tap_that_is_still_too_far_ahead_is_read_as_now(world: World) -> None:
    alice = world.patient("Alice")
    _send(alice, outcome(_next(alice), "done", START), sent_at=instant(START - SLOW))
    assert _tapped(world) == {START}


@pytest.mark.parametrize("fault", [SLOW, FAST])
def test_in_a_fast_demo_care_time_is_wrong_by_as_many_times_more(
    sqlite_url: str, tmp_path: Path, fault: timedelta
) -> None:
    demo = DemoClock(START, START, 60)
    with opened_world(sqlite_url, tmp_path, demo=demo) as world:
        alice = world.patient("Alice")
        ids = _next(alice)
        world.clock.move(timedelta(minutes=2))  # two hours of care time

        def shown(wall: datetime) -> datetime:
            return START + (wall - fault - START) * demo.speed

        tapped = START + timedelta(minutes=1)
        _send(alice, _later(ids, shown(tapped)), sent_at=instant(world.clock.wall - fault))

        assert _tapped(world) == {demo.care(tapped)}
        until = instant(demo.care(tapped) + HALF_AN_HOUR)
        assert item_with(alice.bundle(), ids[0])["snoozed_until"] == until


def test_an_undo_stays_after_its_tap_however_long_each_was_on_its_way(either_world: World) -> None:
    """The first request was five seconds slower, so that its phone seemed that much further behind."""
    world = either_world
    alice = world.patient("Alice")
    ids = _next(alice)
    done = outcome(ids, "done", START - SLOW)
    undone = outcome(ids, "undone", START - SLOW + timedelta(seconds=1))
    world.clock.move(timedelta(seconds=5))
    _send(alice, done, sent_at=instant(START - SLOW))
    _send(alice, undone, sent_at=instant(world.clock.wall - SLOW))

    assert item_with(alice.bundle(), ids[0])["outcome"] is None


def test_what_could_not_be_read_dates_nothing_after_it(world: World) -> None:
    alice = world.patient("Alice")
    tapped = START - timedelta(hours=2)
    unreadable: dict[str, Any] = {**outcome(_next(alice), "done"), "seq": None}
    assert alice.results(unreadable, outcome(_next(alice), "done", tapped)) == ["rejected", "stored"]
    assert _tapped(world) == {tapped}


@pytest.mark.parametrize("fault", [SLOW, FAST])
def test_what_could_not_be_read_is_dated_now(world: World, fault: timedelta) -> None:
    assert _send(world.patient("Alice"), {"id": "no id"}, sent_at=instant(START - fault)) == ["rejected"]
    assert [row["tapped_at"] for row in world.rows("patient_events")] == [START]
