"""Whatever changes, the reminders follow, and those that are out stay as they are."""

from __future__ import annotations

import random
from collections import Counter
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import update

from pwa.domain.care_plan import OutcomeValue
from pwa.domain.notice import Notice, NoticeState
from pwa.domain.protocol import FactName, StepKind
from pwa.store import tables
from tests.support.houses import Patient, Ward
from tests.support.times import utc

DONE, SNOOZED, SKIPPED, UNDONE = (
    OutcomeValue.DONE,
    OutcomeValue.SNOOZED,
    OutcomeValue.SKIPPED,
    OutcomeValue.UNDONE,
)
LIVE_OR_SENT = ("planned", "sending", "sent")
OUT = ("sending", "sent", "expired")


def of_state(ward: Ward, patient: Patient, state: NoticeState) -> list[Notice]:
    return [notice for notice in ward.notices_of(patient) if notice.state is state]


def all_of(ward: Ward) -> list[dict[str, Any]]:
    """Every reminder and what it stands for, as the database has it."""
    return ward.rows(
        "SELECT n.id, n.state, n.slot_key, n.due_at, n.useful_until, n.changed_at, i.occurrence_id, i.snooze "
        "FROM notices n LEFT JOIN notice_items i ON i.notice_id = n.id ORDER BY n.id, i.occurrence_id"
    )


def kinds_planned(ward: Ward, patient: Patient) -> set[str]:
    return {item.kind for item in ward.items_of(patient) if item.state is NoticeState.PLANNED}


def test_planning_twice_changes_nothing(ward: Ward, alice: Patient) -> None:
    ward.go_to(alice)
    ward.deliver()
    ward.compose(alice)
    before = all_of(ward)
    ward.compose(alice)
    ward.compose(alice)
    assert all_of(ward) == before  # changed_at too


def test_what_is_done_early_is_not_reminded(ward: Ward, alice: Patient) -> None:
    reminder = ward.go_to(alice)
    ward.care = reminder.due_at - timedelta(minutes=20)
    ward.tap(alice, DONE, ward.occurrences_in(alice, reminder.id))

    assert ward.state_of(reminder.id) == "cancelled"
    assert ward.occurrences_in(alice, reminder.id) == []
    ward.care = reminder.due_at
    assert ward.deliver() == 0


def test_what_is_left_when_part_is_done_early_is_regrouped(ward: Ward, alice: Patient) -> None:
    reminder = ward.go_to(alice)
    occurrences = ward.occurrences_in(alice, reminder.id)
    assert len(occurrences) > 1
    first = UUID(reminder.slot_key.partition("#")[0])
    ward.care = reminder.due_at - timedelta(minutes=20)
    ward.tap(alice, DONE, [first])

    holders = {
        item.notice_id for item in ward.items_of(alice) if item.occurrence_id in set(occurrences) - {first}
    }
    assert ward.state_of(reminder.id) == "cancelled"  # its slot was named after the one that is done
    assert len(holders) == 1
    assert ward.state_of(holders.pop()) == "planned"


def test_undone_brings_a_reminder_back_as_it_was(ward: Ward, alice: Patient) -> None:
    reminder = ward.go_to(alice)
    occurrences = ward.occurrences_in(alice, reminder.id)
    ward.care = reminder.due_at - timedelta(minutes=20)
    ward.tap(alice, SKIPPED, occurrences)
    assert ward.state_of(reminder.id) == "cancelled"
    ward.care += timedelta(seconds=5)
    ward.tap(alice, UNDONE, occurrences)

    (back,) = [one for one in ward.notices_of(alice) if one.id == reminder.id]
    assert back == reminder
    assert ward.occurrences_in(alice, reminder.id) == occurrences


def test_later_makes_a_second_reminder(ward: Ward, alice: Patient) -> None:
    reminder = ward.go_to(alice)
    occurrences = ward.occurrences_in(alice, reminder.id)
    ward.deliver()
    ward.care += timedelta(minutes=2)
    ward.tap(alice, SNOOZED, occurrences, put_off=timedelta(minutes=30))

    seconds = [one for one in ward.notices_of(alice) if one.slot_key.endswith("#1")]
    assert [one.due_at for one in seconds] == [ward.care + timedelta(minutes=30)]
    assert set(ward.occurrences_in(alice, seconds[0].id)) == set(occurrences)
    assert ward.state_of(reminder.id) == "sent"

    ward.care = seconds[0].due_at
    assert ward.deliver() == 1
    assert ward.pushes_to(alice.phone) == [201, 201]


def test_later_before_the_reminder_came_moves_it(ward: Ward, alice: Patient) -> None:
    reminder = ward.go_to(alice)
    ward.care = reminder.due_at - timedelta(minutes=10)
    ward.tap(alice, SNOOZED, ward.occurrences_in(alice, reminder.id), put_off=timedelta(minutes=60))

    ward.care = reminder.due_at
    assert ward.deliver() == 0
    ward.care = reminder.due_at + timedelta(minutes=50)
    assert ward.deliver() == 1


