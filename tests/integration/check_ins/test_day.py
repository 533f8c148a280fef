"""The day of a check-in moves with its tap when the phone's clock is wrong, and none is refused for it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from pwa.services.instants import instant
from tests.support.events import Event, check_in
from tests.support.inbox import NO_BREATH, Desk
from tests.support.web import START, World

TWO_DAYS = timedelta(days=2)


@pytest.fixture
def desk(world: World) -> Desk:
    made = Desk.of(world)
    world.clock.move(timedelta(days=5))
    return made


def sent(desk: Desk, fault: timedelta, *events: Event) -> list[str]:
    """From a phone whose clock is `fault` ahead, and that says so."""
    body = {"epoch": None, "zone": None, "sent_at": instant(desk.now + fault), "events": list(events)}
    return [one["result"] for one in desk.alice.post("/api/v1/sync", body).get_json()["results"]]


def made(desk: Desk, fault: timedelta, **more: Any) -> Event:
    """As that phone makes it: the time of the tap and the day are both by its own clock."""
    shown = desk.now + fault
    return check_in(desk.plan_id, NO_BREATH, (shown.date() - START.date()).days, shown, **more)


@pytest.mark.parametrize("fault", [TWO_DAYS, -TWO_DAYS, timedelta(hours=16), -timedelta(hours=16)])
def test_a_wrong_clock_moves_the_day_with_the_tap(desk: Desk, fault: timedelta) -> None:
    assert sent(desk, fault, made(desk, fault)) == ["stored"]
    [row] = desk.check_ins()
    assert (row["day"], row["tapped_at"], row["incomplete"]) == (5, desk.now, False)


@pytest.mark.parametrize("fault", [TWO_DAYS, -TWO_DAYS])
def test_what_was_added_for_yesterday_stays_yesterdays(desk: Desk, fault: timedelta) -> None:
    entry = made(desk, fault)
    assert sent(desk, fault, entry | {"day": entry["day"] - 1}) == ["stored"]
    assert [row["day"] for row in desk.check_ins()] == [4]


def test_local_days_are_counted_on_the_patients_wall(desk: Desk) -> None:
    desk.world.clock.move(timedelta(hours=14, minutes=15))  # 23:15 UTC: in London day 6 has begun
    fault = -timedelta(minutes=45)  # its clock is still on day 5 there; in UTC it is the same day
    assert sent(desk, fault, check_in(desk.plan_id, NO_BREATH, 5, desk.now + fault)) == ["stored"]
    assert [row["day"] for row in desk.check_ins()] == [6]


@pytest.mark.parametrize("ahead", [TWO_DAYS, timedelta(days=900), -timedelta(days=900)])
def test_a_tap_that_is_read_as_now_is_about_the_day_it_came_in(desk: Desk, ahead: timedelta) -> None:
    assert desk.alice.results(made(desk, ahead)) == ["stored"]
    [row] = desk.check_ins()
    assert (row["day"], row["tapped_at"]) == (5, desk.now)


@pytest.mark.parametrize(("given", "stored"), [(6, 5), (10**30, 5), (-91, -90), (-(10**30), -90), (-90, -90)])
def test_a_day_that_cannot_be_costs_no_check_in(desk: Desk, given: int, stored: int) -> None:
    desk.say(NO_BREATH, day=given)
    assert [(row["day"], row["level"]) for row in desk.check_ins()] == [(stored, "emergency")]
