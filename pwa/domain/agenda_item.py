"""Agenda items: one thing to do, at the time its reminder may come."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from pwa.domain import sun
from pwa.domain.budget import PRIORITY, STRICT_SUN_PRIORITY
from pwa.domain.merging import Bundle
from pwa.domain.occurrence import Circumstances
from pwa.domain.preferences import Preferences
from pwa.domain.protocol import QuietPolicy, StepKind
from pwa.domain.quiet_hours import is_quiet, quiet_ends, quiet_starts, shifted
from pwa.domain.sun import SunAdvice, SunStrength

SUN_KINDS = frozenset({StepKind.SUN, StepKind.SUNSCREEN})
MOST_INSISTENT_FIRST = (QuietPolicy.DELIVER, QuietPolicy.SHIFT, QuietPolicy.DROP)


class NotReminded(StrEnum):
    """Why something due today makes no reminder; it still stands on Today."""

    QUIET_HOURS = "quiet_hours"
    OVER_BUDGET = "over_budget"
    LOW_SUN = "low_sun"
    TOO_LATE = "too_late"  # its useful time is over, or it was put off past it


@dataclass(frozen=True, slots=True)
class AgendaItem:
    """One thing to do: an occurrence, or the same kind from overlapping plans merged into one.

    `occurrence_ids`, `care_plan_ids`, `step_ids` and `text_ids` go together, the strictest rule's first;
    `step_id` and `text_id` are those first ones.
    """

    occurrence_ids: tuple[UUID, ...]
    care_plan_ids: tuple[UUID, ...]
    kind: StepKind
    step_id: str
    text_id: str
    nominal_day: date
    day_number: int
    slot: int
    due_at: datetime
    useful_until: datetime
    snooze: int = 0
    sun: SunAdvice | None = None
    strict: bool = False  # of a sun item: no sun at all, not only protection
    step_ids: tuple[str, ...] = ()
    text_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Placed:
    """A bundle's item at the time it would be reminded of, or why it is not."""

    item: AgendaItem
    not_before: datetime | None
    priority: int
    extra: bool = False  # only a second check-in: it costs nothing of the day's budget
    reason: NotReminded | None = None


def placed_items(bundles: Iterable[Bundle], given: Circumstances, since: datetime | None) -> list[Placed]:
    """Each bundle as an item outside quiet hours, by due time."""
    placed = (_judged(bundle, given, since) for bundle in bundles)
    return sorted(
        placed,
        key=lambda each: (
            each.item.due_at,
            PRIORITY[each.item.kind],
            each.item.step_id,
            each.item.occurrence_ids[0],
        ),
    )


def _judged(bundle: Bundle, given: Circumstances, since: datetime | None) -> Placed:
    """Place a bundle's item outside quiet hours and say whether it makes a reminder."""
    item = _item_of(bundle, given)
    repeats = bundle[0].repeats if item.strict else all(each.repeats for each in bundle)
    priority = STRICT_SUN_PRIORITY if item.strict and not repeats else PRIORITY[item.kind]
    floors = [each.not_before for each in bundle if each.not_before is not None]
    placed = Placed(item, max(floors, default=None), priority, all(each.extra for each in bundle))
    if item.sun is not None and _sun_is_low(item, item.sun, repeats):
        return replace(placed, reason=NotReminded.LOW_SUN)
    if _policy_of(bundle) is not QuietPolicy.DELIVER:
        placed = _outside_quiet_hours(placed, bundle, given.preferences)
    placed = _while_it_has_meaning(placed, bundle)
    if placed.reason is None and _is_too_late(placed.item, since):
        return replace(placed, reason=NotReminded.TOO_LATE)
    return placed


def _item_of(bundle: Bundle, given: Circumstances) -> AgendaItem:
    lead = bundle[0]
    preferences = given.preferences
    is_sun = lead.step.kind in SUN_KINDS
    return AgendaItem(
        occurrence_ids=tuple(each.id for each in bundle),
        care_plan_ids=tuple(each.plan.id for each in bundle),
        kind=lead.step.kind,
        step_id=lead.step.id,
        text_id=lead.step.text_id,
        nominal_day=lead.nominal_day,
        day_number=lead.day_number,
        slot=lead.slot,
        due_at=min(each.due_at for each in bundle),
        useful_until=max(each.useful_until for each in bundle),
        snooze=lead.snooze,
        sun=sun.advice(given.place, given.day, preferences.zone) if is_sun else None,
        strict=lead.step.strict and lead.step.kind is StepKind.SUN,
        step_ids=tuple(each.step.id for each in bundle),
        text_ids=tuple(each.step.text_id for each in bundle),
    )


def _sun_is_low(item: AgendaItem, advice: SunAdvice, repeats: bool) -> bool:
    """Low sun quietens repeats, a polar night all but strict avoidance; what was asked for "later" comes."""
    if advice.strength is not SunStrength.QUIET or item.snooze > 0:
        return False
    return repeats or (advice.polar_night and not item.strict)


def _policy_of(bundle: Bundle) -> QuietPolicy:
    policies = {each.step.quiet for each in bundle}
    return next(policy for policy in MOST_INSISTENT_FIRST if policy in policies)


def _outside_quiet_hours(placed: Placed, bundle: Bundle, preferences: Preferences) -> Placed:
    item, quiet, zone = placed.item, preferences.quiet, preferences.zone
    if is_quiet(quiet, zone, item.due_at):
        moved = None if _policy_of(bundle) is QuietPolicy.DROP else _moved(item, bundle, preferences)
        if moved is None or (placed.not_before is not None and moved.due_at < placed.not_before):
            return replace(placed, reason=NotReminded.QUIET_HOURS)
        item = moved
    # A send that is tried again must not run into the night.
    quiet_from = quiet_starts(quiet, zone, item.due_at)
    until = item.useful_until if quiet_from is None else min(item.useful_until, quiet_from)
    return replace(placed, item=replace(item, useful_until=until))


def _while_it_has_meaning(placed: Placed, bundle: Bundle) -> Placed:
    ends = [each.not_after for each in bundle if each.not_after is not None]
    if len(ends) < len(bundle):
        return placed
    return replace(placed, item=replace(placed.item, useful_until=min(placed.item.useful_until, max(ends))))


def _moved(item: AgendaItem, bundle: Bundle, preferences: Preferences) -> AgendaItem | None:
    """The item at the edge of the quiet hours, useful as long from there; None if it cannot move."""
    quiet, zone = preferences.quiet, preferences.zone
    due = shifted(quiet, zone, item.due_at)
    if item.snooze == 0:
        window = item.useful_until - item.due_at
        return None if due is None else replace(item, due_at=due, useful_until=due + window)
    # "Later" never comes earlier than the tap that asked for it.
    asked = bundle[0].snoozed_at
    if due is not None and due < item.due_at and (asked is None or due <= asked):
        due = quiet_ends(quiet, zone, item.due_at)
    if due is None or due >= item.useful_until:
        return None
    return replace(item, due_at=due)


def _is_too_late(item: AgendaItem, since: datetime | None) -> bool:
    return item.useful_until <= item.due_at or (since is not None and item.useful_until <= since)
