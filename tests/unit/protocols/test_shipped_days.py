"""The shipped protocols on days that are not like the others."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from pwa.domain.agenda import Agenda, NotReminded, Place, Preferences, Settled, compose
from pwa.domain.care_plan import CarePlan, Fact
from pwa.domain.opening_hours import OpeningHours, parse
from pwa.domain.protocol import FactName, StepKind
from tests.support.protocols import plan_of
from tests.unit.protocols.seeds import PROCEDURES, seed

LONDON = ZoneInfo("Europe/London")
PLACE = Place(51.5, -0.1)
HOURS = parse("Mon-Fri 09:00-17:30", LONDON)
ALWAYS_OPEN = parse("Mon-Sun 09:00-17:30", LONDON)
NOTHING, USUAL = Settled(), Preferences(LONDON)
MONDAY = datetime(2026, 6, 1, 10, tzinfo=LONDON)
CLOSED_SKIN = ("fractional_nonablative", "hair_removal", "ipl", "vascular")
EXTRA_SLOT = 1


def plan(procedure: str, treated_at: datetime = MONDAY, prescribed: frozenset[str] = frozenset()) -> CarePlan:
    return plan_of(seed()[procedure].protocol, treated_at.astimezone(UTC), prescribed=prescribed)


def on(
    day: date,
    asked: CarePlan,
    hours: OpeningHours = HOURS,
    facts: tuple[Fact, ...] = (),
    settled: Settled = NOTHING,
    preferences: Preferences = USUAL,
) -> Agenda:
    return compose([asked], facts, preferences, PLACE, day, settled, hours)


def said(asked: CarePlan, value: bool) -> Fact:
    return Fact(asked.id, FactName.SKIN_CLOSED, value, asked.treated_at)


def reminded(agenda: Agenda) -> set[tuple[str, int]]:
    """Each step and slot that makes a reminder."""
    return {(item.step_id, item.slot) for entry in agenda.entries for item in entry.items}


def clocks(agenda: Agenda, step_id: str) -> list[str]:
    found = [item for entry in agenda.entries for item in entry.items if item.step_id == step_id]
    return [item.due_at.astimezone(LONDON).strftime("%H:%M") for item in found]


@pytest.mark.parametrize("procedure", PROCEDURES)
@pytest.mark.parametrize("hour", [7, 8, 9, 14])
def test_the_day_of_the_treatment_is_prepared_for_before_it_and_never_after(
    procedure: str, hour: int
) -> None:
    treated = MONDAY.replace(hour=hour)
    agenda = on(treated.date(), plan(procedure, treated))
    asked = {step_id for step_id, _ in reminded(agenda)}
    assert ({"day_zero", "day_zero_eyes"} <= asked) is (hour > 8)  # they come on waking, at 08:00
    for item in agenda.items:
        if item.kind is StepKind.PREPARE:
            assert item.due_at < item.useful_until <= treated


@pytest.mark.parametrize("procedure", PROCEDURES)
def test_the_extra_check_in_pushes_out_nothing_that_another_day_would_have(procedure: str) -> None:
    everything = frozenset({"antiviral"})
    extras = 0
    for weekday in range(7):
        asked = plan(procedure, MONDAY + timedelta(days=weekday), everything)
        heals_on = asked.protocol.heal_days.typical if procedure not in CLOSED_SKIN else 999
        for number in range(1, 30):
            day = asked.date_of(number)
            facts = (said(asked, value=True),) if number >= heals_on else ()
            usual, before_closed = on(day, asked, ALWAYS_OPEN, facts), on(day, asked, HOURS, facts)
            if day.weekday() == 4:
                more = reminded(before_closed) - reminded(usual)
                assert reminded(usual) <= reminded(before_closed)
                assert {slot for _, slot in more} <= {EXTRA_SLOT}
                extras += len(more)
            assert NotReminded.OVER_BUDGET not in before_closed.not_reminded.values()
    assert extras


def test_the_extra_check_in_does_not_count_once_it_was_sent() -> None:
    asked = plan("eryag_full")
    friday = asked.date_of(4)
    sent = [entry for entry in on(friday, asked).entries if entry.due_at.astimezone(LONDON).hour < 18]
    assert len(sent) == 4
    ids = {id: 0 for entry in sent for item in entry.items for id in item.occurrence_ids}
    later = on(friday, asked, settled=Settled(reminded=ids, sent_on={friday: 4}))
    assert clocks(later, "cleanse") == ["20:00"]


def test_one_a_day_stays_one_before_a_closed_day() -> None:
    asked = plan("eryag_full")
    agenda = on(asked.date_of(4), asked, preferences=Preferences(LONDON, one_a_day=True))
    assert [item.slot for entry in agenda.entries for item in entry.items if item.step_id == "check_in_daily"]
    assert len(agenda.entries) == 1


@pytest.mark.parametrize(
    ("hours", "asked_at"),
    [
        ("Mon-Fri 09:00-17:30; Sat 09:00-13:00", ["09:00", "11:00"]),
        ("Mon-Sun 09:00-15:00", ["11:00"]),
        ("Mon-Sun 09:00-12:30", ["09:00"]),
        ("Mon-Sat 09:00-14:30", ["10:30", "12:30"]),
        ("Mon-Sat 09:00-11:00", ["09:00"]),
        ("Mon-Sun 09:00-17:30", ["12:00"]),
    ],
)
def test_a_check_in_counted_from_the_clinics_leaves_four_hours_where_there_are_as_many(
    hours: str, asked_at: list[str]
) -> None:
    asked = plan("co2_full")
    assert (
        clocks(on(asked.date_of(5), asked, parse(hours, LONDON)), "check_in_daily") == asked_at
    )  # a Saturday


@pytest.mark.parametrize(
    ("clock", "evening"), [("10:00", ["15:30"]), ("15:30", ["16:30"]), ("16:29", ["17:29"]), ("16:30", [])]
)
def test_whoever_was_treated_late_is_asked_before_the_clinic_closes(clock: str, evening: list[str]) -> None:
    hour, minute = (int(part) for part in clock.split(":"))
    treated = MONDAY.replace(hour=hour, minute=minute)
    assert clocks(on(treated.date(), plan("co2_full", treated)), "check_in_first") == evening


@pytest.mark.parametrize("procedure", CLOSED_SKIN)
def test_open_skin_has_no_sun_at_all_and_no_sunscreen_whatever_the_laser(procedure: str) -> None:
    asked = plan(procedure)
    day = asked.date_of(20)
    (mild,) = (item for item in on(day, asked).items if item.kind is StepKind.SUN)
    assert (mild.strict, mild.text_id) == (False, "sun.protect")
    agenda = on(day, asked, facts=(said(asked, value=False),))
    (strict,) = (item for item in agenda.items if item.kind is StepKind.SUN)
    assert (strict.strict, strict.text_id) == (True, "sun.strict")
    assert strict.occurrence_ids == mild.occurrence_ids
    assert strict.occurrence_ids[0] not in agenda.not_reminded
    assert StepKind.SUNSCREEN not in {item.kind for item in agenda.items}


@pytest.mark.parametrize("procedure", PROCEDURES)
def test_more_sunscreen_at_noon_is_for_days_of_strong_sun(procedure: str) -> None:
    for month, reasons in ((6, set()), (12, {NotReminded.LOW_SUN})):
        asked = plan(procedure, MONDAY.replace(month=month))
        agenda = on(asked.date_of(19), asked, ALWAYS_OPEN, (said(asked, value=True),))
        sunscreen = [item for item in agenda.items if item.kind is StepKind.SUNSCREEN]
        morning, *noon = sunscreen
        assert morning.occurrence_ids[0] not in agenda.not_reminded
        why = {agenda.not_reminded.get(item.occurrence_ids[0]) for item in noon} - {None}
        assert noon
        assert why == reasons


@pytest.mark.parametrize(
    ("hour", "washed"), [(10, ["13:00", "20:00"]), (14, ["17:00", "20:00"]), (16, ["19:00"])]
)
def test_the_first_wash_is_not_doubled_when_treated_late(hour: int, washed: list[str]) -> None:
    treated = MONDAY.replace(hour=hour)
    assert clocks(on(treated.date(), plan("co2_full", treated)), "cleanse_first") == washed


def test_the_noon_sunscreen_makes_room_for_a_check_in_on_the_day_it_really_comes() -> None:
    asked = plan("vascular", datetime(2026, 6, 6, 10, tzinfo=LONDON))  # a Saturday: weekly ones fall on it
    saturday, monday = asked.date_of(21), asked.date_of(23)
    assert "check_in_weekly" not in {item.step_id for item in on(saturday, asked).items}
    assert clocks(on(saturday, asked), "sunscreen_noon_later")
    assert clocks(on(monday, asked), "check_in_weekly") == ["10:00"]
    assert clocks(on(monday, asked), "sunscreen_noon_later") == []
    assert clocks(on(saturday, asked, ALWAYS_OPEN), "sunscreen_noon_later") == []


@pytest.mark.parametrize("procedure", ["fractional_nonablative", "vascular"])
def test_skin_is_cooled_on_the_first_morning_when_it_is_most_puffy(procedure: str) -> None:
    asked = plan(procedure)
    assert clocks(on(asked.date_of(1), asked), "cooling") == ["08:00"]


def test_where_nothing_may_go_on_the_skin_for_two_days_it_is_washed_with_water_alone() -> None:
    asked = plan("vascular")
    [products] = [each for each in asked.protocol.restrictions if each.id == "products"]
    assert "nothing but cool water" in asked.protocol.texts[products.text_id].in_language("en").body
    for number in range(4):
        care = [
            item.text_id
            for item in on(asked.date_of(number), asked).items
            if item.kind is StepKind.WOUND_CARE
        ]
        alone = number < (products.until_day or 0)
        assert set(care) == {"care.cleanse_water" if alone else "care.cleanse_light"}
    water = asked.protocol.texts["care.cleanse_water"].in_language("en").body
    assert water.startswith("Use cool water and nothing else for 2 days.")
