"""Linting by rehearsal: whole plans composed day by day, looking for what only then shows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from pwa.domain.agenda import Agenda, AgendaItem, NotReminded, Place
from pwa.domain.opening_hours import is_open, parse
from pwa.domain.protocol import Protocol, StepKind
from pwa.protocols.findings import Finding, error
from pwa.protocols.simulator import LONGEST, Case, rehearse

ZONE = ZoneInfo("Asia/Singapore")
STRONG_SUN = Place(1.5, 104.0)  # no reminder is left out for low sun here
USUAL_HOURS = parse("Mon-Fri 09:00-17:30", ZONE)
MONDAY = datetime(2026, 3, 2, 10, tzinfo=ZONE)
# Closed days move what waits for the clinic, and they fall elsewhere for each day of treatment.
TREATED_AT = tuple(MONDAY + timedelta(days=weekday) for weekday in range(7))
ASKED_WHILE_OPEN = frozenset({StepKind.CHECK_IN, StepKind.SKIN_CHECK})


def rehearsal_findings(protocol: Protocol) -> Iterator[Finding]:
    """Reminders over the day's budget, check-ins while the clinic is closed, steps that never come."""
    paths = {step.id: f"steps[{number}]" for number, step in enumerate(protocol.steps)}
    found: dict[tuple[str, str], set[int]] = defaultdict(set)
    came: set[str] = set()
    for case in _cases(protocol):
        for agenda in _agendas(protocol, case):
            came.update(_steps_in(agenda))
            for item in _over_budget(agenda):
                found[item.step_id, "its reminder is over the day's budget"].add(item.day_number)
            for item in _while_closed(agenda):
                found[item.step_id, "it asks while the clinic is closed"].add(item.day_number)
    for (step_id, message), days in found.items():
        yield error(f"{paths[step_id]}.times", f"{message} on {_days(sorted(days))}")
    for step in protocol.steps:
        if step.id not in came:
            yield error(paths[step.id], "never comes: no rehearsed plan has it on any day")


def _cases(protocol: Protocol) -> Iterator[Case]:
    """Those who heal in time, treated on each day of the week, and one of whom nobody says so."""
    for variant in (None, *protocol.variants):
        for treated_at in TREATED_AT:
            yield _case(protocol, variant, treated_at)
    yield replace(_case(protocol, None, MONDAY), healed_day=LONGEST)


def _case(protocol: Protocol, variant: str | None, treated_at: datetime) -> Case:
    everything = frozenset(step.only_if_prescribed for step in protocol.steps if step.only_if_prescribed)
    return Case(treated_at, ZONE, USUAL_HOURS, STRONG_SUN, variant=variant, prescribed=everything)


def _agendas(protocol: Protocol, case: Case) -> Iterator[Agenda]:
    first = protocol.phases[0].span.first
    return rehearse(protocol, case, protocol.last_day + 1 - first, first)


def _steps_in(agenda: Agenda) -> set[str]:
    return {step_id for item in agenda.items for step_id in item.step_ids}


def _over_budget(agenda: Agenda) -> Iterator[AgendaItem]:
    for item in agenda.items:
        if agenda.not_reminded.get(item.occurrence_ids[0]) is NotReminded.OVER_BUDGET:
            yield item


def _while_closed(agenda: Agenda) -> Iterator[AgendaItem]:
    for item in agenda.items:
        if item.kind in ASKED_WHILE_OPEN and not is_open(USUAL_HOURS, item.due_at):
            yield item


def _days(days: list[int]) -> str:
    return f"day {days[0]}" if len(days) == 1 else f"{len(days)} days, the first of them day {days[0]}"
