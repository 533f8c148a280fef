"""What comes after somebody has taken an alert: staff see it in the inbox, be it worse or the same."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.events import event
from tests.support.inbox import ALERTS, FEVER, Desk
from tests.support.web import World


@pytest.fixture
def desk(world: World) -> Desk:
    """On a day on which fever is for the same day."""
    desk = Desk.of(world)
    desk.later(days=1)
    return desk


def _came_after(desk: Desk) -> list[dict[str, Any]]:
    [alert] = desk.alerts()
    found: list[dict[str, Any]] = alert["came_after"]
    return found


def test_more_of_the_same_is_seen_to_have_come_after_it_was_taken(either_world: World) -> None:
    desk = Desk.of(either_world)
    desk.later(days=1)
    desk.say(FEVER)
    taken = desk.acted("acknowledge")
    assert taken["came_after"] == []
    desk.later(minutes=5)
    late = desk.entry(FEVER)
    desk.later(minutes=2)  # it was tapped without a network
    assert desk.alice.results(late) == ["stored"]
    [later] = _came_after(desk)
    assert later == {
        "check_in_id": late["id"],
        "rule": "S03",
        "level": "same_day",
        "at": "2026-07-16T09:05:00.000Z",
        "joined_at": "2026-07-16T09:07:00.000Z",
    }


def test_it_starts_no_clock_anew_and_tells_nobody(desk: Desk) -> None:
    desk.say(FEVER)
    before = desk.acted("acknowledge")
    told = desk.rounds()
    desk.later(minutes=5)
    desk.say(FEVER)
    [after] = desk.alerts()
    assert after["came_after"]
    for part in ("state", "level", "waiting_since", "acknowledged"):
        assert after[part] == before[part]
    assert desk.rounds() == told


def test_a_page_that_asks_again_hears_of_it(desk: Desk) -> None:
    desk.say(FEVER)
    desk.acted("acknowledge")
    tag = desk.olga.get(ALERTS).headers["ETag"]
    desk.later(minutes=5)
    desk.say(FEVER)
    assert desk.olga.get(ALERTS, {"If-None-Match": tag}).status_code == 200


def test_what_was_there_before_or_was_taken_back_did_not_come_after(desk: Desk) -> None:
    desk.say(FEVER)
    desk.later(minutes=5)
    desk.say(FEVER)
    desk.later(minutes=5)
    desk.acted("acknowledge")
    desk.later(minutes=5)
    undone = desk.say(FEVER)
    assert [one["check_in_id"] for one in _came_after(desk)] == [undone["id"]]
    desk.alice.sync(event("check_in_undo", desk.now, check_in_id=undone["id"]))
    assert _came_after(desk) == []


def test_whoever_takes_it_again_or_closes_it_has_all_of_it(desk: Desk) -> None:
    desk.say(FEVER)
    desk.acted("acknowledge")
    desk.later(minutes=5)
    desk.say(FEVER)
    desk.later(minutes=5)
    assert desk.acted("return")["came_after"] == []  # it waits at the top as a whole
    assert desk.acted("acknowledge")["came_after"] == []
    desk.later(minutes=5)
    desk.say(FEVER)
    assert len(_came_after(desk)) == 1
    assert desk.acted("close", {"outcome": "called"})["came_after"] == []
