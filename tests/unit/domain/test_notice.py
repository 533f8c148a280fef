"""How stored reminders follow the agenda."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from pwa.domain.agenda import AgendaEntry, AgendaItem
from pwa.domain.notice import (
    NoticeState,
    Reconciliation,
    Reminder,
    may_become,
    occurrences_of,
    reconcile,
    reminded,
)
from pwa.domain.protocol import StepKind

NOW = datetime(2026, 6, 9, 6, tzinfo=UTC)
EIGHT = datetime(2026, 6, 9, 8, tzinfo=UTC)
X, Y, Z = (UUID(int=number) for number in (1, 2, 3))
PLANNED, SENDING, SENT = NoticeState.PLANNED, NoticeState.SENDING, NoticeState.SENT
EXPIRED, CANCELLED = NoticeState.EXPIRED, NoticeState.CANCELLED


def item(*ids: UUID, minutes: int = 0, snooze: int = 0) -> AgendaItem:
    due = EIGHT + timedelta(minutes=minutes)
    names = tuple(f"step{id.int}" for id in ids)
    return AgendaItem(
        occurrence_ids=ids,
        care_plan_ids=tuple(UUID(int=id.int + 100) for id in ids),
        kind=StepKind.WOUND_CARE,
        step_id=names[0],
        text_id=names[0],
        nominal_day=date(2026, 6, 9),
        day_number=1,
        slot=0,
        due_at=due,
        useful_until=due + timedelta(hours=2),
        snooze=snooze,
        step_ids=names,
        text_ids=names,
    )


def entry(*items: AgendaItem) -> AgendaEntry:
    return AgendaEntry(
        f"{items[0].occurrence_ids[0]}#{items[0].snooze}", items[0].due_at, items[-1].useful_until, items
    )


def stored(of: AgendaEntry, state: NoticeState = PLANNED, number: int = 50) -> Reminder:
    return Reminder(UUID(int=number), of.slot_key, state, of.due_at, of.useful_until, occurrences_of(of))


def test_a_new_entry_is_inserted() -> None:
    new = entry(item(X))
    assert reconcile([], [new], NOW) == Reconciliation(insert=(new,))


def test_what_already_stands_is_left_alone() -> None:
    same = entry(item(X), item(Y, minutes=10))
    assert reconcile([stored(same)], [same], NOW) == Reconciliation()


@pytest.mark.parametrize(
    "changed", [entry(item(X, minutes=30)), entry(item(X), item(Y, minutes=10)), entry(item(X, Z))]
)
def test_a_planned_reminder_follows_its_entry(changed: AgendaEntry) -> None:
    old = stored(entry(item(X)))
    assert reconcile([old], [changed], NOW) == Reconciliation(change=((old.id, changed),))


def test_a_cancelled_reminder_is_revived_and_not_doubled() -> None:
    back = entry(item(X))
    old = stored(back, CANCELLED)
    assert reconcile([old], [back], NOW) == Reconciliation(change=((old.id, back),))


def test_what_nobody_asks_for_is_cancelled_and_what_is_over_expires() -> None:
    ahead, over = stored(entry(item(X))), stored(entry(item(Y, minutes=-300)), number=51)
    result = reconcile([ahead, over], [], NOW)
    assert result == Reconciliation(cancel=(ahead.id,), expire=(over.id,))


@pytest.mark.parametrize("state", [SENDING, SENT, EXPIRED])
def test_what_is_on_its_way_or_over_never_changes_and_never_comes_again(state: NoticeState) -> None:
    old = stored(entry(item(X)), state)
    assert reconcile([old], [], NOW) == Reconciliation()
    assert reconcile([old], [entry(item(X, minutes=30))], NOW) == Reconciliation()


def test_the_key_of_a_sent_reminder_is_never_taken_again() -> None:
    emptied = replace(stored(entry(item(X)), SENT), occurrences=frozenset())
    assert reconcile([emptied], [entry(item(X))], NOW) == Reconciliation()


def test_an_occurrence_on_its_way_is_taken_out_of_a_regrouped_entry() -> None:
    on_its_way = stored(entry(item(X)), SENDING)
    ((_, kept),) = [(new.slot_key, new) for new in reconcile([on_its_way], [entry(item(X, Y))], NOW).insert]
    assert kept.slot_key == f"{Y}#0"
    assert kept.items[0].occurrence_ids == (Y,)
    assert kept.items[0].care_plan_ids == (UUID(int=102),)
    assert (kept.items[0].step_id, kept.items[0].text_ids) == ("step2", ("step2",))
    (regrouped,) = reconcile([on_its_way], [entry(item(X), item(Y, minutes=10))], NOW).insert
    assert regrouped.due_at == EIGHT + timedelta(minutes=10)
    assert [each.occurrence_ids for each in regrouped.items] == [(Y,)]


def test_a_snoozed_occurrence_comes_again_under_its_own_key() -> None:
    sent = stored(entry(item(X)), SENT)
    again = entry(item(X, snooze=1, minutes=60))
    assert reconcile([sent], [again], NOW) == Reconciliation(insert=(again,))
    assert again.slot_key == f"{X}#1"


def test_a_snooze_before_the_first_reminder_replaces_it() -> None:
    first = stored(entry(item(X)))
    again = entry(item(X, snooze=1, minutes=60))
    assert reconcile([first], [again], NOW) == Reconciliation(insert=(again,), cancel=(first.id,))


def test_an_occurrence_moves_between_reminders_without_standing_in_two() -> None:
    together = stored(entry(item(X), item(Y, minutes=10)))
    apart = (entry(item(X)), entry(item(Y, minutes=40)))
    assert reconcile([together], apart, NOW) == Reconciliation(
        insert=(apart[1],), change=((together.id, apart[0]),)
    )


def test_what_is_over_gives_up_what_is_asked_for_again() -> None:
    """After a change of zone the same thing is due later than its unsent reminder was useful."""
    over, later = stored(entry(item(X), item(Y))), entry(item(Y, minutes=600))
    result = reconcile([over], [later], EIGHT + timedelta(hours=3))
    assert result == Reconciliation(insert=(later,), cancel=(over.id,))


def test_the_highest_snooze_that_went_out_is_what_was_reminded() -> None:
    first, again = entry(item(X), item(Y)), entry(item(X, snooze=2))
    reminders = [stored(again, SENDING), stored(first, SENT, 51), stored(entry(item(Z)), CANCELLED, 52)]
    assert reminded(reminders) == {X: 2, Y: 0}
    assert reminded([stored(entry(item(Z)), EXPIRED)]) == {Z: 0}


def test_a_notice_that_was_sent_stays_so_and_one_that_expired_was_sent_at_most() -> None:
    allowed = {(state, to) for state in NoticeState for to in NoticeState if may_become(state, to)}
    assert allowed == {
        (PLANNED, SENDING),
        (PLANNED, CANCELLED),
        (PLANNED, EXPIRED),
        (CANCELLED, PLANNED),
        (SENDING, SENT),
        (SENDING, EXPIRED),
        (SENDING, PLANNED),
        (SENDING, CANCELLED),
        (EXPIRED, SENT),
    }


def test_a_planned_reminder_of_another_length_is_changed() -> None:
    old = replace(stored(entry(item(X))), useful_until=EIGHT + timedelta(minutes=5))
    assert len(reconcile([old], [entry(item(X))], NOW).change) == 1
