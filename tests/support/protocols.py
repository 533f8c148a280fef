"""Small protocols written by hand, and care plans made from them, for tests of the domain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import count
from uuid import UUID
from zoneinfo import ZoneInfo

from pwa.domain.agenda import Agenda, Place, Preferences, QuietHours, Settled, compose
from pwa.domain.care_plan import CarePlan, CarePlanStatus, Fact, instantiate
from pwa.domain.days import DayPattern, DaySpan
from pwa.domain.opening_hours import OpeningHours, parse
from pwa.domain.protocol import (
    Anchor,
    Area,
    FactName,
    Gate,
    HealDays,
    Phase,
    PhaseSpan,
    Protocol,
    QuietPolicy,
    Step,
    StepKind,
    TimeOfDay,
)
from pwa.protocols.document import ProtocolDocument
from pwa.protocols.loader import load_seed

LONDON = ZoneInfo("Europe/London")
LONDON_PLACE = Place(51.5, -0.1)
WEEKDAYS_NINE_TO_FIVE = parse("Mon-Fri 09:00-17:30; Sat 09:00-13:00", LONDON)
PREFERENCES = Preferences(LONDON)
HOUR = timedelta(hours=1)


def at(hours: float) -> TimeOfDay:
    """A plain clock time."""
    return TimeOfDay(Anchor.MIDNIGHT, timedelta(hours=hours))


def from_anchor(anchor: Anchor, hours: float = 0) -> TimeOfDay:
    """A time counted from an anchor."""
    return TimeOfDay(anchor, timedelta(hours=hours))


def days(first: int, last: int, every: int = 1, on: tuple[int, ...] = ()) -> DayPattern:
    """A day pattern, short."""
    return DayPattern(DaySpan(first, last), every, on)


SUN_BEFORE = Step("sun_before", StepKind.SUN, days(-42, -1), (from_anchor(Anchor.WAKE, 0.5),), 6 * HOUR, "t")
SUN_STRICT = Step(
    "sun_strict",
    StepKind.SUN,
    days(0, 14),
    (from_anchor(Anchor.WAKE, 0.5), from_anchor(Anchor.NOON, -1)),
    4 * HOUR,
    "sun_strict",
    strict=True,
)
SUN_PROTECT = replace(SUN_STRICT, id="sun_protect", days=days(15, 180), strict=False, text_id="sun_protect")
SUNSCREEN_ON_CLOSED_SKIN = Step(
    "sunscreen",
    StepKind.SUNSCREEN,
    days(7, 180),
    (from_anchor(Anchor.WAKE, 0.5), from_anchor(Anchor.WAKE, 2.5), from_anchor(Anchor.WAKE, 4.5)),
    2 * HOUR,
    "sunscreen",
    gate=Gate.NEEDS_FACT,
    fact=FactName.SKIN_CLOSED,
)
CLEANSE = Step(
    "cleanse",
    StepKind.WOUND_CARE,
    days(0, 9),
    (at(8), at(12), at(16), at(20)),
    2 * HOUR,
    "cleanse",
    gate=Gate.UNTIL_FACT,
    fact=FactName.SKIN_CLOSED,
)
COOLING = Step(
    "cool",
    StepKind.COOLING,
    days(0, 2),
    (from_anchor(Anchor.TREATED, 1), from_anchor(Anchor.TREATED, 3)),
    HOUR,
    "cool",
    timer=timedelta(minutes=10),
)
HEAD_UP = Step(
    "head_up",
    StepKind.COMFORT,
    days(0, 4),
    (from_anchor(Anchor.BED, 2),),
    HOUR,
    "head_up",
    quiet=QuietPolicy.SHIFT,
)
CHECK_IN = Step(
    "check_in", StepKind.CHECK_IN, days(0, 14), (from_anchor(Anchor.CHECK_IN),), 6 * HOUR, "check_in"
)
ANTIVIRAL = Step(
    "antiviral",
    StepKind.MEDICINE,
    days(-1, 10),
    (at(7), at(22)),
    3 * HOUR,
    "antiviral",
    quiet=QuietPolicy.DELIVER,
    only_if_prescribed="antiviral",
)
FOLLOW_UP = Step("follow_up", StepKind.VISIT, days(0, 180, on=(7, 30, 90)), (at(9),), 8 * HOUR, "follow_up")


def protocol(procedure: str, steps: Sequence[Step], last_day: int = 180, **changes: object) -> Protocol:
    """A protocol of these steps."""
    made = Protocol(
        procedure=procedure,
        version="1",
        content_hash=procedure,
        name_text_id="name",
        variants=(),
        areas=(),
        heal_days=HealDays(5, 9, 14),
        delayed_healing_flag_day=14,
        last_day=last_day,
        phases=(PhaseSpan(Phase.ACUTE, DaySpan(0, last_day), (), ()),),
        steps=tuple(steps),
        restrictions=(),
        cards=(),
        courses=(),
        closing_text_id="closing",
        texts={},
    )
    return replace(made, **changes)  # type: ignore[arg-type]  # named fields of mixed types


DEEP = protocol(
    "deep",
    [
        SUN_BEFORE,
        SUN_STRICT,
        SUN_PROTECT,
        SUNSCREEN_ON_CLOSED_SKIN,
        CLEANSE,
        COOLING,
        HEAD_UP,
        CHECK_IN,
        ANTIVIRAL,
        FOLLOW_UP,
    ],
)
LIGHT = protocol(
    "light",
    [
        replace(SUN_PROTECT, days=days(0, 42)),
        replace(SUNSCREEN_ON_CLOSED_SKIN, days=days(0, 42), gate=Gate.NOT_OPEN),
        replace(CLEANSE, days=days(0, 3), times=(at(8.5), at(20)), gate=Gate.ALWAYS),
        replace(COOLING, days=days(0, 0), timer=timedelta(minutes=5)),
        replace(CHECK_IN, days=days(0, 7)),
    ],
    last_day=42,
)


def ids(start: int = 1) -> count[int]:
    """Numbers to make ids of."""
    return count(start)


def plan_of(
    made_of: Protocol,
    treated_at: datetime,
    number: int = 1,
    area: Area | None = None,
    variant: str | None = None,
    prescribed: frozenset[str] = frozenset(),
    zone: ZoneInfo = LONDON,
) -> CarePlan:
    """An active care plan of a protocol; `number` tells plans apart."""
    plan_id = UUID(int=number)
    numbers = ids(number * 1000)
    treated_on = treated_at.astimezone(zone).date()
    return CarePlan(
        id=plan_id,
        status=CarePlanStatus.ACTIVE,
        protocol=made_of,
        variant=variant,
        area=area,
        treated_at=treated_at,
        treated_on=treated_on,
        tasks=instantiate(
            made_of, plan_id, treated_on, variant, area, prescribed, lambda: UUID(int=next(numbers))
        ),
    )


def closed(plan: CarePlan, value: bool = True, day: date | None = None) -> Fact:
    """Somebody said whether the skin has closed."""
    said = datetime.combine(day, time(12), UTC) if day else plan.treated_at
    return Fact(plan.id, FactName.SKIN_CLOSED, value, said)


def agenda_on(
    day: date,
    *plans: CarePlan,
    facts: Sequence[Fact] = (),
    settled: Settled | None = None,
    preferences: Preferences = PREFERENCES,
    place: Place = LONDON_PLACE,
    hours: OpeningHours = WEEKDAYS_NINE_TO_FIVE,
    since: datetime | None = None,
) -> Agenda:
    """Compose with the London defaults."""
    return compose(plans, facts, preferences, place, day, settled or Settled(), hours, since)


def quiet(start: str, end: str) -> QuietHours:
    """Quiet hours from "21:30" to "07:30"."""
    return QuietHours(time.fromisoformat(start), time.fromisoformat(end))


def local_times(agenda: Agenda, zone: ZoneInfo = LONDON) -> list[str]:
    """The wall-clock times of an agenda's reminders."""
    return [entry.due_at.astimezone(zone).strftime("%H:%M") for entry in agenda.entries]


@cache
def seed() -> tuple[ProtocolDocument, ...]:
    """The packaged protocols, read once."""
    return load_seed()