def test_undoing_done_leaves_a_later_that_was_asked_before(ward: Ward, alice: Patient) -> None:
    reminder = ward.go_to(alice)
    occurrences = ward.occurrences_in(alice, reminder.id)
    ward.deliver()
    for value in (SNOOZED, DONE, UNDONE):
        ward.care += timedelta(minutes=1)
        ward.tap(alice, value, occurrences)

    ward.care += timedelta(minutes=29)
    assert ward.deliver() == 1
    assert ward.pushes_to(alice.phone) == [201, 201]


def test_one_undo_reopens_what_two_phones_marked_done(ward: Ward, alice: Patient) -> None:
    reminder = ward.go_to(alice)
    occurrences = ward.occurrences_in(alice, reminder.id)
    ward.care = reminder.due_at - timedelta(minutes=20)
    for value in (DONE, DONE, UNDONE):
        ward.care += timedelta(minutes=1)
        ward.tap(alice, value, occurrences)

    ward.care = reminder.due_at
    assert ward.deliver() == 1


def test_later_in_the_evening_comes_before_the_quiet_hours(ward: Ward, alice: Patient) -> None:
    """Asked for at 20:50 for an hour later; quiet from 21:30, so it comes before that and is not lost."""
    (reminder,) = [one for one in ward.notices_of(alice) if one.due_at == utc("2026-11-20T20:00")]
    occurrences = ward.occurrences_in(alice, reminder.id)
    ward.care = reminder.due_at
    ward.deliver()
    ward.care = utc("2026-11-20T20:50")
    ward.tap(alice, SNOOZED, occurrences, put_off=timedelta(minutes=60))

    second = {
        item.notice_id
        for item in ward.items_of(alice)
        if item.snooze == 1 and item.occurrence_id in occurrences
    }
    (planned,) = [one for one in ward.notices_of(alice) if one.id in second]
    assert ward.care < planned.due_at < utc("2026-11-20T21:30")
    ward.care = planned.due_at
    assert ward.deliver() == 1


def test_undoing_a_later_takes_it_back(ward: Ward, alice: Patient) -> None:
    reminder = ward.go_to(alice)
    occurrences = ward.occurrences_in(alice, reminder.id)
    ward.deliver()
    ward.tap(alice, SNOOZED, occurrences)
    ward.care += timedelta(minutes=1)
    ward.tap(alice, UNDONE, occurrences)

    ward.care += timedelta(minutes=31)
    assert ward.deliver() == 0


def test_closed_skin_starts_sunscreen_and_ends_wound_care_and_open_skin_reverses_it(ward: Ward) -> None:
    alice = ward.admit("Alice", procedure="co2_full")
    ward.care = utc("2026-12-04T09:00")  # day 14: sunscreen waits for nothing but the skin
    ward.compose(alice)
    assert str(StepKind.SUNSCREEN) not in kinds_planned(ward, alice)
    assert str(StepKind.WOUND_CARE) in kinds_planned(ward, alice)

    ward.say(alice, FactName.SKIN_CLOSED, holds=True)
    assert str(StepKind.SUNSCREEN) in kinds_planned(ward, alice)

    ward.care += timedelta(minutes=1)
    ward.say(alice, FactName.SKIN_CLOSED, holds=False)
    assert str(StepKind.SUNSCREEN) not in kinds_planned(ward, alice)
    assert str(StepKind.WOUND_CARE) in kinds_planned(ward, alice)


def test_another_zone_moves_due_times_and_keeps_the_reminders(ward: Ward, alice: Patient) -> None:
    before = {notice.slot_key: notice for notice in ward.notices_of(alice)}
    ward.choose(alice, zone="America/New_York")

    after = {notice.slot_key: notice for notice in of_state(ward, alice, NoticeState.PLANNED)}
    tomorrow = ward.care + timedelta(days=1)
    same = [
        (before[key], after[key])
        for key in before.keys() & after.keys()
        if min(before[key].due_at, after[key].due_at) > tomorrow
    ]
    assert len(same) > 3
    assert {new.id == old.id for old, new in same} == {True}
    # Noon, sunrise and the clinic's hours are not five hours later; the clock's times are.
    moved = Counter(new.due_at - old.due_at for old, new in same)
    assert moved.most_common(1)[0][0] == timedelta(hours=5)


def test_one_a_day_is_one_a_day(ward: Ward, alice: Patient) -> None:
    ward.choose(alice, one_a_day=True)
    days = Counter(item.nominal_day for item in _first_items(ward, alice))
    assert days
    assert set(days.values()) == {1}


def _first_items(ward: Ward, patient: Patient) -> list[Any]:
    seen: dict[UUID, Any] = {}
    for item in ward.items_of(patient):
        if item.state is NoticeState.PLANNED:
            seen.setdefault(item.notice_id, item)
    return list(seen.values())


