from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pwa.clock import DemoClock, Moment, monotonic, read_moment, real_seconds, rebase
from tests.support.times import NOW, utc

spans = st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=400))
speeds = st.integers(min_value=1, max_value=1000)


def test_outside_the_demo_care_and_wall_are_the_same_instant_in_utc() -> None:
    moment = read_moment()
    assert moment.care == moment.wall
    assert moment.wall.tzinfo is UTC


def test_the_demo_reads_care_time_at_its_speed() -> None:
    demo = DemoClock(care_at=utc("2026-03-20T10:00"), wall_at=NOW, speed=1440)
    assert demo.care(NOW + timedelta(minutes=1)) == utc("2026-03-21T10:00")


def test_reading_the_demo_clock_uses_one_wall_time_for_both() -> None:
    demo = DemoClock(care_at=utc("2020-01-01T00:00"), wall_at=utc("2020-01-01T00:00"), speed=2)
    moment = read_moment(demo)
    assert moment.care == demo.care(moment.wall)


@given(first=spans, later=spans, speed=speeds, new_speed=speeds)
def test_a_change_of_speed_is_continuous_and_never_rewinds(
    first: timedelta, later: timedelta, speed: int, new_speed: int
) -> None:
    demo = DemoClock(care_at=utc("0200-01-01T00:00"), wall_at=NOW, speed=speed)
    changed = rebase(demo, NOW + first, new_speed)
    assert changed.care(NOW + first) == demo.care(NOW + first)
    assert changed.care(NOW + first + later) >= demo.care(NOW + first)


@given(back=spans)
def test_a_wall_clock_set_back_stops_care_time_and_a_new_speed_then_skips_nothing(back: timedelta) -> None:
    demo = DemoClock(care_at=NOW, wall_at=NOW, speed=60)
    assert demo.care(NOW - back) == NOW
    changed = rebase(demo, NOW - back, 1440)
    assert changed.care(NOW - back) == NOW
    assert changed.care(NOW) == NOW


@given(since=spans, more=spans, speed=speeds)
def test_care_time_never_runs_backwards(since: timedelta, more: timedelta, speed: int) -> None:
    demo = DemoClock(care_at=utc("0200-01-01T00:00"), wall_at=NOW, speed=speed)
    assert demo.care(NOW + since + more) >= demo.care(NOW + since)


@pytest.mark.parametrize("speed", [0, -1, 1.5, True])
def test_a_demo_clock_that_stands_rewinds_or_is_not_whole_is_refused(speed: int) -> None:
    with pytest.raises(ValueError, match="whole number"):
        DemoClock(care_at=NOW, wall_at=NOW, speed=speed)


@pytest.mark.parametrize("bad", [NOW.replace(tzinfo=None), NOW.astimezone(ZoneInfo("Asia/Tokyo"))])
def test_a_moment_is_aware_and_in_utc(bad: datetime) -> None:
    for make in (
        lambda: Moment(care=bad, wall=NOW),
        lambda: Moment(care=NOW, wall=bad),
        lambda: DemoClock(care_at=bad, wall_at=NOW),
        lambda: DemoClock(care_at=NOW, wall_at=bad),
        lambda: DemoClock(care_at=NOW, wall_at=NOW).care(bad),
    ):
        with pytest.raises(ValueError, match="aware and in UTC"):
            make()


def test_time_to_live_is_the_useful_time_left_in_whole_seconds() -> None:
    assert real_seconds(timedelta(hours=2, milliseconds=999)) == 7200
    assert real_seconds(timedelta(seconds=3)) == 3


def test_in_the_demo_time_to_live_shrinks_with_the_speed_but_stays_ten_seconds() -> None:
    demo = DemoClock(care_at=NOW, wall_at=NOW, speed=60)
    assert real_seconds(timedelta(hours=2), demo) == 120
    assert real_seconds(timedelta(minutes=2), demo) == 10


def test_what_is_no_longer_useful_has_no_time_to_live() -> None:
    assert real_seconds(timedelta(0)) == 0
    assert real_seconds(timedelta(seconds=-1), DemoClock(care_at=NOW, wall_at=NOW)) == 0


def test_the_clock_for_timeouts_only_grows() -> None:
    assert monotonic() <= monotonic()
