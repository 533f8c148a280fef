"""The sun at a place on a day: where it stands, and how strong its UV would be without a cloud.

Position after the NOAA solar calculator (Meeus), within 0.05 degrees from 1950 to 2050. UV index
after Madronich 2007 for a clear, unpolluted sky at sea level. Clouds are never credited: broken cloud
can exceed the clear sky. `strongest` shapes advice; no hour outside it is ever free of protection.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from math import acos, asin, cos, degrees, floor, radians, sin, tan
from zoneinfo import ZoneInfo

from pwa.domain.ozone import ozone_column
from pwa.domain.schedule import day_bounds, to_utc

COUNTS_AS_THREE = 2.5  # protective measures start at index 3 (WHO), and 2.5 is printed as 3
COUNTS_AS_EIGHT = 7.5
HALF_A_DAY = timedelta(hours=12)
HALF_AN_HOUR = timedelta(minutes=30)
ONE_MINUTE = timedelta(minutes=1)
SUNRISE_ELEVATION = -0.833  # degrees: half the disc and the air's refraction
J2000 = datetime(2000, 1, 1, 12, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Place:
    """Where the sun stands, to half a degree."""

    latitude: float
    longitude: float


class SunStrength(StrEnum):
    """How loud a sun reminder is. None of these ever says that no protection is needed."""

    QUIET = "quiet"  # clear-sky UV index below 2.5 all day
    NORMAL = "normal"
    LOUD = "loud"  # 8 or more


@dataclass(frozen=True, slots=True)
class SunAdvice:
    """The day's clear-sky sun at the patient's place; `strongest` is None when UV stays below 2.5."""

    strength: SunStrength
    max_uv_index: int
    strongest: tuple[datetime, datetime] | None  # half-open, aware UTC, outwards to whole minutes
    polar_night: bool = False  # the sun does not rise at all


@dataclass(frozen=True, slots=True)
class SolarPosition:
    """Degrees, minutes, astronomical units: the sun as seen from the centre of the earth."""

    declination: float
    equation_of_time: float  # minutes by which a sundial is ahead of the mean sun
    distance: float


@dataclass(frozen=True, slots=True)
class Daylight:
    """Sunrise and sunset of a local day; both None where the sun stays up, or stays down."""

    sunrise: datetime | None
    sunset: datetime | None
    polar_night: bool


def solar_position(at: datetime) -> SolarPosition:
    """Where the sun stands at an instant."""
    century = (at - J2000) / timedelta(days=36525)
    mean_longitude = radians((280.46646 + century * (36000.76983 + century * 0.0003032)) % 360)
    anomaly = radians(357.52911 + century * (35999.05029 - 0.0001537 * century))
    eccentricity = 0.016708634 - century * (0.000042037 + 0.0000001267 * century)
    centre = (
        sin(anomaly) * (1.914602 - century * (0.004817 + 0.000014 * century))
        + sin(2 * anomaly) * (0.019993 - 0.000101 * century)
        + sin(3 * anomaly) * 0.000289
    )
    node = radians(125.04 - 1934.136 * century)
    longitude = mean_longitude + radians(centre - 0.00569 - 0.00478 * sin(node))
    obliquity = radians(23.439291 - 0.0130042 * century + 0.00256 * cos(node))
    return SolarPosition(
        declination=degrees(asin(sin(obliquity) * sin(longitude))),
        equation_of_time=_equation_of_time(mean_longitude, anomaly, eccentricity, obliquity),
        distance=1.000001018 * (1 - eccentricity**2) / (1 + eccentricity * cos(anomaly + radians(centre))),
    )


def _equation_of_time(mean_longitude: float, anomaly: float, eccentricity: float, obliquity: float) -> float:
    y = tan(obliquity / 2) ** 2
    return 4 * degrees(
        y * sin(2 * mean_longitude)
        - 2 * eccentricity * sin(anomaly)
        + 4 * eccentricity * y * sin(anomaly) * cos(2 * mean_longitude)
        - 0.5 * y * y * sin(4 * mean_longitude)
        - 1.25 * eccentricity**2 * sin(2 * anomaly)
    )


def elevation(place: Place, at: datetime) -> float:
    """Degrees of the sun's centre above the horizon, without refraction."""
    sun = solar_position(at)
    minutes = (at - at.replace(hour=0, minute=0, second=0, microsecond=0)) / ONE_MINUTE
    hour_angle = radians((minutes + sun.equation_of_time + 4 * place.longitude) / 4 - 180)
    latitude, declination = radians(place.latitude), radians(sun.declination)
    sine = sin(latitude) * sin(declination) + cos(latitude) * cos(declination) * cos(hour_angle)
    return degrees(asin(max(-1.0, min(1.0, sine))))


