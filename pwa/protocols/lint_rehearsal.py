"""Linting by rehearsal: whole plans composed day by day, looking for what only then shows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from pwa.domain.agenda import Agenda, AgendaItem, NotReminded, Place
from pwa.domain.opening_hours import OpeningHours, is_open, parse
from pwa.domain.protocol import Protocol, StepKind
from pwa.protocols.findings import Finding, error
from pwa.protocols.simulator import Case, rehearse

ZONE = ZoneInfo("Asia/Singapore")
STRONG_SUN = Place(1.5, 104.0)  # no reminder is left out for low sun here
USUAL_HOURS = parse("Mon-Fri 09:00-17:30", ZONE)
# The extra check-in before a closed day belongs to the clinic's hours, not to the protocol's budget.
OPEN_EVERY_DAY = parse("Mon-Sun 09:00-17:30", ZONE)
TREATED_AT = datetime(2026, 3, 2, 10, tzinfo=ZONE)  # a Monday
ASKED_WHILE_OPEN = frozenset({StepKind.CHECK_IN, StepKind.SKIN_CHECK})


def rehearsal_findings(protocol: Protocol) -> Iterator[Finding]:
    """Reminders over the day's budget, and check-ins that come while the clinic is closed."""
    paths = {step.id: f"steps[{number}]" for number, step in enumerate(protocol.steps)}
    found: dict[tuple[str, str], list[int]] = defaultdict(list)
    for variant in (None, *protocol.variants):
        for agenda in _agendas(protocol, variant, OPEN_EVERY_DAY):
            for item in _over_budget(agenda):
                found[item.step_id, "its reminder is over the day's budget"].append(item.day_number)
        for agenda in _agendas(protocol, variant, USUAL_HOURS):
            for item in _while_closed(agenda):
                found[item.step_id, "it asks while the clinic is closed"].append(item.day_number)
    for (step_id, message), days in found.items():
        yield error(f"{paths[step_id]}.times", f"{message} on {_days(sorted(set(days)))}")


def _agendas(protocol: Protocol, variant: str | None, hours: OpeningHours) -> Iterator[Agenda]:
    first = protocol.phases[0].span.first
    everything = frozenset(step.only_if_prescribed for step in protocol.steps if step.only_if_prescribed)
    case = Case(TREATED_AT, ZONE, hours, STRONG_SUN, variant=variant, prescribed=everything)
    return rehearse(protocol, case, protocol.last_day + 1 - first, first)


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
