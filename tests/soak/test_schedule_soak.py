"""The whole campaign: every zone, every day from 2024 to 2030, gaps and folds included."""

from __future__ import annotations

from zoneinfo import ZoneInfo, available_timezones

import pytest

from tests.support.days import FIRST_DAY, LAST_DAY, TIMES, check_zone

DAYS = (LAST_DAY - FIRST_DAY).days + 1


@pytest.mark.soak
@pytest.mark.parametrize("key", sorted(available_timezones()))
def test_a_zone_has_one_occurrence_per_local_date(key: str) -> None:
    assert check_zone(ZoneInfo(key), FIRST_DAY, LAST_DAY) == DAYS * len(TIMES)
