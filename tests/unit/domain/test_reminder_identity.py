"""Whatever a patient and a clinic do, no occurrence is in two reminders."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from itertools import count
from uuid import UUID
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from pwa.domain.agenda import QuietHours, Snooze
from pwa.domain.care_plan import CarePlanStatus, Fact, instantiate, revise
from pwa.domain.notice import NoticeState, Reconciliation, Reminder
from pwa.domain.protocol import Area, FactName
from tests.support.protocols import DEEP, LIGHT, LONDON, plan_of
from tests.support.reminder_book import ReminderBook
from tests.unit.domain.examples import walks

LIVE_OR_SENT = (NoticeState.PLANNED, NoticeState.SENDING, NoticeState.SENT)
FINAL = (NoticeState.SENT, NoticeState.EXPIRED)
TREATED = datetime(2026, 3, 27, 10, tzinfo=UTC)  # two days before the clocks go forward
KEYS = ("Europe/London", "America/New_York", "Asia/Tokyo", "America/Nuuk", "Asia/Beirut")
ZONES = st.sampled_from([ZoneInfo(key) for key in KEYS])
QUIET = st.sampled_from(
    [
        QuietHours(time(21, 30), time(7, 30)),
        QuietHours(time(0, 30), time(9)),
        QuietHours(time(9), time(16)),
        QuietHours(time(8), time(8)),
    ]
)


class Recovery(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        deep = plan_of(DEEP, TREATED, area=Area.FULL_FACE, prescribed=frozenset({"antiviral"}))
        light = plan_of(LIGHT, TREATED + timedelta(days=1), number=2, area=Area.HANDS)
        self.book = ReminderBook(TREATED - timedelta(hours=1), {deep.id: deep, light.id: light})
        self.numbers = count(10**12)
        self.final: dict[UUID, Reminder] = {}
        self.book.recompose()

    @rule(minutes=st.sampled_from([5, 20, 60, 240, 600, 1500]))
    def time_passes(self, minutes: int) -> None:
        self.book.now += timedelta(minutes=minutes)
        self.book.dispatch()
        self.book.recompose()

    @rule(which=st.integers(0, 40), minutes=st.sampled_from([10, 30, 60, 180]))
    def later(self, which: int, minutes: int) -> None:
        for id in self._an_open_card(which):
            number = self.book.snoozed[id].number + 1 if id in self.book.snoozed else 1
            until = self.book.now + timedelta(minutes=minutes)
            self.book.snoozed[id] = Snooze(until, number, self.book.now)
        self.book.recompose()

    @rule(which=st.integers(0, 40))
    def done(self, which: int) -> None:
        self.book.done.update(self._an_open_card(which))
        self.book.recompose()

    @rule(which=st.integers(0, 40))
    def done_for_one_plan_only(self, which: int) -> None:
        self.book.done.update(self._an_open_card(which)[:1])
        self.book.recompose()

    @rule(which=st.integers(0, 40))
    def undone(self, which: int) -> None:
        if self.book.done:
            self.book.done.discard(sorted(self.book.done)[which % len(self.book.done)])
        self.book.recompose()

    @rule(which=st.integers(0, 40))
    def skipped(self, which: int) -> None:
        self.book.skipped.update(self._an_open_card(which))
        self.book.recompose()

    @rule(which=st.integers(1, 2), status=st.sampled_from(list(CarePlanStatus)))
    def the_plan_is_cancelled_or_added_again(self, which: int, status: CarePlanStatus) -> None:
        plan = self.book.plans[UUID(int=which)]
        self.book.plans[plan.id] = replace(plan, status=status)
        self.book.recompose()

    @rule(zone=ZONES)
    def the_patient_travels(self, zone: ZoneInfo) -> None:
        self.book.preferences = replace(self.book.preferences, zone=zone)
        self.book.recompose()

    @rule(hour=st.integers(4, 12), quiet=QUIET, one_a_day=st.booleans())
    def hours_change_and_reminders_regroup(self, hour: int, quiet: QuietHours, one_a_day: bool) -> None:
        self.book.preferences = replace(
            self.book.preferences, wake=time(hour, 25), quiet=quiet, one_a_day=one_a_day
        )
        self.book.recompose()

    @rule(which=st.integers(1, 2), days=st.integers(-3, 3), hours=st.integers(-3, 6))
    def the_treatment_is_moved(self, which: int, days: int, hours: int) -> None:
        plan = self.book.plans[UUID(int=which)]
        treated_at = TREATED + timedelta(days=days, hours=hours)
        treated_on = treated_at.astimezone(LONDON).date()
        wanted = instantiate(
            plan.protocol, plan.id, treated_on, None, plan.area, frozenset({"antiviral"}), self._new_id
        )
        tasks = plan.tasks + revise(plan.tasks, wanted, self.book.window()[1], self._new_id)
        self.book.plans[plan.id] = replace(plan, treated_at=treated_at, treated_on=treated_on, tasks=tasks)
        self.book.recompose()

    @rule(which=st.integers(1, 2), closed=st.booleans())
    def the_skin_is_said_to_be(self, which: int, closed: bool) -> None:
        self.book.facts.append(Fact(UUID(int=which), FactName.SKIN_CLOSED, closed, self.book.now))
        self.book.recompose()

    def _an_open_card(self, which: int) -> tuple[UUID, ...]:
        items = self.book.agenda(self.book.window()[1]).items
        return items[which % len(items)].occurrence_ids if items else ()

    def _new_id(self) -> UUID:
        return UUID(int=next(self.numbers))

    @invariant()
    def no_occurrence_is_in_two_live_or_sent_reminders(self) -> None:
        held = Counter(
            pair
            for reminder in self.book.reminders.values()
            if reminder.state in LIVE_OR_SENT
            for pair in reminder.occurrences
        )
        assert [pair for pair, times in held.items() if times > 1] == []

    @invariant()
    def no_occurrence_is_planned_twice_at_any_snooze(self) -> None:
        planned = Counter(id for r in self._planned() for id, _ in r.occurrences)
        assert [id for id, times in planned.items() if times > 1] == []

    @invariant()
    def slot_keys_are_unique(self) -> None:
        keys = [reminder.slot_key for reminder in self.book.reminders.values()]
        assert len(keys) == len(set(keys))

    @invariant()
    def nothing_done_or_skipped_is_planned(self) -> None:
        settled = self.book.done | self.book.skipped
        assert not {id for r in self._planned() for id, _ in r.occurrences} & settled

    @invariant()
    def what_was_sent_or_expired_never_changes(self) -> None:
        for id, reminder in self.book.reminders.items():
            if id in self.final:
                assert reminder == self.final[id]
            elif reminder.state in FINAL:
                self.final[id] = reminder

    @invariant()
    def composing_again_changes_nothing(self) -> None:
        assert self.book.plan_reminders() == Reconciliation()

    def _planned(self) -> list[Reminder]:
        return [r for r in self.book.reminders.values() if r.state is NoticeState.PLANNED]


TestRecovery = Recovery.TestCase
FEW_WALKS, LONG_WALKS = 20, 300  # of 25 steps each: the many take some minutes in `make soak`
TestRecovery.settings = settings(
    max_examples=walks(FEW_WALKS, LONG_WALKS),
    stateful_step_count=25,
    suppress_health_check=[HealthCheck.too_slow],
)
