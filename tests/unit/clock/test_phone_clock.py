"""How wrong a phone's clock is, and when its taps happened."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from pwa.clock import DemoClock, Moment
from pwa.services.instants import instant
from pwa.services.phone_clock import CLOCK_SLACK, OLDEST, SMALLEST_FAULT, care_behind, when_tapped

NOW = datetime(2026, 7, 15, 9, tzinfo=UTC)
HERE = Moment(NOW, NOW)
SECOND = timedelta(seconds=1)
NO_FAULT = timedelta(0)


@pytest.mark.parametrize("fault", [timedelta(minutes=45), timedelta(minutes=-45), timedelta(days=399)])
def test_a_slow_clock_is_behind_and_a_fast_one_ahead(fault: timedelta) -> None:
    assert care_behind(instant(NOW - fault), HERE, 1) == fault


def test_care_time_is_wrong_by_the_demo_s_speed_times_as_much() -> None:
    assert care_behind(instant(NOW - timedelta(minutes=45)), HERE, 60) == timedelta(hours=45)


@pytest.mark.parametrize("sign", [1, -1])
def test_a_slow_connection_is_no_slow_clock(sign: int) -> None:
    assert care_behind((NOW + sign * SMALLEST_FAULT).isoformat(), HERE, 1440) == NO_FAULT
    beyond = SMALLEST_FAULT + SECOND
    assert care_behind((NOW - sign * beyond).isoformat(), HERE, 1) == sign * beyond


@pytest.mark.parametrize(
    "nonsense",
    [
        None,
        "",
        "yesterday",
        "2026-07-15T08:15:00",  # which zone?
        "08:15",
        "2026-07-15",
        1784105700000,
        1e999,
        True,
        [],
        {"at": "2026-07-15T08:15:00Z"},
        "\ud800",
        "1970-01-01T00:00:00Z",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
    ],
)
def test_what_cannot_be_the_time_says_nothing(nonsense: object) -> None:
    assert care_behind(nonsense, HERE, 1440) == NO_FAULT


def test_a_zone_of_the_phone_makes_no_difference() -> None:
    assert care_behind("2026-07-15T17:15:00+09:00", HERE, 1) == timedelta(minutes=45)


def test_a_tap_is_dated_by_our_clock() -> None:
    claimed = NOW - timedelta(hours=3)
    assert when_tapped(claimed, NO_FAULT, NOW) == claimed
    assert when_tapped(claimed, timedelta(minutes=45), NOW) == claimed + timedelta(minutes=45)
    assert when_tapped(claimed, timedelta(minutes=-45), NOW) == claimed - timedelta(minutes=45)


@pytest.mark.parametrize(
    ("claimed", "behind"),
    [
        (NOW + CLOCK_SLACK + SECOND, NO_FAULT),
        (NOW - OLDEST - SECOND, NO_FAULT),
        (NOW, CLOCK_SLACK + SECOND),
        (NOW - OLDEST, -SECOND),
        (datetime.fromisoformat("0001-01-01T00:00:00+14:00"), OLDEST * 1440),
        (datetime.fromisoformat("9999-12-31T23:59:59-14:00"), OLDEST * 1440),
        (datetime.fromisoformat("9999-12-31T23:59:59-14:00"), -OLDEST * 1440),
    ],
)
def test_a_time_that_cannot_be_is_read_as_now_also_after_the_clock_was_set_right(
    claimed: datetime, behind: timedelta
) -> None:
    assert when_tapped(claimed, behind, NOW) == NOW


@pytest.mark.parametrize("speed", [1, 60, 1440])
@pytest.mark.parametrize("fault", [timedelta(minutes=45), timedelta(minutes=-45), timedelta(days=-3)])
def test_a_tap_on_a_wrong_phone_in_a_fast_demo_is_dated_exactly(speed: int, fault: timedelta) -> None:
    """The phone reckons its care time as `careTime` in clock.ts does, also before the anchor."""
    demo = DemoClock(NOW + timedelta(days=9), NOW - timedelta(hours=1), speed)

    def on_the_phone(wall: datetime) -> datetime:
        return demo.care_at + (wall - fault - demo.wall_at) * speed

    tapped, sent = NOW - timedelta(minutes=20), NOW
    behind = care_behind((sent - fault).isoformat(), Moment(demo.care(sent), sent), speed)
    assert when_tapped(on_the_phone(tapped), behind, demo.care(sent)) == demo.care(tapped)
