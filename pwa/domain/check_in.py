"""Check-ins among the day's other care: asked with a wash where one is near enough, and asked once.

All of it is reckoned from what the day asks for before anything is done, put off or sent, so that none of
these moves a check-in.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from pwa.domain import merging
from pwa.domain.agenda_item import placed_items
from pwa.domain.healing import is_asked_on
from pwa.domain.occurrence import Circumstances, Occurrence
from pwa.domain.opening_hours import check_in_times, closed_days_before
from pwa.domain.protocol import Anchor, StepKind
from pwa.domain.quiet_hours import is_quiet

QUESTIONS = frozenset({StepKind.CHECK_IN, StepKind.SKIN_CHECK})
# Open skin is washed every four hours. So the wash before is never further away than this, and where it
# is more than two hours away the one after is nearer. An earlier answer costs the clinic nothing; a later
# one costs it time.
MOST_SOONER = timedelta(hours=4)
MOST_LATER = timedelta(hours=2)


def asked_with_care(occurrences: Sequence[Occurrence], given: Circumstances) -> tuple[Occurrence, ...]:
    """The day's occurrences, each question about the skin at the hour of a wash where one is near enough.

    Whoever washes the skin looks at it, and one reminder leaves room in the day's budget for another.
    """
    if not any(_may_move(each) for each in occurrences):
        return tuple(occurrences)
    washes = _washes(occurrences, given)
    return tuple(_with_a_wash(each, washes, given) if _may_move(each) else each for each in occurrences)


def _may_move(occurrence: Occurrence) -> bool:
    """Whether it is counted from the clinic's own time; the extra one of an evening stays there."""
    times = occurrence.step.times
    counted_from_clinic = occurrence.slot < len(times) and times[occurrence.slot].anchor is Anchor.CHECK_IN
    return occurrence.step.kind in QUESTIONS and counted_from_clinic


def _washes(occurrences: Iterable[Occurrence], given: Circumstances) -> list[datetime]:
    """When the day's wound care is reminded of, outside quiet hours."""
    care = [each for each in occurrences if each.step.kind is StepKind.WOUND_CARE]
    quiet, zone = given.preferences.quiet, given.preferences.zone
    placed = placed_items(merging.merged(care, None), given, None)
    reminded = (each.item.due_at for each in placed if each.reason is None)
    return [at for at in reminded if not is_quiet(quiet, zone, at)]


def _with_a_wash(question: Occurrence, washes: Iterable[datetime], given: Circumstances) -> Occurrence:
    """The question at the nearest wash that it may come with, of two as near the earlier; useful as long."""
    near = [at for at in washes if _may_come_at(at, question, given)]
    nearest = min(near, key=lambda at: (abs(at - question.due_at), at), default=question.due_at)
    return replace(question, due_at=nearest)


def _may_come_at(at: datetime, question: Occurrence, given: Circumstances) -> bool:
    treated_at = question.plan.treated_at if given.day == question.plan.treated_on else None
    clinic = check_in_times(given.hours, given.day, treated_at)
    is_near = question.due_at - MOST_SOONER <= at <= question.due_at + MOST_LATER
    is_after_treatment = question.not_before is None or at >= question.not_before
    return is_near and is_after_treatment and at < question.useful_until and clinic.inside(at) == at


def asked_once(occurrences: Sequence[Occurrence], given: Circumstances) -> tuple[Occurrence, ...]:
    """The occurrences without a question that comes at the same time as another of its plan.

    Closed days bring them together: the day's own stands, and of two that waited the later asked for.
    """
    questions = [each for each in occurrences if each.step.kind in QUESTIONS]
    stands: dict[object, Occurrence] = {}
    for each in sorted(questions, key=lambda each: (_days_waited(each, given), each.step.id, each.slot)):
        stands.setdefault((_asks_for(each), each.due_at), each)
    superseded = [each for each in questions if stands[_asks_for(each), each.due_at] is not each]
    if not superseded:
        return tuple(occurrences)
    return tuple(_renumbered(each, superseded) for each in occurrences if each not in superseded)


def _asks_for(question: Occurrence) -> object:
    return question.step.kind, question.source


def _days_waited(question: Occurrence, given: Circumstances) -> int:
    """For how many days the clinic was closed to it; 0 for what the day itself asks."""
    plan = question.plan
    days = (given.day, *closed_days_before(given.hours, given.day))
    asked = (is_asked_on(question.step, plan.day_number(day), plan.protocol.last_day) for day in days)
    return next((waited for waited, was_asked in enumerate(asked) if was_asked), len(days))


def _renumbered(occurrence: Occurrence, superseded: Iterable[Occurrence]) -> Occurrence:
    """With its place among those of its kind that are left, by which overlapping plans merge."""
    same = [each for each in superseded if _asks_for(each) == _asks_for(occurrence)]
    before = sum(each.rank < occurrence.rank for each in same)
    return replace(occurrence, rank=occurrence.rank - before)
