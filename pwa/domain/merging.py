"""Overlapping plans: the same kind of care asked by several of them becomes one, by the strictest rule."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from pwa.domain import healing
from pwa.domain.care_plan import CarePlan
from pwa.domain.healing import Said
from pwa.domain.occurrence import Occurrence
from pwa.domain.protocol import StepKind

# The first of one plan's day belongs with the first of another's, whatever their hours.
COUNTED_KINDS = frozenset(
    {StepKind.SUN, StepKind.SUNSCREEN, StepKind.CHECK_IN, StepKind.SKIN_CHECK, StepKind.VISIT}
)
# One text must not stand in for another here: washing is not ointment, one tablet is not another.
OWN_TEXT_KINDS = frozenset({StepKind.WOUND_CARE, StepKind.COMFORT, StepKind.PREPARE, StepKind.MEDICINE})
TOGETHER = timedelta(minutes=60)
LONG_AGO = 10**6
ALWAYS = datetime.min.replace(tzinfo=UTC)

Bundle = tuple[Occurrence, ...]  # never empty; the strictest rule first


def without_forbidden_sunscreen(
    occurrences: Iterable[Occurrence], plans: Sequence[CarePlan], said: Said
) -> tuple[Occurrence, ...]:
    """Drop sunscreen that any of the plans forbids on skin it may share."""
    return tuple(each for each in occurrences if not _is_forbidden_sunscreen(each, plans, said))


def _is_forbidden_sunscreen(occurrence: Occurrence, plans: Sequence[CarePlan], said: Said) -> bool:
    return occurrence.step.kind is StepKind.SUNSCREEN and any(
        healing.areas_overlap(occurrence.plan.area, plan.area)
        and healing.forbids_sunscreen(plan, plan.day_number(occurrence.nominal_day), said)
        for plan in plans
    )


def strict_sun_from(occurrences: Iterable[Occurrence]) -> datetime | None:
    """From when on a day some plan asks for no sun at all; None when none does."""
    strict = [each for each in occurrences if each.step.kind is StepKind.SUN and each.step.strict]
    return min((each.not_before or ALWAYS for each in strict), default=None)


def merged(occurrences: Iterable[Occurrence], strict_from: datetime | None) -> tuple[Bundle, ...]:
    """Bundle what can be done at once. Every occurrence is in at most one bundle.

    Under strict avoidance no plan speaks of mere protection: it joins the nearest strict sun step, or is
    left out when that one has already been dealt with.
    """
    bundles: list[list[Occurrence]] = []
    protections: list[Occurrence] = []
    for each in sorted(occurrences, key=_by_time):
        if _is_overruled(each, strict_from):
            protections.append(each)
        else:
            _join(each, bundles)
    for each in protections:
        _join_nearest_strict(each, bundles)
    return tuple(tuple(sorted(bundle, key=_by_strictness)) for bundle in bundles)


def _is_overruled(occurrence: Occurrence, strict_from: datetime | None) -> bool:
    is_protection = occurrence.step.kind is StepKind.SUN and not occurrence.step.strict
    return is_protection and strict_from is not None and occurrence.due_at >= strict_from


def _join(occurrence: Occurrence, bundles: list[list[Occurrence]]) -> None:
    for bundle in bundles:
        if _belongs(occurrence, bundle):
            bundle.append(occurrence)
            return
    bundles.append([occurrence])


def _join_nearest_strict(occurrence: Occurrence, bundles: list[list[Occurrence]]) -> None:
    strict = [
        bundle
        for bundle in bundles
        if bundle[0].step.strict
        and bundle[0].snooze == occurrence.snooze
        and not any(_precedes(occurrence, other) for other in bundle)
    ]
    if strict:
        min(strict, key=lambda bundle: abs(bundle[0].due_at - occurrence.due_at)).append(occurrence)


def _belongs(occurrence: Occurrence, bundle: list[Occurrence]) -> bool:
    first = bundle[0]
    kind = occurrence.step.kind
    if kind is not first.step.kind or occurrence.snooze != first.snooze:
        return False
    if kind in OWN_TEXT_KINDS and occurrence.step.id != first.step.id:
        return False
    if not all(_may_double(occurrence, other) for other in bundle):
        return False
    if kind in COUNTED_KINDS:
        return occurrence.rank == first.rank
    return occurrence.due_at - first.due_at <= TOGETHER


def _may_double(one: Occurrence, other: Occurrence) -> bool:
    if _precedes(one, other) or _precedes(other, one):
        return False
    (plan, variants), (other_plan, other_variants) = one.source, other.source
    if plan != other_plan:
        return True
    return bool(variants and other_variants) and variants != other_variants


def _precedes(one: Occurrence, other: Occurrence) -> bool:
    """Whether one is due before the other's treatment, so that together they would come too early."""
    return other.not_before is not None and one.due_at < other.not_before


def _by_time(occurrence: Occurrence) -> tuple[object, ...]:
    return occurrence.due_at, occurrence.step.kind, occurrence.step.id, occurrence.id


def _by_strictness(occurrence: Occurrence) -> tuple[object, ...]:
    step = occurrence.step
    # A younger wound is the more careful one.
    age = occurrence.day_number if occurrence.day_number >= 0 else LONG_AGO
    shortest = step.timer or timedelta.max
    return not step.strict, shortest, occurrence.due_at, age, occurrence.plan.id, occurrence.id