def solar_noon(place: Place, day: date, zone: ZoneInfo) -> datetime:
    """The highest stand of the sun nearest to twelve o'clock on a local day."""
    clock_noon = to_utc(day, time(12), zone)
    mean_noon = datetime.combine(clock_noon.date(), time(12), UTC) - timedelta(minutes=4 * place.longitude)
    candidates = (mean_noon + timedelta(days=days) for days in (-1, 0, 1))
    nearest = min(candidates, key=lambda noon: abs(noon - clock_noon))
    return nearest - timedelta(minutes=solar_position(nearest).equation_of_time)


def daylight(place: Place, day: date, zone: ZoneInfo) -> Daylight:
    """Sunrise and sunset around a local day's solar noon."""
    noon = solar_noon(place, day, zone)
    sunrise = _horizon_crossing(place, noon, -1)
    sunset = _horizon_crossing(place, noon, +1)
    return Daylight(sunrise, sunset, polar_night=elevation(place, noon) < SUNRISE_ELEVATION)


def _horizon_crossing(place: Place, noon: datetime, direction: int) -> datetime | None:
    crossing = noon
    # The second pass uses the declination of the crossing itself; near the poles it moves fast.
    for _ in range(3):
        sun = solar_position(crossing)
        latitude, declination = radians(place.latitude), radians(sun.declination)
        top = sin(radians(SUNRISE_ELEVATION)) - sin(latitude) * sin(declination)
        bottom = cos(latitude) * cos(declination)
        if abs(top) >= abs(bottom):
            return None
        crossing = noon + direction * timedelta(minutes=4 * degrees(acos(top / bottom)))
    return crossing


def clear_sky_uv_index(sine_of_elevation: float, ozone: float, distance: float = 1.0) -> float:
    """Madronich's clear-sky UV index; ozone in Dobson units, distance to the sun in AU."""
    if sine_of_elevation <= 0:
        return 0.0
    return float(12.5 * sine_of_elevation**2.42 * (ozone / 300) ** -1.23 / distance**2)


def uv_index(place: Place, at: datetime) -> float:
    """The clear-sky UV index at sea level at a place and an instant."""
    ozone = ozone_column(place.latitude, place.longitude, at.timetuple().tm_yday)
    return clear_sky_uv_index(sin(radians(elevation(place, at))), ozone, solar_position(at).distance)


# A clinic's patients share their place and day; one answer serves them all.
@lru_cache(maxsize=4096)
def advice(place: Place, day: date, zone: ZoneInfo) -> SunAdvice:
    """How strong the sun can get on a local day, and when."""
    noon = solar_noon(place, day, zone)
    highest = uv_index(place, noon)
    strength = SunStrength.QUIET
    if highest >= COUNTS_AS_THREE:
        strength = SunStrength.LOUD if highest >= COUNTS_AS_EIGHT else SunStrength.NORMAL
    polar_night = elevation(place, noon) < SUNRISE_ELEVATION
    return SunAdvice(strength, floor(highest + 0.5), _strongest_hours(place, noon, highest), polar_night)


def _strongest_hours(place: Place, noon: datetime, highest: float) -> tuple[datetime, datetime] | None:
    if highest < COUNTS_AS_THREE:
        return None

    def strong(at: datetime) -> bool:
        return uv_index(place, at) >= COUNTS_AS_THREE

    starts = _last_strong_moment(strong, noon, noon - HALF_A_DAY).replace(second=0, microsecond=0)
    ends = _last_strong_moment(strong, noon, noon + HALF_A_DAY).replace(second=0, microsecond=0)
    return starts, ends + ONE_MINUTE


def _last_strong_moment(strong: Callable[[datetime], bool], noon: datetime, night: datetime) -> datetime:
    """Halve the way between noon, which is strong, and night, until the edge is known to seconds."""
    inside, outside = noon, night
    while abs(outside - inside) > timedelta(seconds=2):
        middle = inside + (outside - inside) / 2
        if strong(middle):
            inside = middle
        else:
            outside = middle
    return inside


def curve(place: Place, day: date, zone: ZoneInfo) -> tuple[tuple[datetime, float], ...]:
    """The clear-sky UV index at each half hour of a local day's daylight, for a chart."""
    start, end = day_bounds(day, zone)
    count = int((end - start) / HALF_AN_HOUR)
    moments = (start + step * HALF_AN_HOUR for step in range(count))
    return tuple((at, uv_index(place, at)) for at in moments if elevation(place, at) > 0)
