"""Many check-ins at once are judged while others wait to write: little is opened, and nothing twice."""

from __future__ import annotations

import json
from collections import Counter
from datetime import timedelta
from uuid import UUID

import pytest

from pwa.services.judging import MOST_WITH_HISTORY
from pwa.vault.fields import PatientVault
from tests.support.events import Event
from tests.support.inbox import NO_BREATH, Desk
from tests.support.web import World

Opened = Counter[UUID]


@pytest.fixture
def desk(world: World) -> Desk:
    made = Desk.of(world)
    world.clock.move(timedelta(days=10))
    return made


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> Opened:
    """How often each event's payload was opened."""
    found: Opened = Counter()
    whole = PatientVault.open

    def counted(self: PatientVault, table: str, column: str, row_id: UUID, sealed: bytes) -> str:
        if (table, column) == ("patient_events", "payload"):
            found[row_id] += 1
        return whole(self, table, column, row_id, sealed)

    monkeypatch.setattr(PatientVault, "open", counted)
    return found


def by_event(desk: Desk, event: Event) -> list[str]:
    """The reasons of one check-in."""
    [row] = [row for row in desk.check_ins() if str(row["event_id"]) == event["id"]]
    reasons: list[str] = json.loads(row["reasons"])
    return reasons


def falling(desk: Desk, number: int, hours: float) -> list[Event]:
    """Pain that goes up and down, every few hours until now; the newest first."""
    made = [
        desk.entry({"pain": 1 if n % 2 else 4}, ago=timedelta(hours=hours * n))
        for n in reversed(range(number))
    ]
    return made[::-1]


def test_two_hundred_in_falling_order_open_each_payload_at_most_twice(desk: Desk, opened: Opened) -> None:
    entries = falling(desk, 200, 1)
    for start in range(0, 200, 50):
        assert desk.alice.results(*entries[start : start + 50]) == ["stored"] * 50
    assert len({row["tapped_at"] for row in desk.check_ins()}) == len(opened) == 200
    assert max(opened.values()) <= 2
    assert all(row["judged_at"] is not None for row in desk.check_ins())


def test_one_batch_opens_each_payload_once_though_all_look_back(desk: Desk, opened: Opened) -> None:
    entries = falling(desk, MOST_WITH_HISTORY, 4.5)
    desk.alice.sync(*entries)
    assert set(opened.values()) == {1}
    assert "S05" in by_event(desk, entries[0])


def test_beyond_forty_in_a_day_each_is_judged_by_itself(desk: Desk) -> None:
    desk.say({"pain": 1}, ago=timedelta(hours=24))
    desk.alice.sync(*[desk.entry({"fever": False}, ago=timedelta(hours=1)) for _ in range(38)])
    last_with = desk.say({"pain": 4}, ago=timedelta(minutes=2))
    beyond = desk.say(NO_BREATH | {"pain": 4})
    assert "S05" in by_event(desk, last_with)
    assert ("S05" in by_event(desk, beyond), "E01" in by_event(desk, beyond)) == (False, True)
    desk.world.clock.move(timedelta(hours=25))  # another day
    desk.say({"pain": 1}, ago=timedelta(hours=13))
    assert "S05" in by_event(desk, desk.say({"pain": 4}))


def test_of_too_many_at_once_the_newest_are_judged_with_history(desk: Desk) -> None:
    entries = falling(desk, 50, 2.5)
    desk.alice.sync(*entries)
    found = ["S05" in by_event(desk, one) for one in entries]
    assert (any(found[:MOST_WITH_HISTORY]), any(found[MOST_WITH_HISTORY:])) == (True, False)


def test_a_late_one_that_no_rule_looks_back_at_has_nothing_judged_anew(desk: Desk, opened: Opened) -> None:
    late = desk.entry({"fever": False}, ago=timedelta(hours=20))
    newer = desk.say({"pain": 4})
    opened.clear()
    assert desk.alice.results(late) == ["stored"]
    assert opened[UUID(newer["id"])] == 0


def test_a_late_one_that_a_rule_looks_back_at_has_the_next_fourteen_days_judged_anew(desk: Desk) -> None:
    desk.world.clock.move(timedelta(days=20))
    late = [desk.entry({"itching": 2}, ago=timedelta(days=days)) for days in (15, 13)]
    newer = desk.say({"itching": 2})
    first = {row["event_id"]: row["judged_at"] for row in desk.check_ins()}[UUID(newer["id"])]
    for entry, is_anew in zip(late, (False, True), strict=True):
        desk.world.clock.move(timedelta(seconds=1))
        assert desk.alice.results(entry) == ["stored"]
        found = {row["event_id"]: row["judged_at"] for row in desk.check_ins()}[UUID(newer["id"])]
        assert (found > first) is is_anew
