"""How much ozone usually stands over a place: van Heuklon's 1979 climatology."""

from __future__ import annotations

from math import radians, sin

TROPICS = 25.0  # degrees from the equator
TROPICAL_FLOOR = 255.0  # Dobson units: the climatology runs 15-25 too low there


def ozone_column(latitude: float, longitude: float, day_of_year: int) -> float:
    """Ozone in Dobson units, never below 255 between 25 S and 25 N."""
    ozone = van_heuklon(latitude, longitude, day_of_year)
    return max(ozone, TROPICAL_FLOOR) if abs(latitude) <= TROPICS else ozone


def van_heuklon(latitude: float, longitude: float, day_of_year: int) -> float:
    """Ozone in Dobson units. Van Heuklon, Solar Energy 22 (1979) 63, source R99."""
    if latitude >= 0:
        shift = 20 if longitude > 0 else 0
        season = 40 * _sine(0.9865 * (day_of_year - 30))
        around = 20 * _sine(3 * (longitude + shift))
        return 235 + (150 + season + around) * _sine(1.28 * latitude) ** 2
    season = 30 * _sine(0.9865 * (day_of_year + 152.625))
    around = 20 * _sine(2 * (longitude - 75))
    return 235 + (100 + season + around) * _sine(1.5 * latitude) ** 2


def _sine(angle: float) -> float:
    return sin(radians(angle))
