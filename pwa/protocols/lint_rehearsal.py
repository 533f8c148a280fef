"""Linting by rehearsal: whole plans composed day by day, looking for what only then shows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from pwa.domain.agenda import Agenda, AgendaItem, NotReminded, Place
from pwa.domain.opening_hours import OpeningHours, is_open, parse
from pwa.domain.preferences import AT_NIGHT, Preferences
from pwa.domain.protocol import Protocol, StepKind
from pwa.domain.quiet_hours import QuietHours
from pwa.protocols.findings import Finding, error
from pwa.protocols.simulator import LONGEST, Case, rehearse

ZONE = ZoneInfo("Asia/Singapore")
STRONG_SUN = Place(1.5, 104.0)  # no reminder is left out for low sun here
USUAL_HOURS = parse("Mon-Fri 09:00-17:30", ZONE)
MONDAY = datetime(2026, 3, 2, 10, tzinfo=ZONE)
# Closed days move what waits for the clinic, and they fall elsewhere for each day of treatment.
TREATED_AT = tuple(MONDAY + timedelta(days=weekday) for weekday in range(7))
# Each waking hour and each clinic's hours; every one with every other would take twice as long. 07:00 with
# 08:00-14:00 has no place here: no wash of that day leaves the clinic its four hours, so the check-in takes a
# reminder for itself, and no protocol can help it.
OTHER_HOURS = (
    (time(6), "Mon-Fri 08:00-14:00"),
    (time(7), "Mon-Fri 09:00-17:30"),
    (time(7), "Mon-Sat 10:00-18:00"),
    (time(8), "Mon-Fri 08:00-14:00"),
    (time(9), "Mon-Fri 09:00-17:30"),
    (time(9), "Mon-Fri 08:00-14:00"),
    (time(10), "Mon-Sat 10:00-18:00"),
)
FORTNIGHT = 14  # days after the longest healing: the first weekly check-ins and the monthly look are in it
ASKED_WHILE_OPEN = frozenset({StepKind.CHECK_IN, StepKind.SKIN_CHECK})

Faults = dict[tuple[str, str], set[int]]  # step id, message -> day numbers


def rehearsal_findings(protocol: Protocol) -> Iterator[Finding]:
    """Reminders over the day's budget, check-ins while the clinic is closed, steps that never come."""
    paths = {step.id: f"steps[{number}]" for number, step in enumerate(protocol.steps)}
    came: set[str] = set()
    known: set[tuple[str, str]] = set()
    for where, rehearsals in (("", _usual(protocol)), *_at_other_hours(protocol)):
        faults = _faults(rehearsals, came)
        for (step_id, message), days in faults.items():
            if (step_id, message) not in known:
                yield error(f"{paths[step_id]}.times", f"{message} on {_days(sorted(days))}{where}")
        known |= faults.keys()
    for step in protocol.steps:
        if step.id not in came:
            yield error(paths[step.id], "never comes: no rehearsed plan has it on any day")


def _faults(rehearsals: Iterable[tuple[Case, Agenda]], came: set[str]) -> Faults:
    """What goes wrong on which days; adds the steps that come to `came`."""
    found: Faults = defaultdict(set)
    for case, agenda in rehearsals:
        came.update(_steps_in(agenda))
        for item in _over_budget(agenda):
            found[item.step_id, "its reminder is over the day's budget"].add(item.day_number)
        for item in _while_closed(agenda, case.hours):
            found[item.step_id, "it asks while the clinic is closed"].add(item.day_number)
    return found


def _usual(protocol: Protocol) -> Iterator[tuple[Case, Agenda]]:
    """The whole plan of those who heal in time, treated on each weekday, and of one who never says so."""
    first = protocol.phases[0].span.first
    for variant in (None, *protocol.variants):
        for treated_at in TREATED_AT:
            yield from _agendas(protocol, _case(protocol, variant, treated_at), first, protocol.last_day)
    unhealed = replace(_case(protocol, None, MONDAY), healed_day=LONGEST)
    yield from _agendas(protocol, unhealed, first, protocol.last_day)


def _at_other_hours(protocol: Protocol) -> Iterator[tuple[str, Iterator[tuple[Case, Agenda]]]]:
    """The days of healing for others, each treated on another weekday."""
    for number, (wake, opening) in enumerate(OTHER_HOURS):
        where = f" for someone who wakes at {wake:%H:%M}, with a clinic open {opening}"
        yield where, _healing(protocol, wake, opening, TREATED_AT[number % 7])


def _healing(
    protocol: Protocol, wake: time, opening: str, treated_at: datetime
) -> Iterator[tuple[Case, Agenda]]:
    """One whose skin stays open, and from its closing on one who heals in time."""
    # Quiet hours that outlast the sleep put all of the morning off but medicine.
    quiet = QuietHours(AT_NIGHT.start, min(wake, AT_NIGHT.end))
    heals = replace(
        _case(protocol, None, treated_at),
        hours=parse(opening, ZONE),
        preferences=Preferences(ZONE, wake, quiet),
    )
    last = min(protocol.heal_days.max + FORTNIGHT, protocol.last_day)
    yield from _agendas(protocol, replace(heals, healed_day=LONGEST), 0, last)
    yield from _agendas(protocol, heals, min(protocol.heal_days.typical, last), last)


def _case(protocol: Protocol, variant: str | None, treated_at: datetime) -> Case:
    everything = frozenset(step.only_if_prescribed for step in protocol.steps if step.only_if_prescribed)
    return Case(treated_at, ZONE, USUAL_HOURS, STRONG_SUN, variant=variant, prescribed=everything)


def _agendas(protocol: Protocol, case: Case, first: int, last: int) -> Iterator[tuple[Case, Agenda]]:
    for agenda in rehearse(protocol, case, last + 1 - first, first):
        yield case, agenda


def _steps_in(agenda: Agenda) -> set[str]:
    return {step_id for item in agenda.items for step_id in item.step_ids}


def _over_budget(agenda: Agenda) -> Iterator[AgendaItem]:
    for item in agenda.items:
        if agenda.not_reminded.get(item.occurrence_ids[0]) is NotReminded.OVER_BUDGET:
            yield item


def _while_closed(agenda: Agenda, hours: OpeningHours) -> Iterator[AgendaItem]:
    for item in agenda.items:
        if item.kind in ASKED_WHILE_OPEN and not is_open(hours, item.due_at):
            yield item


def _days(days: list[int]) -> str:
    return f"day {days[0]}" if len(days) == 1 else f"{len(days)} days, the first of them day {days[0]}"
