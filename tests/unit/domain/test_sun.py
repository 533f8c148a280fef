"""Where the sun stands, against published vectors, and what it may say."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from math import radians, sin
from zoneinfo import ZoneInfo

import pytest

from pwa.domain.ozone import ozone_column, van_heuklon
from pwa.domain.sun import (
    Place,
    SunStrength,
    advice,
    clear_sky_uv_index,
    curve,
    daylight,
    elevation,
    solar_noon,
    solar_position,
    uv_index,
)

LONDON = Place(51.5, -0.13), ZoneInfo("Europe/London")
NEW_YORK = Place(40.7, -74.0), ZoneInfo("America/New_York")
HOUSTON = Place(29.76, -95.37), ZoneInfo("America/Chicago")
SINGAPORE = Place(1.35, 103.8), ZoneInfo("Asia/Singapore")
MUMBAI = Place(19.08, 72.88), ZoneInfo("Asia/Kolkata")
SYDNEY = Place(-33.87, 151.2), ZoneInfo("Australia/Sydney")
TROMSO = Place(69.65, 18.96), ZoneInfo("Europe/Oslo")
LONGYEARBYEN = Place(78.2, 15.6), ZoneInfo("Arctic/Longyearbyen")
AUCKLAND = Place(-36.85, 174.76), ZoneInfo("Pacific/Auckland")
KIRITIMATI = Place(1.87, -157.4), ZoneInfo("Pacific/Kiritimati")
Somewhere = tuple[Place, ZoneInfo]


@pytest.mark.parametrize(
    ("at", "declination"),
    [
        (datetime(2024, 3, 20, 3, 6, tzinfo=UTC), 0.0),  # equinoxes and solstices of the almanac
        (datetime(2024, 6, 20, 20, 51, tzinfo=UTC), 23.44),
        (datetime(2024, 9, 22, 12, 44, tzinfo=UTC), 0.0),
        (datetime(2024, 12, 21, 9, 20, tzinfo=UTC), -23.44),
        (datetime(2030, 6, 21, 7, 31, tzinfo=UTC), 23.44),
    ],
)
def test_the_declination_is_that_of_the_almanac(at: datetime, declination: float) -> None:
    assert solar_position(at).declination == pytest.approx(declination, abs=0.02)


@pytest.mark.parametrize(
    ("day", "minutes"),
    [  # the year's extremes and zeros of the equation of time
        (date(2025, 2, 11), -14.2),
        (date(2025, 4, 15), 0.0),
        (date(2025, 5, 14), 3.7),
        (date(2025, 6, 13), 0.0),
        (date(2025, 7, 26), -6.5),
        (date(2025, 11, 3), 16.4),
        (date(2025, 12, 25), 0.0),
    ],
)
def test_the_equation_of_time_is_that_of_the_almanac(day: date, minutes: float) -> None:
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    assert solar_position(noon).equation_of_time == pytest.approx(minutes, abs=0.2)


def test_the_earth_is_nearest_in_january_and_farthest_in_july() -> None:
    nearest, farthest = datetime(2025, 1, 4, 13, 28, tzinfo=UTC), datetime(2025, 7, 3, 19, 55, tzinfo=UTC)
    assert solar_position(nearest).distance == pytest.approx(0.98333, abs=1e-4)
    assert solar_position(farthest).distance == pytest.approx(1.01664, abs=1e-4)


def test_the_position_is_that_of_the_nrel_reference() -> None:
    # NREL SPA, Reda & Andreas 2004, table A5.1: zenith 50.11162 with 820 mbar refraction of 0.0162.
    at = datetime(2003, 10, 17, 19, 30, 30, tzinfo=UTC)
    assert elevation(Place(39.742476, -105.1786), at) == pytest.approx(90 - 50.1279, abs=0.05)


def close_to(found: datetime | None, zone: ZoneInfo, clock: str, minutes: float = 3) -> bool:
    assert found is not None
    local = found.astimezone(zone)
    expected = datetime.combine(local.date(), time.fromisoformat(clock), zone)
    return abs(local - expected) <= timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("where", "day", "rises", "sets"),
    [
        (LONDON, date(2024, 6, 21), "04:43", "21:21"),
        (LONDON, date(2024, 12, 21), "08:04", "15:53"),
        (NEW_YORK, date(2024, 6, 20), "05:25", "20:31"),
        (NEW_YORK, date(2024, 12, 21), "07:17", "16:32"),
        (SYDNEY, date(2024, 12, 21), "05:41", "20:05"),
        (SYDNEY, date(2024, 6, 21), "07:00", "16:54"),
        (SINGAPORE, date(2024, 3, 20), "07:09", "19:15"),
    ],
)
def test_sunrise_and_sunset_are_the_published_ones(
    where: Somewhere, day: date, rises: str, sets: str
) -> None:
    place, zone = where
    sun = daylight(place, day, zone)
    assert close_to(sun.sunrise, zone, rises)
    assert close_to(sun.sunset, zone, sets)
    assert not sun.polar_night


@pytest.mark.parametrize(
    ("where", "day", "polar_night"),
    [
        (TROMSO, date(2026, 6, 21), False),
        (TROMSO, date(2026, 12, 21), True),
        (LONGYEARBYEN, date(2026, 4, 30), False),
        (LONGYEARBYEN, date(2026, 1, 15), True),
        ((Place(-77.85, 166.67), ZoneInfo("Antarctica/McMurdo")), date(2026, 12, 21), False),
    ],
)
def test_near_the_poles_the_sun_may_not_rise_or_not_set(
    where: Somewhere, day: date, polar_night: bool
) -> None:
    place, zone = where
    sun = daylight(place, day, zone)
    assert (sun.sunrise, sun.sunset) == (None, None)
    assert sun.polar_night is polar_night
    assert bool(curve(place, day, zone)) is not polar_night


def test_tromso_sees_the_sun_again_in_march() -> None:
    sun = daylight(*TROMSO[:1], date(2026, 3, 20), TROMSO[1])
    assert sun.sunrise is not None
    assert sun.sunset is not None
    assert timedelta(hours=12) < sun.sunset - sun.sunrise < timedelta(hours=12, minutes=40)


@pytest.mark.parametrize("where", [LONDON, NEW_YORK, AUCKLAND, KIRITIMATI, TROMSO, SINGAPORE])
def test_solar_noon_falls_on_its_local_day_and_is_the_highest_stand(where: Somewhere) -> None:
    place, zone = where
    for ahead in range(0, 366, 7):
        day = date(2026, 1, 1) + timedelta(days=ahead)
        noon = solar_noon(place, day, zone)
        assert noon.astimezone(zone).date() == day
        beside = max(elevation(place, noon + timedelta(minutes=m)) for m in (-20, 20))
        assert elevation(place, noon) > beside


def test_ozone_matches_the_published_vector() -> None:
    assert van_heuklon(36, -122, 185) == pytest.approx(321.2, abs=0.05)


def test_ozone_is_floored_in_the_tropics_only() -> None:
    assert van_heuklon(1.35, 103.8, 80) < 240
    assert ozone_column(1.35, 103.8, 80) == 255
    assert ozone_column(-25, 133, 80) >= 255
    assert ozone_column(36, -122, 185) == van_heuklon(36, -122, 185)


def test_the_uv_index_of_a_clear_sky_is_madronichs() -> None:
    by_zenith = {0: 12.5, 30: 8.8, 50: 4.3, 60: 2.3, 70: 0.9}
    for zenith, expected in by_zenith.items():
        assert clear_sky_uv_index(sin(radians(90 - zenith)), 300) == pytest.approx(expected, abs=0.06)
    for zenith, ozone in ((56, 300), (59, 260), (50, 400)):
        assert clear_sky_uv_index(sin(radians(90 - zenith)), ozone) == pytest.approx(3, abs=0.1)
    assert clear_sky_uv_index(0, 300) == 0
    assert clear_sky_uv_index(-0.2, 300) == 0


@pytest.mark.parametrize(
    ("where", "month", "expected"),
    [
        (LONDON, 3, 2.9),
        (LONDON, 6, 6.9),
        (LONDON, 12, 0.4),
        (NEW_YORK, 6, 9.2),
        (HOUSTON, 6, 11.9),
        (HOUSTON, 12, 3.8),
        (SINGAPORE, 3, 16.8),
        (MUMBAI, 6, 14.7),
        (SYDNEY, 12, 11.4),
        (SYDNEY, 6, 2.9),
    ],
)
def test_noon_uv_is_that_of_the_worked_examples(where: Somewhere, month: int, expected: float) -> None:
    """The examples are van Heuklon at sea level, without the floor and at the mean distance of the sun."""
    place, zone = where
    noon = solar_noon(place, date(2024, month, 21), zone)
    ozone = van_heuklon(place.latitude, place.longitude, noon.timetuple().tm_yday)
    found = clear_sky_uv_index(sin(radians(elevation(place, noon))), ozone)
    assert found == pytest.approx(expected, abs=0.12)


def test_a_nearer_sun_is_a_stronger_one() -> None:
    assert clear_sky_uv_index(1, 300, 0.983) == pytest.approx(12.5 * 1.0349, abs=0.01)
    assert clear_sky_uv_index(1, 300, 1.0167) == pytest.approx(12.5 * 0.9674, abs=0.01)


def test_two_and_a_half_counts_as_three() -> None:
    place, zone = LONDON
    seen = set()
    for ahead in range(366):
        day = date(2024, 1, 1) + timedelta(days=ahead)
        found = advice(place, day, zone)
        highest = uv_index(place, solar_noon(place, day, zone))
        assert (found.max_uv_index >= 3) is (highest >= 2.5)
        assert (found.strongest is not None) is (highest >= 2.5)
        assert (found.strength is SunStrength.QUIET) is (highest < 2.5)
        seen.add(found.strength)
    assert seen == {SunStrength.QUIET, SunStrength.NORMAL}


def test_eight_or_more_is_loud() -> None:
    assert advice(*HOUSTON[:1], date(2024, 6, 21), HOUSTON[1]).strength is SunStrength.LOUD
    assert advice(*SINGAPORE[:1], date(2024, 12, 21), SINGAPORE[1]).strength is SunStrength.LOUD


def test_the_strongest_hours_hold_every_strong_minute_and_no_weak_half_hour() -> None:
    place, zone = LONDON
    starts, ends = advice(place, date(2024, 6, 21), zone).strongest or (None, None)
    assert starts is not None
    assert ends is not None
    minute = timedelta(minutes=1)
    assert uv_index(place, starts - minute) < 2.5 <= uv_index(place, starts + minute)
    assert uv_index(place, ends + minute) < 2.5 <= uv_index(place, ends - 2 * minute)
    assert starts < solar_noon(place, date(2024, 6, 21), zone) < ends


def test_the_polar_night_is_quiet_and_has_no_strongest_hours() -> None:
    found = advice(*TROMSO[:1], date(2026, 12, 21), TROMSO[1])
    assert (found.strength, found.max_uv_index, found.strongest) == (SunStrength.QUIET, 0, None)
    assert found.polar_night


def test_the_midnight_sun_has_strongest_hours_around_noon() -> None:
    place, zone = TROMSO
    found = advice(place, date(2026, 6, 21), zone)
    assert found.strongest is not None
    assert not found.polar_night
    assert timedelta(hours=4) < found.strongest[1] - found.strongest[0] < timedelta(hours=12)


def test_the_curve_has_each_half_hour_of_daylight() -> None:
    place, zone = LONDON
    points = curve(place, date(2026, 6, 21), zone)
    assert len(points) == 33
    assert all(after[0] - before[0] == timedelta(minutes=30) for before, after in pairwise(points))
    assert max(value for _, value in points) == pytest.approx(6.7, abs=0.1)
    assert points[0][0].astimezone(zone).strftime("%H:%M") == "05:00"
    assert len(curve(*TROMSO[:1], date(2026, 6, 21), TROMSO[1])) == 48
