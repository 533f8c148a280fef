from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pwa.domain.protocol import Anchor, TimeOfDay
from pwa.protocols.times import format_length, format_time, parse_length, parse_time


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("10:00", TimeOfDay(Anchor.MIDNIGHT, timedelta(hours=10))),
        ("wake", TimeOfDay(Anchor.WAKE)),
        ("wake+4h", TimeOfDay(Anchor.WAKE, timedelta(hours=4))),
        ("bed-30m", TimeOfDay(Anchor.BED, timedelta(minutes=-30))),
        ("treated+1h", TimeOfDay(Anchor.TREATED, timedelta(hours=1))),
        ("check_in", TimeOfDay(Anchor.CHECK_IN)),
        ("check_in+2h", TimeOfDay(Anchor.CHECK_IN, timedelta(hours=2))),
        ("noon", TimeOfDay(Anchor.NOON)),
        ("wake+1h30m", TimeOfDay(Anchor.WAKE, timedelta(minutes=90))),
    ],
)
def test_a_time_is_an_anchor_and_a_signed_offset(text: str, expected: TimeOfDay) -> None:
    assert parse_time(text) == expected
    assert format_time(expected) == text


@pytest.mark.parametrize(
    "text", ["", "24:00", "9:00", "10:60", "lunch", "wake+", "wake4h", "wake+25h", "bed-x", "+1h"]
)
def test_what_is_no_time_says_so(text: str) -> None:
    with pytest.raises(ValueError, match=r"time|a day or more"):
        parse_time(text)


@given(st.sampled_from(sorted(Anchor)), st.integers(-1439, 1439))
def test_every_time_survives_being_written_and_read(anchor: Anchor, minutes: int) -> None:
    time = TimeOfDay(anchor, timedelta(minutes=abs(minutes) if anchor is Anchor.MIDNIGHT else minutes))
    assert parse_time(format_time(time)) == time


@given(st.integers(1, 24 * 60))
def test_every_length_survives_being_written_and_read(minutes: int) -> None:
    assert parse_length(format_length(timedelta(minutes=minutes))) == timedelta(minutes=minutes)
