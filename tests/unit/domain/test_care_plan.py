"""Tasks of a care plan: made once, superseded, never edited."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from pwa.domain.care_plan import (
    Task,
    instantiate,
    occurrence_id,
    revise,
    step_of,
    task_on,
    tasks_on,
)
from pwa.domain.errors import BadInput
from pwa.domain.protocol import Area, Protocol
from tests.support.protocols import CLEANSE, DEEP, SUN_STRICT, days, ids, plan_of, protocol

DAY_ZERO = date(2026, 6, 10)
PLAN = UUID(int=7)
VARIED = protocol(
    "varied",
    [
        replace(SUN_STRICT, id="both"),
        replace(SUN_STRICT, id="only_pdl", variants=frozenset({"pdl"})),
        replace(SUN_STRICT, id="only_ktp", variants=frozenset({"ktp"})),
        replace(CLEANSE, id="only_eyes", areas=frozenset({Area.AROUND_EYES})),
    ],
    variants=("pdl", "ktp"),
    areas=(Area.AROUND_EYES, Area.HANDS),
)


def tasks_of(
    variant: str | None = None,
    area: Area | None = None,
    treated_on: date = DAY_ZERO,
    made_of: Protocol = VARIED,
    start: int = 1,
    prescribed: frozenset[str] = frozenset(),
) -> tuple[Task, ...]:
    numbers = ids(start)
    return instantiate(
        made_of,
        PLAN,
        treated_on,
        variant,
        area,
        prescribed,
        lambda: UUID(int=next(numbers)),
    )


def step_ids(tasks: tuple[Task, ...]) -> list[str]:
    return [task.step_id for task in tasks]


def test_an_unknown_variant_takes_the_steps_of_every_variant() -> None:
    assert step_ids(tasks_of()) == ["both", "only_pdl", "only_ktp", "only_eyes"]
    assert step_ids(tasks_of("pdl")) == ["both", "only_pdl", "only_eyes"]


def test_a_known_area_leaves_out_the_steps_of_other_areas() -> None:
    assert step_ids(tasks_of("ktp", Area.HANDS)) == ["both", "only_ktp"]
    assert step_ids(tasks_of("ktp", Area.AROUND_EYES)) == ["both", "only_ktp", "only_eyes"]


def test_a_variant_or_area_the_protocol_lacks_is_refused_in_one_sentence() -> None:
    with pytest.raises(BadInput, match='varied has no variant "co2"'):
        tasks_of("co2")
    with pytest.raises(BadInput, match='varied is not done on the area "body"'):
        tasks_of(area=Area.BODY)


def test_a_medicine_is_asked_only_if_it_was_prescribed() -> None:
    assert "antiviral" not in step_ids(tasks_of(made_of=DEEP))
    assert "antiviral" in step_ids(tasks_of(made_of=DEEP, prescribed=frozenset({"antiviral"})))


def test_a_task_spans_its_steps_days_and_waits_for_the_skin_up_to_the_plans_end() -> None:
    by_step = {task.step_id: task for task in tasks_of(made_of=DEEP)}
    strict, cleanse = by_step["sun_strict"], by_step["cleanse"]
    assert (strict.starts_on, strict.ends_on) == (DAY_ZERO, DAY_ZERO + timedelta(days=15))
    assert (cleanse.starts_on, cleanse.ends_on) == (DAY_ZERO, DAY_ZERO + timedelta(days=181))
    assert by_step["sun_before"].starts_on == DAY_ZERO - timedelta(days=42)
    assert {task.version for task in by_step.values()} == {1}


def test_moving_the_date_makes_new_versions_for_the_future_and_leaves_the_past() -> None:
    old = tasks_of("pdl")
    today = DAY_ZERO + timedelta(days=3)
    moved = tasks_of("pdl", treated_on=DAY_ZERO + timedelta(days=7), start=100)
    both = old + revise(old, moved, today, ids_from(200))
    before, after = task_on(both, "both", today - timedelta(days=1)), task_on(both, "both", today)
    assert before == old[0]
    assert after is not None
    assert (after.version, after.starts_on) == (2, today)
    assert after.ends_on == DAY_ZERO + timedelta(days=7 + 15)


def test_a_step_no_longer_wanted_ends_on_the_day_of_the_revision() -> None:
    old = tasks_of("pdl")
    today = DAY_ZERO + timedelta(days=3)
    both = old + revise(old, tasks_of("ktp", start=100), today, ids_from(200))
    assert step_ids(tasks_on(both, today - timedelta(days=1))) == ["both", "only_pdl", "only_eyes"]
    assert sorted(step_ids(tasks_on(both, today))) == ["both", "only_eyes", "only_ktp"]


def test_a_shorter_course_does_not_fall_back_to_the_old_one() -> None:
    old = tasks_of("pdl")
    today = DAY_ZERO + timedelta(days=3)
    moved = tasks_of("pdl", treated_on=DAY_ZERO - timedelta(days=13), start=100)
    both = old + revise(old, moved, today, ids_from(200))
    assert task_on(both, "both", today) is None
    assert task_on(both, "both", today + timedelta(days=4)) is None


def test_a_second_revision_of_the_same_day_holds() -> None:
    old = tasks_of("pdl")
    first = revise(old, tasks_of("ktp", start=100), DAY_ZERO, ids_from(200))
    second = revise(old + first, tasks_of("pdl", start=300), DAY_ZERO, ids_from(400))
    assert sorted(step_ids(tasks_on(old + first + second, DAY_ZERO))) == ["both", "only_eyes", "only_pdl"]
    assert {task.version for task in second} == {3}
    every_id = [task.id for task in old + first + second]
    assert len(every_id) == len(set(every_id))


def test_an_occurrence_has_the_same_name_on_every_machine() -> None:
    assert occurrence_id(PLAN, "cleanse", DAY_ZERO, 2) == UUID("1e3713ae-7a97-576f-8cfc-a06c9e6ad3e5")
    assert occurrence_id(PLAN, "cleanse", DAY_ZERO, 1) != occurrence_id(PLAN, "cleanse", DAY_ZERO, 2)


def test_day_numbers_count_from_the_treatment() -> None:
    plan = plan_of(DEEP, datetime(2026, 6, 10, 9, tzinfo=UTC))
    assert plan.day_number(date(2026, 6, 9)) == -1
    assert plan.date_of(14) == date(2026, 6, 24)
    assert step_of(DEEP, "cleanse") is CLEANSE
    assert step_of(DEEP, "nothing") is None
    assert days(0, 14, every=7).span.last == 14


def ids_from(start: int) -> Callable[[], UUID]:
    numbers = ids(start)
    return lambda: UUID(int=next(numbers))
