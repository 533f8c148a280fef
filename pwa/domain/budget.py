"""How many reminders a day may bring, and which come first when there are too many."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from pwa.domain import healing
from pwa.domain.care_plan import CarePlan
from pwa.domain.healing import Said
from pwa.domain.protocol import FactName, StepKind

FIRST_DAYS, FIRST_DAYS_BUDGET = 3, 6
HEALING_BUDGET = 4
QUIET_BUDGET = 2  # before the treatment and after the skin has closed

PRIORITY = {
    StepKind.MEDICINE: 0,
    StepKind.CHECK_IN: 1,
    StepKind.VISIT: 1,
    StepKind.SKIN_CHECK: 1,
    StepKind.WOUND_CARE: 3,
    StepKind.COOLING: 3,
    StepKind.SUN: 4,
    StepKind.SUNSCREEN: 4,
    StepKind.COMFORT: 5,
    StepKind.PREPARE: 5,
}
STRICT_SUN_PRIORITY = 2  # the day's first: four rounds of wound care must not crowd it out


def daily_budget(plans: Sequence[CarePlan], day: date, said: Said) -> int:
    """The most reminders a local day may bring: the largest of what its plans allow."""
    return max((_budget_of(plan, plan.day_number(day), said) for plan in plans), default=0)


def _budget_of(plan: CarePlan, day_number: int, said: Said) -> int:
    if day_number < 0 or day_number > plan.protocol.last_day:
        return QUIET_BUDGET
    if day_number <= FIRST_DAYS:
        return FIRST_DAYS_BUDGET
    return QUIET_BUDGET if _has_healed(plan, day_number, said) else HEALING_BUDGET


def _has_healed(plan: CarePlan, day_number: int, said: Said) -> bool:
    if said.about(plan.id, FactName.SKIN_CLOSED) is not None:
        return healing.skin_is_closed(plan, day_number, said)
    # Where the skin stays whole nobody is asked whether it closed; the usual days stand in.
    return healing.skin_is_closed(plan, day_number, said) and day_number > plan.protocol.heal_days.max
