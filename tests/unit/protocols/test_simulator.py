from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from pwa.domain.agenda import Place
from pwa.domain.errors import BadInput
from pwa.domain.opening_hours import OpeningHours, is_open, parse
from pwa.domain.protocol import Area, StepKind
from pwa.protocols.simulator import SimulatedReminder, simulate
from tests.unit.protocols.seeds import PROCEDURES, seed

LONDON = ZoneInfo("Europe/London")
PLACE = Place(51.5, 0.0)
HOURS = parse("Mon-Fri 09:00-17:30", LONDON)
ALWAYS_OPEN = parse("Mon-Sun 09:00-17:30", LONDON)
SPRING = datetime(2026, 3, 20, 10, tzinfo=LONDON)  # nine days before the change
AUTUMN = datetime(2026, 10, 20, 10, tzinfo=LONDON)


def run(
    procedure: str,
    treated_at: datetime = SPRING,
    days: int = 21,
    hours: OpeningHours = HOURS,
    healed_day: int | None = None,
    variant: str | None = None,
    area: Area | None = None,
    prescribed: frozenset[str] = frozenset(),
    first_day: int = 0,
) -> list[SimulatedReminder]:
    protocol = seed()[procedure].protocol
    return simulate(
        protocol,
        treated_at,
        LONDON,
        days,
        hours,
        PLACE,
        healed_day,
        variant,
        area,
        prescribed,
        first_day=first_day,
    )


def clock(reminder: SimulatedReminder) -> time:
    return reminder.local.time()


@pytest.mark.parametrize("treated_at", [SPRING, AUTUMN], ids=["spring", "autumn"])
def test_each_local_slot_comes_once_across_the_change_of_clocks(treated_at: datetime) -> None:
    reminders = run("co2_full", treated_at, hours=ALWAYS_OPEN, healed_day=12)
    by_day: dict[date, Counter[tuple[str, time]]] = defaultdict(Counter)
    for each in reminders:
        by_day[each.local.date()][each.step, clock(each)] += 1
    assert len(by_day) == 21
    assert all(count == 1 for slots in by_day.values() for count in slots.values())
    for number in range(1, 12):  # over the change, washing stays at the same times on the wall
        day = treated_at.date() + timedelta(days=number)
        washing = sorted(at for step, at in by_day[day] if step == "cleanse")
        assert washing == [time(8), time(12), time(16), time(20)]


def test_the_change_of_clocks_moves_the_instant_not_the_wall() -> None:
    mornings = [each for each in run("co2_full", days=14) if each.step == "sun_strict"]
    assert {clock(each) for each in mornings} == {time(8)}
    assert {each.due_at.hour for each in mornings} == {7, 8}


@pytest.mark.parametrize("healed_day", [7, 9, 13, 20])
def test_no_sunscreen_comes_before_the_healed_day(healed_day: int) -> None:
    days = [
        each.day
        for each in run("co2_full", days=30, healed_day=healed_day)
        if each.kind is StepKind.SUNSCREEN
    ]
    assert min(days) == healed_day


def test_skin_closed_early_still_waits_for_the_earliest_sunscreen_day() -> None:
    days = [each.day for each in run("co2_full", healed_day=5) if each.kind is StepKind.SUNSCREEN]
    assert min(days) == 7


def test_wound_care_goes_on_until_the_skin_has_closed() -> None:
    for healed_day in (9, 13, 20):
        reminders = run("co2_full", days=30, healed_day=healed_day)
        days = {each.day for each in reminders if each.kind is StepKind.WOUND_CARE}
        assert days == set(range(healed_day))


def test_the_typical_day_is_the_default() -> None:
    assert run("co2_full") == run("co2_full", healed_day=9)


@pytest.mark.parametrize("procedure", PROCEDURES)
def test_check_ins_come_while_the_clinic_is_open(procedure: str) -> None:
    asked = [
        each for each in run(procedure, days=90) if each.kind in {StepKind.CHECK_IN, StepKind.SKIN_CHECK}
    ]
    assert asked
    assert all(is_open(HOURS, each.due_at) for each in asked)


@pytest.mark.parametrize("procedure", PROCEDURES)
def test_reminders_are_ordered_useful_and_inside_the_days_asked(procedure: str) -> None:
    reminders = run(procedure, days=30)
    assert reminders == sorted(reminders, key=lambda each: each.due_at)
    for each in reminders:
        assert each.due_at.utcoffset() == timedelta(0)
        assert each.local == each.due_at
        assert each.due_at < each.useful_until
        assert 0 <= each.day < 30
        assert time(7, 30) <= clock(each) < time(21, 30)


def test_days_before_the_treatment_can_be_rehearsed() -> None:
    kinds = {each.kind for each in run("co2_full", days=60, first_day=-60)}
    assert {StepKind.PREPARE, StepKind.SUN} <= kinds
    assert not kinds & {StepKind.WOUND_CARE, StepKind.SUNSCREEN, StepKind.COOLING}


def test_medicine_comes_only_when_prescribed() -> None:
    assert not [each for each in run("co2_full") if each.kind is StepKind.MEDICINE]
    days = {
        each.day
        for each in run("co2_full", prescribed=frozenset({"antiviral"}), first_day=-2)
        if each.kind is StepKind.MEDICINE
    }
    assert days == set(range(-1, 11))


def test_cooling_follows_the_treatment() -> None:
    first = next(each for each in run("vascular") if each.kind is StepKind.COOLING)
    assert clock(first) == time(11)


def test_head_up_nights_are_for_faces() -> None:
    assert [each.day for each in run("ipl", area=Area.FULL_FACE) if each.step == "head_up"] == [0, 1]
    assert not [each for each in run("ipl", area=Area.BODY) if each.step == "head_up"]


def test_a_time_without_an_offset_is_on_the_wall() -> None:
    tokyo = ZoneInfo("Asia/Tokyo")
    protocol, hours = seed()["ipl"].protocol, parse("Mon-Fri 09:00-17:30", tokyo)
    given = SPRING.replace(tzinfo=tokyo)
    on_the_wall = simulate(protocol, given.replace(tzinfo=None), tokyo, 3, hours, PLACE)
    assert on_the_wall == simulate(protocol, given, tokyo, 3, hours, PLACE)
    assert clock(next(each for each in on_the_wall if each.kind is StepKind.COOLING)) == time(11)


def test_the_same_rehearsal_gives_the_same_reminders() -> None:
    assert run("pigment_tattoo") == run("pigment_tattoo")


def test_a_wrong_variant_area_or_number_is_refused() -> None:
    with pytest.raises(BadInput, match="variant"):
        run("vascular", variant="co2")
    with pytest.raises(BadInput, match="number of days"):
        run("vascular", days=0)
    with pytest.raises(BadInput, match="healed day"):
        run("vascular", healed_day=-1)
