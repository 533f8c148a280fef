"""However check-ins arrive, late, twice or in any order, they end in one alert and as urgent as they were."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pwa.domain.rules import Level
from tests.support.events import Event, check_in
from tests.support.web import START, Phone, World

SIGNS = st.dictionaries(
    st.sampled_from(["fever", "eye_pain", "numb", "smell", "worried", "breathing_trouble"]),
    st.booleans(),
    max_size=3,
)
GRADES = st.dictionaries(st.sampled_from(["redness", "itching", "swelling"]), st.integers(0, 3), max_size=2)
PAIN = st.fixed_dictionaries({}, optional={"pain": st.integers(0, 10)})
ANSWERS = st.builds(lambda *parts: {k: v for part in parts for k, v in part.items()}, SIGNS, GRADES, PAIN)
HOURS = st.integers(0, 95)

several = settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])


def entries(plan_id: str, said: list[tuple[int, Any]]) -> list[Event]:
    """One check-in an hour at most, in the order of time."""
    moments = sorted({hour: answers for hour, answers in said}.items())
    return [
        check_in(plan_id, answers, hour // 24, START + timedelta(hours=hour)) for hour, answers in moments
    ]


def outcome_of(
    world: World, said: list[tuple[int, Any]], shuffle: random.Random | None
) -> tuple[int, list[str]]:
    """(rank of the most urgent level, the states of the patient's alerts) after all of it has arrived."""
    world.clock.wall = START
    phone = world.patient("Alice")
    sent = entries(phone.bundle()["plans"][0]["id"], said)
    world.clock.wall = START + timedelta(hours=96)
    if shuffle is not None:
        shuffle.shuffle(sent)
    _deliver(phone, sent, shuffle)
    known = {event["id"] for event in sent}
    rows = [row for row in world.rows("check_ins") if str(row["event_id"]) in known]
    assert len(rows) == len(sent)
    patients = {row["patient_id"] for row in rows}
    alerts = [row for row in world.rows("alerts") if row["patient_id"] in patients]
    rank = min((Level(row["level"]).rank for row in rows), default=99)
    for alert in alerts:
        assert Level(alert["level"]).rank == rank
    return rank, [str(alert["state"]) for alert in alerts]


def _deliver(phone: Phone, sent: list[Event], shuffle: random.Random | None) -> None:
    """In batches of one to three, now and then twice."""
    waiting = list(sent)
    while waiting:
        size = shuffle.randint(1, 3) if shuffle else len(waiting)
        batch, waiting = waiting[:size], waiting[size:]
        phone.sync(*batch)
        if shuffle and shuffle.random() < 0.4:
            assert set(phone.results(*batch)) == {"duplicate"}


@several
@given(
    said=st.lists(st.tuples(HOURS, SIGNS), min_size=1, max_size=5), order=st.randoms(use_true_random=False)
)
def test_signs_end_in_the_same_level_and_one_alert_in_whatever_order_they_come(
    world: World, said: list[tuple[int, Any]], order: random.Random
) -> None:
    rank, states = outcome_of(world, said, None)
    assert outcome_of(world, said, order) == (rank, states)
    assert states == (["open"] if rank <= Level.TELL_CLINIC.rank else [])


@several
@given(
    said=st.lists(st.tuples(HOURS, ANSWERS), min_size=1, max_size=5), order=st.randoms(use_true_random=False)
)
def test_what_depends_on_history_is_never_judged_milder_for_coming_late(
    world: World, said: list[tuple[int, Any]], order: random.Random
) -> None:
    """It may be judged more severely: a level once told stands, though a late answer explains the rise."""
    rank, states = outcome_of(world, said, None)
    late_rank, late_states = outcome_of(world, said, order)
    assert late_rank <= rank
    assert len(late_states) == (1 if late_rank <= Level.TELL_CLINIC.rank else 0)
    assert len(states) <= 1