def test_what_was_sent_never_changes(ward: Ward, alice: Patient) -> None:
    ward.go_to(alice)
    ward.deliver()
    sent = [row for row in all_of(ward) if row["state"] == "sent"]
    assert sent

    ward.choose(alice, zone="Asia/Tokyo", wake="06:00")
    ward.say(alice, FactName.SKIN_CLOSED, holds=True)
    ward.tap(alice, SKIPPED, ward.occurrences_in(alice, of_state(ward, alice, NoticeState.SENT)[0].id))
    ward.care += timedelta(hours=5)
    ward.compose(alice)

    assert [row for row in all_of(ward) if row["state"] == "sent"] == sent


def test_a_plan_that_the_tables_refuse_costs_no_answer(ward: Ward, alice: Patient) -> None:
    """Whatever went wrong with reminders before, what a patient taps is stored."""
    first, second = ward.notices_of(alice)[:2]
    ward.care = first.due_at
    with ward.database.write() as session:
        long_ago = first.due_at - timedelta(days=30)
        session.execute(
            update(tables.Notice)
            .where(tables.Notice.id == first.id)
            .values(state=NoticeState.EXPIRED, due_at=long_ago, useful_until=long_ago + timedelta(hours=1))
        )
    ward.tap(alice, DONE, ward.occurrences_in(alice, second.id))
    assert {row["value"] for row in ward.rows("SELECT value FROM outcomes")} == {"done"}
    assert ward.rows("SELECT composed_until FROM patients") == [{"composed_until": None}]


def test_whoever_flies_west_while_nobody_sends_is_reminded_there(ward: Ward, alice: Patient) -> None:
    """What was missed at home is still to come where they are now; its old reminder must make room."""
    ward.choose(alice, zone="Asia/Tokyo", wake="08:00")
    tonight = next(item.occurrence_id for item in ward.items_of(alice) if item.step_id == "head_up")
    ward.care = utc("2026-11-20T22:00")  # the evening is over in Tokyo, and to come in Los Angeles

    ward.choose(alice, zone="America/Los_Angeles", wake="08:00")

    held = [item for item in ward.items_of(alice) if item.occurrence_id == tonight]
    (due,) = [one.due_at for one in ward.notices_of(alice) if one.id in {item.notice_id for item in held}]
    assert due > ward.care


@pytest.mark.parametrize("seed", [1, 2])
def test_no_occurrence_is_ever_in_two_reminders_at_the_same_number(ward: Ward, seed: int) -> None:
    walk(ward, ward.admit("Alice"), random.Random(seed), steps=25)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(10, 40))
def test_no_occurrence_is_ever_in_two_reminders_in_long_walks(ward: Ward, seed: int) -> None:
    walk(ward, ward.admit("Alice"), random.Random(seed), steps=200)


def walk(ward: Ward, alice: Patient, chance: random.Random, steps: int) -> None:
    """Do what patients, dispatchers and clocks do, in any order; check the tables after each step."""
    out: dict[object, tuple[object, ...]] = {}
    for _ in range(steps):
        _step(ward, alice, chance)
        rows = all_of(ward)
        _check_no_doubles(rows)
        _check_out_stays(rows, out)


def _step(ward: Ward, alice: Patient, chance: random.Random) -> None:
    ward.care += timedelta(minutes=chance.choice([1, 5, 30, 120, 600]))
    what = chance.randrange(8)
    cards = sorted({item.occurrence_id for item in ward.items_of(alice)})
    some = chance.sample(cards, min(len(cards), chance.randrange(1, 4)))
    if what <= 1:
        ward.expire()
        ward.deliver()
    elif what <= 4 and some:
        ward.tap(alice, chance.choice([DONE, SNOOZED, SKIPPED, UNDONE]), some)
    elif what == 5:
        ward.say(alice, FactName.SKIN_CLOSED, holds=chance.random() < 0.5)
    elif what == 6:
        zone = chance.choice(["Europe/London", "Asia/Tokyo", "America/Los_Angeles"])
        ward.choose(alice, zone=zone, wake=chance.choice(["06:00", "08:00", "09:30"]))
    else:
        ward.compose(alice)


def _check_no_doubles(rows: list[dict[str, Any]]) -> None:
    held = Counter(
        (row["occurrence_id"], row["snooze"])
        for row in rows
        if row["occurrence_id"] is not None and row["state"] in LIVE_OR_SENT
    )
    assert [key for key, times in held.items() if times > 1] == []
    planned = Counter(
        row["occurrence_id"] for row in rows if row["occurrence_id"] is not None and row["state"] == "planned"
    )
    assert [key for key, times in planned.items() if times > 1] == []


def _check_out_stays(rows: list[dict[str, Any]], out: dict[object, tuple[object, ...]]) -> None:
    """What was sent or expired keeps its slot, its times and its occurrences for good."""
    now: dict[object, tuple[object, ...]] = {}
    for row in rows:
        if row["state"] in OUT:
            said: tuple[object, ...] = (row["slot_key"], row["due_at"], row["useful_until"])
            now[row["id"]] = (*now.get(row["id"], said), row["occurrence_id"])
    for notice_id, said in out.items():
        assert now.get(notice_id) == said
    out.update(now)
