"""Overlapping plans become one day, by the strictest rule."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from pwa.domain.agenda import Agenda, AgendaItem, Settled, Snooze
from pwa.domain.care_plan import CarePlanStatus, occurrence_id
from pwa.domain.healing import areas_overlap
from pwa.domain.protocol import Area, QuietPolicy, StepKind
from tests.support.protocols import (
    ANTIVIRAL,
    CHECK_IN,
    CLEANSE,
    COOLING,
    DEEP,
    FOLLOW_UP,
    LIGHT,
    SUN_PROTECT,
    SUN_STRICT,
    agenda_on,
    at,
    closed,
    days,
    local_times,
    plan_of,
    protocol,
)

MONDAY = date(2026, 6, 8)
TREATED = datetime(2026, 6, 8, 9, tzinfo=UTC)
TUESDAY = MONDAY + timedelta(days=1)
SUN_ALL_ALONG = replace(SUN_PROTECT, days=days(0, 42))


def of_kind(agenda: Agenda, kind: StepKind) -> list[AgendaItem]:
    return [item for item in agenda.items if item.kind is kind]


def test_strict_sun_beats_protection_and_keeps_both_reasons() -> None:
    deep, light = plan_of(DEEP, TREATED), plan_of(LIGHT, TREATED, number=2)
    first, second = of_kind(agenda_on(TUESDAY, light, deep), StepKind.SUN)
    for item in (first, second):
        assert item.strict
        assert item.text_id == "sun_strict"
        assert item.care_plan_ids == (deep.id, light.id)
        assert item.text_ids == ("sun_strict", "sun_protect")
    assert first.occurrence_ids == (
        occurrence_id(deep.id, "sun_strict", TUESDAY, 0),
        occurrence_id(light.id, "sun_protect", TUESDAY, 0),
    )


def test_no_mere_protection_is_spoken_of_once_strict_avoidance_has_been_dealt_with() -> None:
    deep, light = plan_of(DEEP, TREATED), plan_of(LIGHT, TREATED, number=2)
    done = frozenset(occurrence_id(deep.id, "sun_strict", TUESDAY, slot) for slot in (0, 1))
    assert of_kind(agenda_on(TUESDAY, deep, light, settled=Settled(done=done)), StepKind.SUN) == []


def test_protection_holds_until_the_treatment_that_asks_for_more() -> None:
    light, deep = plan_of(LIGHT, TREATED), plan_of(DEEP, TREATED + timedelta(days=3), number=2)
    first, second = of_kind(agenda_on(MONDAY + timedelta(days=3), light, deep), StepKind.SUN)
    assert (first.strict, first.care_plan_ids) == (False, (light.id,))
    assert (second.strict, second.care_plan_ids) == (True, (deep.id, light.id))
    assert second.due_at >= deep.treated_at


@pytest.mark.parametrize(
    ("one", "other", "may_share_skin"),
    [
        (None, Area.HANDS, True),
        (None, None, True),
        (Area.HANDS, Area.HANDS, True),
        (Area.FULL_FACE, Area.MOUTH, True),
        (Area.AROUND_EYES, Area.MOUTH, False),
        (Area.FULL_FACE, Area.HANDS, False),
        (Area.BODY, Area.HANDS, True),
        (Area.BODY, Area.FULL_FACE, False),
    ],
)
def test_sunscreen_waits_for_every_plan_that_may_share_the_skin(
    one: Area | None, other: Area | None, may_share_skin: bool
) -> None:
    assert areas_overlap(one, other) is areas_overlap(other, one) is may_share_skin
    deep = plan_of(DEEP, TREATED, area=one)
    light = plan_of(LIGHT, TREATED, number=2, area=other)
    asked = of_kind(agenda_on(TUESDAY, deep, light), StepKind.SUNSCREEN)
    assert bool(asked) is not may_share_skin


def test_sunscreen_waits_for_the_latest_first_day_too() -> None:
    deep, light = plan_of(DEEP, TREATED), plan_of(LIGHT, TREATED, number=2)
    facts = [closed(deep)]
    assert not of_kind(agenda_on(MONDAY + timedelta(days=6), deep, light, facts=facts), StepKind.SUNSCREEN)
    assert of_kind(agenda_on(MONDAY + timedelta(days=7), deep, light, facts=facts), StepKind.SUNSCREEN)


def test_a_plan_on_hold_still_keeps_sunscreen_off_its_skin() -> None:
    deep, light = plan_of(DEEP, TREATED), plan_of(LIGHT, TREATED, number=2)
    held = replace(deep, status=CarePlanStatus.ON_HOLD)
    over = replace(deep, status=CarePlanStatus.COMPLETED)
    assert not of_kind(agenda_on(TUESDAY, held, light), StepKind.SUNSCREEN)
    assert of_kind(agenda_on(TUESDAY, over, light), StepKind.SUNSCREEN)


def test_a_treatment_still_to_come_does_not_keep_sunscreen_off() -> None:
    deep = plan_of(DEEP, TREATED + timedelta(days=30))
    assert of_kind(agenda_on(TUESDAY, deep, plan_of(LIGHT, TREATED, number=2)), StepKind.SUNSCREEN)


def test_one_check_in_speaks_for_all_plans() -> None:
    one, two = (plan_of(protocol(f"p{n}", [CHECK_IN]), TREATED, number=n) for n in (1, 2))
    (item,) = agenda_on(TUESDAY, one, two).items
    assert set(item.care_plan_ids) == {one.id, two.id}


def test_the_same_care_is_asked_at_the_earliest_hour_and_for_the_longest() -> None:
    early = plan_of(protocol("early", [replace(CLEANSE, times=(at(8),), window=timedelta(hours=1))]), TREATED)
    late = plan_of(protocol("late", [replace(CLEANSE, times=(at(8.75),))]), TREATED, number=2)
    (item,) = agenda_on(TUESDAY, early, late).items
    assert item.due_at == datetime(2026, 6, 9, 7, tzinfo=UTC)
    assert item.useful_until == datetime(2026, 6, 9, 9, 45, tzinfo=UTC)


def test_care_hours_apart_stays_apart() -> None:
    one = plan_of(protocol("one", [replace(CLEANSE, times=(at(8), at(20)))]), TREATED)
    two = plan_of(protocol("two", [replace(CLEANSE, times=(at(12), at(20.5)))]), TREATED, number=2)
    assert local_times(agenda_on(TUESDAY, one, two)) == ["08:00", "12:00", "20:00"]


def test_two_steps_of_one_plan_are_never_merged() -> None:
    steps = [CLEANSE, replace(CLEANSE, id="ointment")]
    assert len(agenda_on(TUESDAY, plan_of(protocol("one", steps), TREATED)).items) == 8


def test_two_moments_of_one_step_are_never_merged() -> None:
    close = replace(COOLING, days=days(0, 2), times=(at(12), at(12.75)))
    assert len(agenda_on(TUESDAY, plan_of(protocol("one", [close]), TREATED)).items) == 2


def test_what_was_put_off_is_not_merged_with_what_was_not() -> None:
    one, two = (plan_of(protocol(f"p{n}", [SUN_ALL_ALONG]), TREATED, number=n) for n in (1, 2))
    id = occurrence_id(one.id, "sun_protect", TUESDAY, 0)
    put_off = Settled(snoozed={id: Snooze(datetime(2026, 6, 9, 8, tzinfo=UTC), 1)})
    items = agenda_on(TUESDAY, one, two, settled=put_off).items
    assert [(len(item.occurrence_ids), item.snooze) for item in items] == [(1, 0), (1, 1), (2, 0)]


def test_different_care_keeps_its_own_words_in_one_reminder() -> None:
    one = plan_of(protocol("one", [replace(CLEANSE, times=(at(8),))]), TREATED)
    two = plan_of(protocol("two", [replace(CLEANSE, id="ointment", times=(at(8),))]), TREATED, number=2)
    (entry,) = agenda_on(TUESDAY, one, two).entries
    assert [item.step_id for item in entry.items] == ["cleanse", "ointment"]


def test_different_medicines_are_never_one() -> None:
    other = replace(ANTIVIRAL, id="antibiotic", only_if_prescribed=None)
    one = plan_of(protocol("one", [ANTIVIRAL]), TREATED, prescribed=frozenset({"antiviral"}))
    two = plan_of(protocol("two", [other]), TREATED, number=2)
    assert len(agenda_on(TUESDAY, one, two).items) == 4


def test_the_shorter_cooling_holds() -> None:
    long = plan_of(protocol("long", [replace(COOLING, times=(at(12),))]), TREATED)
    short = plan_of(
        protocol("short", [replace(COOLING, id="brief", times=(at(12.25),), timer=timedelta(minutes=5))]),
        TREATED,
        number=2,
    )
    (item,) = agenda_on(TUESDAY, long, short).items
    assert item.step_ids == ("brief", "cool")
    assert item.due_at == datetime(2026, 6, 9, 11, tzinfo=UTC)


def test_a_merged_item_may_come_at_night_only_if_one_of_its_steps_may() -> None:
    quiet_one = replace(FOLLOW_UP, days=days(0, 9), times=(at(22),), quiet=QuietPolicy.DROP)
    loud_one = replace(quiet_one, quiet=QuietPolicy.SHIFT)
    one = plan_of(protocol("one", [quiet_one]), TREATED)
    two = plan_of(protocol("two", [loud_one]), TREATED, number=2)
    assert local_times(agenda_on(TUESDAY, one, two)) == ["21:15"]
    assert local_times(agenda_on(TUESDAY, one)) == []


def test_an_unknown_variant_is_reminded_once_by_the_stricter_of_its_rules() -> None:
    steps = [
        replace(SUN_ALL_ALONG, id="pdl_sun", variants=frozenset({"pdl"})),
        replace(SUN_STRICT, id="ktp_sun", variants=frozenset({"ktp"})),
    ]
    either = protocol("varied", steps, variants=("pdl", "ktp"))
    for item in agenda_on(TUESDAY, plan_of(either, TREATED)).items:
        assert item.step_ids == ("ktp_sun", "pdl_sun")
    assert [i.step_ids for i in agenda_on(TUESDAY, plan_of(either, TREATED, variant="pdl")).items] == [
        ("pdl_sun",),
        ("pdl_sun",),
    ]


def test_the_doubled_steps_of_an_unknown_variant_are_one() -> None:
    steps = [
        replace(SUN_ALL_ALONG, id=f"{name}_sun", variants=frozenset({name}), times=(at(9),))
        for name in ("pdl", "ktp")
    ]
    either = protocol("varied", steps, variants=("pdl", "ktp"))
    (item,) = agenda_on(TUESDAY, plan_of(either, TREATED)).items
    assert sorted(item.step_ids) == ["ktp_sun", "pdl_sun"]


def test_an_early_done_of_one_plan_leaves_the_pairs_of_the_day_as_they_were() -> None:
    one = plan_of(protocol("one", [SUN_ALL_ALONG]), TREATED)
    two = plan_of(protocol("two", [SUN_ALL_ALONG]), TREATED, number=2)
    done = occurrence_id(one.id, "sun_protect", TUESDAY, 0)
    items = agenda_on(TUESDAY, one, two, settled=Settled(done=frozenset({done}))).items
    assert [item.occurrence_ids for item in items] == [
        (occurrence_id(two.id, "sun_protect", TUESDAY, 0),),
        (
            occurrence_id(one.id, "sun_protect", TUESDAY, 1),
            occurrence_id(two.id, "sun_protect", TUESDAY, 1),
        ),
    ]


def test_overlapping_plans_share_the_largest_budget() -> None:
    old = plan_of(DEEP, TREATED - timedelta(days=60))
    new = plan_of(DEEP, TREATED, number=2)
    facts = [closed(old)]
    both = agenda_on(TUESDAY, old, new, facts=facts)
    assert len(both.entries) == 6
