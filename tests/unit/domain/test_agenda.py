"""What one patient is reminded of on one local day."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from pwa.domain.agenda import Agenda, AgendaItem, NotReminded, Place, Preferences, Settled, Snooze
from pwa.domain.care_plan import CarePlan, CarePlanStatus, occurrence_id
from pwa.domain.opening_hours import next_open_day, parse
from pwa.domain.protocol import Anchor, Gate, QuietPolicy, Step, StepKind
from tests.support.protocols import (
    ANTIVIRAL,
    CHECK_IN,
    CLEANSE,
    COOLING,
    DEEP,
    FOLLOW_UP,
    HEAD_UP,
    LIGHT,
    LONDON,
    PREFERENCES,
    SUN_BEFORE,
    SUN_PROTECT,
    SUN_STRICT,
    SUNSCREEN_ON_CLOSED_SKIN,
    agenda_on,
    at,
    closed,
    days,
    from_anchor,
    local_times,
    plan_of,
    protocol,
    quiet,
)

MONDAY = date(2026, 6, 8)
TREATED = datetime(2026, 6, 8, 9, tzinfo=UTC)  # 10:00 in London
TROMSO = Place(69.65, 18.96)
ALL_DAY = Preferences(LONDON, quiet=quiet("00:00", "00:00"))


def day(number: int) -> date:
    return MONDAY + timedelta(days=number)


def wall(number: int, clock: str) -> datetime:
    return datetime.fromisoformat(f"{day(number)}T{clock}").replace(tzinfo=LONDON).astimezone(UTC)


def one_step(step: Step, treated_at: datetime = TREATED) -> CarePlan:
    return plan_of(protocol("one", [step]), treated_at, prescribed=frozenset({"antiviral"}))


def kinds(agenda: Agenda) -> set[StepKind]:
    return {item.kind for item in agenda.items}


def only(agenda: Agenda) -> AgendaItem:
    (item,) = agenda.items
    return item


# Expanding


def test_nothing_of_after_care_is_due_before_the_treatment() -> None:
    agenda = agenda_on(MONDAY, plan_of(DEEP, TREATED, prescribed=frozenset({"antiviral"})))
    after_care = [item for item in agenda.items if item.kind is not StepKind.MEDICINE]
    assert after_care
    assert all(item.due_at >= TREATED for item in after_care)
    reminders = [entry for entry in agenda.entries if entry.items[0].kind is not StepKind.MEDICINE]
    assert all(entry.due_at >= TREATED for entry in reminders)


def test_a_medicine_begun_the_day_before_is_also_due_on_the_morning_of_the_treatment() -> None:
    assert local_times(agenda_on(MONDAY, one_step(ANTIVIRAL))) == ["07:00", "22:00"]


def test_before_the_treatment_only_preparation_is_asked() -> None:
    assert kinds(agenda_on(day(-5), plan_of(DEEP, TREATED))) == {StepKind.SUN}


def test_only_active_plans_remind() -> None:
    for status in CarePlanStatus:
        plan = replace(plan_of(DEEP, TREATED), status=status)
        assert bool(agenda_on(day(1), plan).items) is (status is CarePlanStatus.ACTIVE)


def test_a_late_night_step_belongs_to_the_evening_it_was_meant_for() -> None:
    plan = one_step(replace(HEAD_UP, times=(from_anchor(Anchor.BED, 3),)))
    item = only(agenda_on(day(1), plan, preferences=ALL_DAY_BUT_BED))
    assert item.nominal_day == day(1)
    assert item.occurrence_ids == (occurrence_id(plan.id, "head_up", day(1), 0),)


ALL_DAY_BUT_BED = Preferences(LONDON, quiet=quiet("23:00", "07:00"))


def test_a_date_the_zone_left_out_asks_for_nothing() -> None:
    apia = ZoneInfo("Pacific/Apia")
    plan = plan_of(protocol("one", [SUN_STRICT]), datetime(2011, 12, 27, 20, tzinfo=UTC), zone=apia)
    preferences = Preferences(apia)
    left_out = agenda_on(date(2011, 12, 30), plan, preferences=preferences)
    assert left_out.items == ()
    assert agenda_on(date(2011, 12, 31), plan, preferences=preferences).items


# Check-ins


def test_a_check_in_is_asked_while_the_clinic_is_open() -> None:
    plan = one_step(CHECK_IN)
    assert local_times(agenda_on(day(1), plan)) == ["10:00"]
    assert local_times(agenda_on(day(5), plan)) == ["09:00", "11:00"]  # Saturday to 13:00, Sunday closed
    assert local_times(agenda_on(day(6), plan)) == []


def test_the_evening_of_the_treatment_has_its_own_check_in() -> None:
    assert local_times(agenda_on(MONDAY, one_step(CHECK_IN))) == ["15:30"]


def test_a_weekly_check_in_on_a_closed_day_comes_when_the_clinic_opens_again() -> None:
    weekly = replace(CHECK_IN, days=days(6, 60, every=7))
    plan = one_step(weekly)
    assert local_times(agenda_on(day(6), plan)) == []
    monday = agenda_on(day(7), plan)
    assert local_times(monday) == ["10:00"]
    assert only(monday).nominal_day == day(7)
    assert local_times(agenda_on(day(8), plan)) == []


def test_a_weekly_check_in_before_a_closed_day_asks_once() -> None:
    assert local_times(agenda_on(day(5), one_step(replace(CHECK_IN, days=days(5, 60, every=7))))) == ["09:00"]


# Facts


def test_wound_care_goes_on_until_somebody_says_the_skin_has_closed() -> None:
    plan = one_step(CLEANSE)
    assert len(agenda_on(day(40), plan).items) == 4
    assert agenda_on(day(40), plan, facts=[closed(plan)]).items == ()
    assert agenda_on(day(181), plan).items == ()


def test_sunscreen_waits_for_closed_skin_and_its_first_day() -> None:
    plan = one_step(SUNSCREEN_ON_CLOSED_SKIN)
    assert agenda_on(day(10), plan).items == ()
    assert agenda_on(day(6), plan, facts=[closed(plan)]).items == ()
    assert len(agenda_on(day(7), plan, facts=[closed(plan)]).items) == 3


def test_skin_said_to_be_open_again_stops_sunscreen_and_brings_wound_care_back() -> None:
    plan = plan_of(DEEP, TREATED)
    facts = [closed(plan, day=day(8)), closed(plan, value=False, day=day(9))]
    for order in (facts, facts[::-1]):
        found = kinds(agenda_on(day(10), plan, facts=order))
        assert StepKind.SUNSCREEN not in found
        assert StepKind.WOUND_CARE in found


def test_the_latest_answer_holds_and_of_two_at_once_the_no() -> None:
    plan = one_step(SUNSCREEN_ON_CLOSED_SKIN)
    no_then_yes = [closed(plan, value=False, day=day(8)), closed(plan, day=day(9))]
    assert agenda_on(day(10), plan, facts=no_then_yes).items
    both_at_once = [closed(plan, value=False, day=day(8)), closed(plan, day=day(8))]
    assert not agenda_on(day(10), plan, facts=both_at_once).items


def test_where_skin_stays_whole_only_a_no_stops_sunscreen() -> None:
    plan = plan_of(LIGHT, TREATED)
    assert StepKind.SUNSCREEN in kinds(agenda_on(day(2), plan))
    assert StepKind.SUNSCREEN not in kinds(agenda_on(day(2), plan, facts=[closed(plan, value=False)]))


# Settled


def test_what_is_done_or_skipped_is_gone() -> None:
    plan = one_step(CLEANSE)
    first, second = (occurrence_id(plan.id, "cleanse", day(1), slot) for slot in (0, 1))
    agenda = agenda_on(day(1), plan, settled=Settled(done=frozenset({first}), skipped=frozenset({second})))
    assert local_times(agenda) == ["16:00", "20:00"]
    assert len(agenda.items) == 2


def test_what_was_reminded_stands_on_today_without_a_second_reminder() -> None:
    plan = one_step(CLEANSE)
    first = occurrence_id(plan.id, "cleanse", day(1), 0)
    agenda = agenda_on(day(1), plan, settled=Settled(reminded={first: 0}))
    assert local_times(agenda) == ["12:00", "16:00", "20:00"]
    assert len(agenda.items) == 4


def snoozed(plan: CarePlan, step: str, slot: int, until: str, asked: str | None = None) -> Settled:
    id = occurrence_id(plan.id, step, day(1), slot)
    put_off = Snooze(wall(1, until), 1, wall(1, asked) if asked else None)
    return Settled(snoozed={id: put_off}, reminded={id: 0})


def test_later_brings_the_reminder_again_at_the_hour_asked_for() -> None:
    plan = one_step(replace(CLEANSE, times=(at(8),)))
    agenda = agenda_on(day(1), plan, settled=snoozed(plan, "cleanse", 0, "09:45"))
    (entry,) = agenda.entries
    assert entry.due_at == wall(1, "09:45")
    assert entry.useful_until == wall(1, "11:45")
    assert entry.slot_key == f"{occurrence_id(plan.id, 'cleanse', day(1), 0)}#1"


def test_a_snooze_already_reminded_is_not_reminded_again() -> None:
    plan = one_step(replace(CLEANSE, times=(at(8),)))
    id = occurrence_id(plan.id, "cleanse", day(1), 0)
    settled = replace(snoozed(plan, "cleanse", 0, "09:45"), reminded={id: 1})
    agenda = agenda_on(day(1), plan, settled=settled)
    assert agenda.entries == ()
    assert only(agenda).snooze == 1


def test_put_off_before_it_was_due_it_never_comes_early() -> None:
    plan = one_step(replace(CLEANSE, times=(at(12),)))
    assert local_times(agenda_on(day(1), plan, settled=snoozed(plan, "cleanse", 0, "09:45"))) == ["12:00"]


def test_later_past_midnight_is_too_late() -> None:
    plan = one_step(replace(CLEANSE, times=(at(8),)))
    settled = Settled(snoozed={occurrence_id(plan.id, "cleanse", day(1), 0): Snooze(wall(2, "00:30"), 1)})
    agenda = agenda_on(day(1), plan, settled=settled, preferences=ALL_DAY)
    assert agenda.entries == ()
    assert set(agenda.not_reminded.values()) == {NotReminded.TOO_LATE}


@pytest.mark.parametrize(
    ("asked", "expected"),
    [("21:00", ["21:15"]), ("21:20", []), (None, [])],
)
def test_later_into_the_night_comes_before_it_but_never_before_the_tap(
    asked: str | None, expected: list[str]
) -> None:
    plan = one_step(replace(CLEANSE, times=(at(20),)))
    agenda = agenda_on(day(1), plan, settled=snoozed(plan, "cleanse", 0, "22:00", asked))
    assert local_times(agenda) == expected
    if not expected:
        assert set(agenda.not_reminded.values()) == {NotReminded.QUIET_HOURS}


def test_what_is_no_longer_useful_makes_no_reminder_and_costs_no_budget() -> None:
    plan = one_step(CLEANSE)
    agenda = agenda_on(day(5), plan, since=wall(5, "14:30"), settled=Settled(sent_on={day(5): 2}))
    assert local_times(agenda) == ["16:00", "20:00"]
    assert list(agenda.not_reminded.values()) == [NotReminded.TOO_LATE] * 2


# Grouping


def test_what_is_due_within_a_quarter_of_an_hour_is_one_reminder() -> None:
    steps = [
        replace(CLEANSE, times=(at(12),)),
        replace(CLEANSE, id="ointment", times=(at(12.25),), window=4 * timedelta(hours=1)),
        replace(CLEANSE, id="moisturise", times=(at(12.5),)),
    ]
    plan = plan_of(protocol("three", steps), TREATED)
    first, second = agenda_on(day(1), plan).entries
    assert [item.step_id for item in first.items] == ["cleanse", "ointment"]
    assert first.slot_key == f"{occurrence_id(plan.id, 'cleanse', day(1), 0)}#0"
    assert (first.due_at, first.useful_until) == (wall(1, "12:00"), wall(1, "16:15"))
    assert [item.step_id for item in second.items] == ["moisturise"]


def test_after_care_is_never_announced_together_with_what_comes_before_the_treatment() -> None:
    steps = [replace(ANTIVIRAL, times=(at(9.75),)), replace(COOLING, times=(from_anchor(Anchor.TREATED),))]
    plan = plan_of(protocol("two", steps), TREATED, prescribed=frozenset({"antiviral"}))
    assert local_times(agenda_on(MONDAY, plan)) == ["09:45", "10:00"]


# Quiet hours


@pytest.mark.parametrize(
    ("policy", "hour", "expected"),
    [
        (QuietPolicy.SHIFT, 22, ["21:15"]),
        (QuietPolicy.SHIFT, 5, ["07:30"]),
        (QuietPolicy.SHIFT, 26, ["07:30"]),
        (QuietPolicy.DROP, 22, []),
        (QuietPolicy.DELIVER, 22, ["22:00"]),
    ],
)
def test_each_step_says_what_quiet_hours_do_to_it(
    policy: QuietPolicy, hour: int, expected: list[str]
) -> None:
    agenda = agenda_on(day(1), one_step(replace(HEAD_UP, times=(at(hour),), quiet=policy)))
    assert local_times(agenda) == expected
    assert only(agenda).nominal_day == day(1)
    if not expected:
        assert set(agenda.not_reminded.values()) == {NotReminded.QUIET_HOURS}


def test_a_reminder_is_not_useful_in_the_night_unless_it_may_come_then() -> None:
    evening = replace(CLEANSE, times=(at(20.5),))
    assert agenda_on(day(1), one_step(evening)).entries[0].useful_until == wall(1, "21:30")
    medicine = replace(ANTIVIRAL, times=(at(20.5),))
    assert agenda_on(day(1), one_step(medicine)).entries[0].useful_until == wall(1, "23:30")


def test_moved_to_the_morning_a_reminder_is_useful_as_long_from_there() -> None:
    (entry,) = agenda_on(day(1), one_step(replace(CLEANSE, times=(at(5),)))).entries
    assert (entry.due_at, entry.useful_until) == (wall(1, "07:30"), wall(1, "09:30"))


def test_nothing_moves_ahead_of_the_treatment() -> None:
    late = wall(0, "21:20")
    agenda = agenda_on(MONDAY, one_step(replace(COOLING, times=(from_anchor(Anchor.TREATED, 1),)), late))
    assert agenda.entries == ()
    assert set(agenda.not_reminded.values()) == {NotReminded.QUIET_HOURS}


# Budget


BUSY = protocol(
    "busy",
    [
        ANTIVIRAL,
        CHECK_IN,
        replace(CLEANSE, times=(at(8), at(12.5), at(16), at(20))),
        replace(SUN_PROTECT, days=days(0, 180), times=(at(9), at(13))),
        replace(HEAD_UP, days=days(0, 180), times=(at(18), at(19))),
    ],
)


def busy() -> CarePlan:
    return plan_of(BUSY, TREATED, prescribed=frozenset({"antiviral"}))


@pytest.mark.parametrize(("number", "most"), [(1, 6), (3, 6), (4, 4), (14, 4)])
def test_the_first_days_bring_six_and_open_skin_four(number: int, most: int) -> None:
    assert len(agenda_on(day(number), busy(), preferences=ALL_DAY).entries) == most


def test_closed_skin_brings_two() -> None:
    plan = busy()
    assert len(agenda_on(day(4), plan, facts=[closed(plan)]).entries) == 2
    assert len(agenda_on(day(3), plan, facts=[closed(plan)], preferences=ALL_DAY).entries) == 6


def test_where_skin_stays_whole_the_usual_days_of_healing_stand_in_for_the_answer() -> None:
    whole = plan_of(protocol("whole", [replace(CLEANSE, days=days(0, 30), gate=Gate.ALWAYS)]), TREATED)
    assert [len(agenda_on(day(number), whole).entries) for number in (14, 15)] == [4, 2]


def test_before_the_treatment_two_a_day() -> None:
    plan = one_step(replace(SUN_PROTECT, days=days(-9, -1), times=(at(9), at(12), at(15))))
    assert len(agenda_on(day(-2), plan).entries) == 2


def test_medicine_comes_first_then_check_ins_then_wound_care() -> None:
    kept = agenda_on(day(2), busy(), preferences=ALL_DAY)
    found = [item.kind for entry in kept.entries for item in entry.items]
    assert sorted(found) == sorted([StepKind.MEDICINE] * 2 + [StepKind.CHECK_IN] + [StepKind.WOUND_CARE] * 3)
    assert set(kept.not_reminded.values()) == {NotReminded.OVER_BUDGET}
    assert len(kept.not_reminded) == 5


def test_reminders_already_sent_that_day_count() -> None:
    agenda = agenda_on(day(2), busy(), settled=Settled(sent_on={day(2): 5, day(1): 6}), preferences=ALL_DAY)
    assert [entry.items[0].kind for entry in agenda.entries] == [StepKind.MEDICINE]
    assert agenda_on(day(2), busy(), settled=Settled(sent_on={day(2): 9})).entries == ()


def test_one_a_day_is_one() -> None:
    agenda = agenda_on(day(2), busy(), preferences=replace(PREFERENCES, one_a_day=True))
    assert [entry.items[0].kind for entry in agenda.entries] == [StepKind.MEDICINE]
    assert len(agenda.items) > 5


def test_wound_care_does_not_crowd_out_the_one_reminder_to_keep_out_of_the_sun() -> None:
    more = replace(CLEANSE, id="more", times=(at(10), at(14), at(18)))
    steps = [CLEANSE, more, replace(SUN_STRICT, times=(at(9), at(13)))]
    agenda = agenda_on(day(1), plan_of(protocol("sun", steps), TREATED))
    assert len(agenda.entries) == 6
    assert [item.slot for entry in agenda.entries for item in entry.items if item.strict] == [0]


# Sun


WINTER = datetime(2026, 12, 14, 9, tzinfo=UTC)  # a Monday
WINTER_DAY = date(2026, 12, 16)


def winter(step: Step, place: Place, treated_at: datetime = WINTER, on: date = WINTER_DAY) -> Agenda:
    plan = one_step(step, treated_at)
    preferences = Preferences(ZoneInfo("Europe/Oslo")) if place is TROMSO else PREFERENCES
    return agenda_on(on, plan, facts=[closed(plan)], place=place, preferences=preferences)


LONDON_PLACE = Place(51.5, -0.1)
PROTECT = replace(SUN_PROTECT, days=days(0, 180))
SUNSCREEN = replace(SUNSCREEN_ON_CLOSED_SKIN, days=days(0, 180))


@pytest.mark.parametrize(
    ("step", "place", "reminded"),
    [
        (SUN_STRICT, LONDON_PLACE, 1),
        (PROTECT, LONDON_PLACE, 1),
        (SUNSCREEN, LONDON_PLACE, 1),
        (SUN_STRICT, TROMSO, 1),
        (PROTECT, TROMSO, 0),
        (SUNSCREEN, TROMSO, 0),
    ],
)
def test_low_sun_quietens_repeats_and_the_polar_night_all_but_strict_avoidance(
    step: Step, place: Place, reminded: int
) -> None:
    agenda = winter(step, place)
    assert len(agenda.entries) == reminded
    assert len(agenda.items) == len(step.times)
    assert list(agenda.not_reminded.values()) == [NotReminded.LOW_SUN] * (len(step.times) - reminded)


def test_on_the_day_of_treatment_strict_avoidance_is_said_once_even_in_winter() -> None:
    agenda = winter(SUN_STRICT, LONDON_PLACE, on=WINTER.date())
    assert [entry.items[0].slot for entry in agenda.entries] == [1]


def test_summer_sun_repeats() -> None:
    agenda = agenda_on(day(1), one_step(SUN_STRICT))
    assert len(agenda.entries) == 2
    assert agenda.items[0].sun is not None
    assert agenda.items[0].sun.strongest is not None


def test_later_is_kept_even_in_low_sun() -> None:
    plan = one_step(PROTECT, WINTER)
    id = occurrence_id(plan.id, PROTECT.id, WINTER_DAY, 1)
    until = datetime(2026, 12, 16, 13, tzinfo=UTC)
    agenda = agenda_on(WINTER_DAY, plan, settled=Settled(snoozed={id: Snooze(until, 1)}, reminded={id: 0}))
    assert until in [entry.due_at for entry in agenda.entries]


# Identity


def test_an_occurrence_keeps_its_name_when_zone_wake_and_quiet_hours_change() -> None:
    plan = plan_of(DEEP, TREATED)
    here = agenda_on(day(1), plan)
    there = agenda_on(
        day(1),
        plan,
        preferences=Preferences(ZoneInfo("America/New_York"), quiet=quiet("23:00", "06:00")),
        place=Place(40.5, -74.0),
    )
    names = {id for item in here.items for id in item.occurrence_ids}
    assert names == {id for item in there.items for id in item.occurrence_ids}
    assert {item.due_at for item in here.items} != {item.due_at for item in there.items}


def test_a_follow_up_visit_is_reminded_on_its_days_only() -> None:
    plan = one_step(FOLLOW_UP)
    always = parse("Mon-Sun 09:00-17:30", LONDON)
    asked = [number for number in range(0, 100) if agenda_on(day(number), plan, hours=always).items]
    assert asked == [7, 30, 90]
    assert isinstance(agenda_on(day(7), plan).items[0].occurrence_ids[0], UUID)


def test_a_visit_that_falls_on_closed_days_is_reminded_once_when_the_clinic_opens_again() -> None:
    plan = one_step(FOLLOW_UP)
    closed_wednesdays = parse("Mon-Tue 09:00-17:30; Thu-Fri 09:00-17:30", LONDON)
    asked = [
        plan.date_of(number)
        for number in range(0, 100)
        if agenda_on(day(number), plan, hours=closed_wednesdays).items
    ]
    usual = [plan.date_of(number) for number in (7, 30, 90)]
    assert asked == [next_open_day(closed_wednesdays, each) for each in usual]
    assert asked != usual


# Preparing


PREPARE = replace(
    FOLLOW_UP, id="prepare", kind=StepKind.PREPARE, days=days(0, 0), times=(at(8), at(10), at(12))
)


def test_preparing_ends_with_the_treatment() -> None:
    (entry,) = agenda_on(MONDAY, one_step(PREPARE)).entries  # 08:00; 10:00 is the treatment
    assert (entry.due_at, entry.useful_until) == (wall(0, "08:00"), TREATED)


def test_preparing_moves_out_of_the_quiet_hours_ahead_of_the_treatment() -> None:
    assert local_times(agenda_on(MONDAY, one_step(replace(PREPARE, times=(at(6),))))) == ["07:30"]


def test_preparing_put_off_past_the_treatment_is_too_late() -> None:
    plan = one_step(PREPARE)
    id = occurrence_id(plan.id, "prepare", MONDAY, 0)
    agenda = agenda_on(MONDAY, plan, settled=Settled(snoozed={id: Snooze(TREATED, 1)}, reminded={id: 0}))
    assert agenda.not_reminded == {id: NotReminded.TOO_LATE}


# Moments of one step that only this day's hours bring together


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        (replace(CLEANSE, times=(at(12), from_anchor(Anchor.TREATED, 3))), ["12:00"]),
        (replace(CLEANSE, times=(at(11), from_anchor(Anchor.TREATED, 3))), ["11:00", "13:00"]),
        (replace(CLEANSE, times=(at(12), at(13))), ["12:00", "13:00"]),
        (replace(ANTIVIRAL, times=(at(12), from_anchor(Anchor.TREATED, 3))), ["12:00", "13:00"]),
    ],
)
def test_times_counted_from_different_moments_keep_apart_but_no_dose_is_left_out(
    step: Step, expected: list[str]
) -> None:
    assert local_times(agenda_on(MONDAY, one_step(step))) == expected


def test_a_short_day_before_a_closed_one_asks_once() -> None:
    short = parse("Tue 09:00-12:30", LONDON)
    assert local_times(agenda_on(day(1), one_step(CHECK_IN), hours=short)) == ["09:00"]


# What has no room beside another step


def test_a_step_leaves_out_only_the_days_on_which_the_other_is_really_asked() -> None:
    other = replace(CLEANSE, id="other", times=(at(12),), gate=Gate.NEEDS_FACT)
    plan = plan_of(protocol("two", [replace(HEAD_UP, not_with=frozenset({"other"})), other]), TREATED)
    assert {item.step_id for item in agenda_on(day(1), plan).items} == {"head_up"}
    assert {item.step_id for item in agenda_on(day(1), plan, facts=[closed(plan)]).items} == {"other"}


# Skin said to be open


OPEN_SUN = replace(SUN_STRICT, id="sun_open", days=days(30, 40), gate=Gate.UNTIL_FACT, text_id="sun_open")


@pytest.mark.parametrize(
    ("others", "text"),
    [((), "sun_protect"), ((SUN_STRICT,), "sun_strict"), ((SUN_STRICT, OPEN_SUN), "sun_open")],
)
def test_sun_on_skin_said_to_be_open_is_strict_in_the_words_for_open_skin(
    others: tuple[Step, ...], text: str
) -> None:
    plan = plan_of(protocol("sun", [SUN_BEFORE, *others, SUN_PROTECT]), TREATED)
    facts = [closed(plan, value=False)]
    for item in agenda_on(day(20), plan, facts=facts).items:
        assert (item.step_id, item.strict, item.text_id) == ("sun_protect", True, text)
    assert not any(item.strict for item in agenda_on(day(20), plan).items)
    assert not any(item.strict for item in agenda_on(day(20), plan, facts=[closed(plan)]).items)
    assert not any(item.strict for item in agenda_on(day(-5), plan, facts=facts).items)


# The extra check-in


FRIDAY_BUDGET = protocol("friday", [CHECK_IN, replace(CLEANSE, times=(at(8), at(12.5), at(15.5), at(20)))])


def test_an_extra_check_in_that_comes_with_other_care_gives_it_no_more_weight() -> None:
    open_friday = parse("Mon-Fri 09:00-17:30", LONDON)
    agenda = agenda_on(day(4), plan_of(FRIDAY_BUDGET, TREATED), hours=open_friday)
    asked = [(item.step_id, item.slot) for entry in agenda.entries for item in entry.items]
    assert local_times(agenda) == ["08:00", "10:00", "12:30", "15:30"]
    assert ("check_in", 1) in asked
    assert len(agenda.not_reminded) == 1


def test_an_extra_check_in_that_went_out_with_other_care_counts_with_it() -> None:
    plan, hours = plan_of(FRIDAY_BUDGET, TREATED), parse("Mon-Fri 09:00-17:30", LONDON)
    entries = agenda_on(day(4), plan, hours=hours).entries
    sent = {id: 0 for entry in entries for item in entry.items for id in item.occurrence_ids}
    settled = Settled(reminded=sent, sent_on={day(4): len(entries)})
    assert agenda_on(day(4), plan, hours=hours, settled=settled).entries == ()


def test_an_extra_check_in_comes_alone_where_the_care_beside_it_has_no_room() -> None:
    care = replace(CLEANSE, times=(at(8), at(12.5), at(14), at(15.5)))
    plan = plan_of(protocol("friday", [CHECK_IN, care]), TREATED)
    agenda = agenda_on(day(4), plan, hours=parse("Mon-Fri 09:00-17:30", LONDON))
    assert [item.step_id for item in agenda.entries[-1].items] == ["check_in"]
    assert agenda.not_reminded == {occurrence_id(plan.id, "cleanse", day(4), 3): NotReminded.OVER_BUDGET}
