"""From plans to reminders: what one patient should be reminded of on one local day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from pwa.domain import check_in, merging
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

Group = list[Placed]  # never empty, by due time


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
    left = max(0, _budget_of(standing, given) - _sent_of_budget(asked, settled, given))
    groups = _grouped([each for each in due if each.reason is None])
    kept, over = _within_budget(groups, left, preferences)
    return Agenda(
        local_day=local_day,
        entries=tuple(sorted((_entry_of(group) for group in kept), key=lambda each: each.due_at)),
        items=tuple(each.item for each in shown),
        not_reminded=_reasons(due, over),
    )


def _budget_of(standing: Sequence[CarePlan], given: Circumstances) -> int:
    return 1 if given.preferences.one_a_day else daily_budget(standing, given.day, given.said)


def _sent_of_budget(asked: Sequence[Occurrence], settled: Settled, given: Circumstances) -> int:
    """How many of the day's reminders that went out count: not those of an extra check-in alone."""
    sent = settled.sent_on.get(given.day, 0)
    if given.preferences.one_a_day:
        return sent
    reminded = [each for each in asked if each.id in settled.reminded]
    counted = [each.due_at for each in reminded if not each.extra]
    alone = {
        each.due_at: settled.reminded[each.id] + 1  # asked for again by "later"
        for each in reminded
        if each.extra and all(abs(each.due_at - due) > ONE_REMINDER_WITHIN for due in counted)
    }
    return max(0, sent - sum(alone.values()))


def _asked(
    standing: Sequence[CarePlan], restricting: Sequence[CarePlan], given: Circumstances
) -> tuple[Occurrence, ...]:
    expanded = [occurrence for plan in standing for occurrence in occurrences_on(plan, given)]
    allowed = merging.without_forbidden_sunscreen(expanded, restricting, given.said)
    return check_in.asked_once(check_in.asked_with_care(allowed, given), given)


def _grouped(placed: Sequence[Placed]) -> list[Group]:
    """What comes as one reminder, from items sorted by due time."""
    groups: list[Group] = []
    for each in placed:
        if groups and _joins(each, groups[-1]):
            groups[-1].append(each)
        else:
            groups.append([each])
    return groups


def _joins(placed: Placed, group: Group) -> bool:
    starts = group[0].item.due_at
    if placed.not_before is not None and starts < placed.not_before:
        return False
    return placed.item.due_at - starts <= ONE_REMINDER_WITHIN


def _entry_of(group: Group) -> AgendaEntry:
    items = tuple(each.item for each in group)
    return AgendaEntry(
        slot_key=f"{items[0].occurrence_ids[0]}#{items[0].snooze}",
        due_at=items[0].due_at,
        useful_until=max(item.useful_until for item in items),
        items=items,
    )


def _within_budget(
    groups: Sequence[Group], left: int, preferences: Preferences
) -> tuple[list[Group], list[Placed]]:
    """The groups that are reminded of, and what there is no room for.

    An extra check-in pushes nothing out: it comes besides the others, or where one a day is wished for
    when nothing else does.
    """
    counted = sorted((group for group in groups if not _is_extra(group)), key=_importance)
    extras = [group for group in groups if _is_extra(group)]
    kept, late = counted[:left], counted[left:]
    extras += [rest for rest in ([each for each in group if each.extra] for group in late) if rest]
    over = [each for group in late for each in group if not each.extra]
    room = left - len(kept) if preferences.one_a_day else len(extras)
    return [*kept, *extras[:room]], [*over, *(each for group in extras[room:] for each in group)]


def _is_extra(group: Group) -> bool:
    return all(each.extra for each in group)


def _importance(group: Group) -> tuple[int, datetime, str]:
    entry = _entry_of(group)
    return min(each.priority for each in group if not each.extra), entry.due_at, entry.slot_key


def _reasons(due: Iterable[Placed], over: Iterable[Placed]) -> Mapping[UUID, NotReminded]:
    reasons = {id: each.reason for each in due if each.reason for id in each.item.occurrence_ids}
    for each in over:
        reasons |= dict.fromkeys(each.item.occurrence_ids, NotReminded.OVER_BUDGET)
    return reasons
