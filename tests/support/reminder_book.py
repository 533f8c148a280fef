"""A patient's reminders in memory: composes, reconciles and sends as the services and the dispatcher do."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from itertools import count
from uuid import UUID

from pwa.domain.agenda import Agenda, AgendaEntry, Place, Preferences, Settled, Snooze, compose
from pwa.domain.care_plan import CarePlan, Fact
from pwa.domain.notice import (
    NoticeState,
    Reconciliation,
    Reminder,
    may_become,
    occurrences_of,
    reconcile,
    reminded,
)
from pwa.domain.opening_hours import OpeningHours
from pwa.domain.schedule import local_day
from tests.support.protocols import LONDON_PLACE, PREFERENCES, WEEKDAYS_NINE_TO_FIVE

HORIZON = 3  # days ahead of today


@dataclass
class ReminderBook:
    """Everything about one patient that composing reads, and the reminders it makes."""

    now: datetime
    plans: dict[UUID, CarePlan]
    preferences: Preferences = PREFERENCES
    place: Place = LONDON_PLACE
    hours: OpeningHours = WEEKDAYS_NINE_TO_FIVE
    facts: list[Fact] = field(default_factory=list)
    done: set[UUID] = field(default_factory=set)
    skipped: set[UUID] = field(default_factory=set)
    snoozed: dict[UUID, Snooze] = field(default_factory=dict)
    reminders: dict[UUID, Reminder] = field(default_factory=dict)
    days: dict[UUID, date] = field(default_factory=dict)  # reminder -> the nominal day of its entry
    numbers: count[int] = field(default_factory=lambda: count(10**9))

    def window(self) -> list[date]:
        """The days composed: yesterday, for what is due past midnight, to the horizon."""
        today = local_day(self.now, self.preferences.zone)
        return [today + timedelta(days=ahead) for ahead in range(-1, HORIZON + 1)]

    def settled(self) -> Settled:
        """What has happened so far."""
        sent_on: dict[date, int] = {}
        for id, reminder in self.reminders.items():
            if reminder.state in (NoticeState.SENDING, NoticeState.SENT):
                sent_on[self.days[id]] = sent_on.get(self.days[id], 0) + 1
        return Settled(
            frozenset(self.done),
            frozenset(self.skipped),
            dict(self.snoozed),
            reminded(self.reminders.values()),
            sent_on,
        )

    def agenda(self, day: date) -> Agenda:
        """Compose one day as it stands."""
        return compose(
            self.plans.values(),
            self.facts,
            self.preferences,
            self.place,
            day,
            self.settled(),
            self.hours,
            self.now,
        )

    def plan_reminders(self) -> Reconciliation:
        """What would have to change now."""
        window = self.window()
        agendas = [self.agenda(day) for day in window]
        known = [reminder for id, reminder in self.reminders.items() if self.days[id] in window]
        return reconcile(known, [entry for agenda in agendas for entry in agenda.entries], self.now)

    def recompose(self) -> None:
        """Compose and reconcile, as after any change for the patient."""
        result = self.plan_reminders()
        for id in result.cancel:
            self._become(id, NoticeState.CANCELLED)
        for id in result.expire:
            self._become(id, NoticeState.EXPIRED)
        for id, entry in result.change:
            old = self.reminders[id]
            assert old.state in (NoticeState.PLANNED, NoticeState.CANCELLED)
            self._write(id, entry)
        for entry in result.insert:
            self._write(UUID(int=next(self.numbers)), entry)

    def dispatch(self) -> None:
        """Expire what is too late and send what is due; every other one is still being sent."""
        for id, reminder in sorted(self.reminders.items()):
            if reminder.state is NoticeState.SENDING:
                self._become(id, NoticeState.SENT)
            elif reminder.state is NoticeState.PLANNED and reminder.useful_until <= self.now:
                self._become(id, NoticeState.EXPIRED)
            elif reminder.state is NoticeState.PLANNED and reminder.due_at <= self.now:
                self._become(id, NoticeState.SENDING)
                if id.int % 2:
                    self._become(id, NoticeState.SENT)

    def _become(self, id: UUID, state: NoticeState) -> None:
        assert may_become(self.reminders[id].state, state)
        self.reminders[id] = replace(self.reminders[id], state=state)

    def _write(self, id: UUID, entry: AgendaEntry) -> None:
        self.reminders[id] = Reminder(
            id, entry.slot_key, NoticeState.PLANNED, entry.due_at, entry.useful_until, occurrences_of(entry)
        )
        self.days[id] = entry.items[0].nominal_day
