"""From plans to reminders: what one patient should be reminded of on one local day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from pwa.domain import merging
from pwa.domain.agenda_item import AgendaItem, NotReminded, Placed, placed_items
from pwa.domain.budget import daily_budget
from pwa.domain.care_plan import CarePlan, CarePlanStatus, Fact
from pwa.domain.healing import Said
from pwa.domain.occurrence import Circumstances, Occurrence, Settled, Snooze, occurrences_on, settle
from pwa.domain.opening_hours import OpeningHours
from pwa.domain.preferences import Preferences
from pwa.domain.quiet_hours import QuietHours
from pwa.domain.sun import Place, SunAdvice, SunStrength

__all__ = [
    "Agenda",
    "AgendaEntry",
    "AgendaItem",
    "NotReminded",
    "Place",
    "Preferences",
    "QuietHours",
    "Settled",
    "Snooze",
    "SunAdvice",
    "SunStrength",
    "compose",
]

ONE_REMINDER_WITHIN = timedelta(minutes=15)
REMINDS = frozenset({CarePlanStatus.ACTIVE})
# A plan on hold asks for nothing, but its skin is still what it is.
RESTRICTS = frozenset({CarePlanStatus.ACTIVE, CarePlanStatus.ON_HOLD})


@dataclass(frozen=True, slots=True)
class AgendaEntry:
    """One reminder to make: items due within 15 minutes of each other.

    `slot_key` is the earliest item's first occurrence id and its snooze number: "<uuid>#<n>".
    """

    slot_key: str
    due_at: datetime
    useful_until: datetime
    items: tuple[AgendaItem, ...]


@dataclass(frozen=True, slots=True)
class Agenda:
    """A local day: the reminders to make, and all there is to do, reminded or not."""

    local_day: date
    entries: tuple[AgendaEntry, ...]
    items: tuple[AgendaItem, ...]  # everything open today, by due time
    not_reminded: Mapping[UUID, NotReminded]  # each occurrence id of an item without a reminder -> why


def compose(
    plans: Iterable[CarePlan],
    facts: Iterable[Fact],
    preferences: Preferences,
    place: Place,
    local_day: date,
    settled: Settled,
    hours: OpeningHours,
    since: datetime | None = None,
) -> Agenda:
    """What to remind one patient of on one local day.

    Occurrences belong to the local day they were due on before quiet hours or an offset past midnight
    moved them. `settled.sent_on` counts reminders by that day too. What stopped being useful by
    `since` makes no reminder. Same input, same output, in any order of plans and facts.
    """
    given = Circumstances(local_day, preferences, place, hours, Said(facts))
    ordered = sorted(plans, key=lambda plan: (plan.treated_at, plan.id))
    standing = [plan for plan in ordered if plan.status in REMINDS]
    asked = _asked(standing, [plan for plan in ordered if plan.status in RESTRICTS], given)
    strict_from = merging.strict_sun_from(asked)
    still_open = [each for each in (settle(one, settled, given) for one in asked) if each is not None]
    fresh = [each for each in still_open if settled.reminded.get(each.id, -1) < each.snooze]

    shown = placed_items(merging.merged(still_open, strict_from), given, since)
    due = (
        shown
        if len(fresh) == len(still_open)
        else placed_items(merging.merged(fresh, strict_from), given, since)
    )
    budget = 1 if preferences.one_a_day else daily_budget(standing, local_day, given.said)
    left = max(0, budget - settled.sent_on.get(local_day, 0))
    entries, over = _within_budget(_grouped([each for each in due if each.reason is None]), left)
    return Agenda(
        local_day=local_day,
        entries=entries,
        items=tuple(each.item for each in shown),
        not_reminded=_reasons(due, over),
    )


def _asked(
    standing: Sequence[CarePlan], restricting: Sequence[CarePlan], given: Circumstances
) -> tuple[Occurrence, ...]:
    expanded = [occurrence for plan in standing for occurrence in occurrences_on(plan, given)]
    return merging.without_forbidden_sunscreen(expanded, restricting, given.said)


def _grouped(placed: Sequence[Placed]) -> list[tuple[AgendaEntry, int]]:
    """Entries with their priority, from items sorted by due time."""
    groups: list[list[Placed]] = []
    for each in placed:
        if groups and _joins(each, groups[-1]):
            groups[-1].append(each)
        else:
            groups.append([each])
    return [(_entry_of(group), min(each.priority for each in group)) for group in groups]


def _joins(placed: Placed, group: list[Placed]) -> bool:
    starts = group[0].item.due_at
    if placed.not_before is not None and starts < placed.not_before:
        return False
    return placed.item.due_at - starts <= ONE_REMINDER_WITHIN


def _entry_of(group: list[Placed]) -> AgendaEntry:
    items = tuple(each.item for each in group)
    return AgendaEntry(
        slot_key=f"{items[0].occurrence_ids[0]}#{items[0].snooze}",
        due_at=items[0].due_at,
        useful_until=max(item.useful_until for item in items),
        items=items,
    )


def _within_budget(
    ranked: Sequence[tuple[AgendaEntry, int]], left: int
) -> tuple[tuple[AgendaEntry, ...], tuple[AgendaEntry, ...]]:
    """The entries that fit, by due time, and those that do not."""
    by_importance = sorted(ranked, key=lambda pair: (pair[1], pair[0].due_at, pair[0].slot_key))
    kept = {entry.slot_key for entry, _ in by_importance[:left]}
    entries = [entry for entry, _ in ranked]
    return (
        tuple(entry for entry in entries if entry.slot_key in kept),
        tuple(entry for entry in entries if entry.slot_key not in kept),
    )


def _reasons(due: Iterable[Placed], over: Iterable[AgendaEntry]) -> Mapping[UUID, NotReminded]:
    reasons = {id: each.reason for each in due if each.reason for id in each.item.occurrence_ids}
    for entry in over:
        for item in entry.items:
            reasons |= dict.fromkeys(item.occurrence_ids, NotReminded.OVER_BUDGET)
    return reasons
