"""A care plan as the phone shows it: what to expect, when one may, what to answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from pwa.domain.care_plan import CarePlan, Fact, step_of, task_on
from pwa.domain.clinic import Clinic, TriageMode
from pwa.domain.opening_hours import OpeningHours, next_open_day
from pwa.domain.protocol import Area, FactQuestion, Restriction, StepKind, Words
from pwa.domain.rules import Risk
from pwa.protocols.rule_sets import rule_set_json, rule_set_of
from pwa.services.bundle.shapes import (
    CardPart,
    CheckInPart,
    ExpectedPart,
    FactPart,
    PhasePart,
    PlanPart,
    RestrictionPart,
    RuleSetPart,
    VisitPart,
)
from pwa.services.instants import instant


def plan_part(
    plan: CarePlan,
    approved: bool,
    facts: Sequence[Fact],
    clinic: Clinic,
    reported: tuple[frozenset[Risk] | None, list[CheckInPart]],
    language: str,
) -> PlanPart:
    """One plan in the patient's language; `reported` is its (risks, recent check-ins)."""
    content = plan.protocol
    closing = _words(plan, content.closing_text_id, language)
    return {
        "id": str(plan.id),
        "procedure": content.procedure,
        "name": _words(plan, content.name_text_id, language).title,
        "variant": plan.variant,
        "area": plan.area,
        "status": plan.status,
        "approved": approved,
        "treated_on": plan.treated_on.isoformat(),
        "last_day": content.last_day,
        "heal_days": {
            "min": content.heal_days.min,
            "typical": content.heal_days.typical,
            "max": content.heal_days.max,
        },
        "phases": _phases(plan),
        "cards": _cards(plan, language),
        "expected": _expected(plan, language),
        "restrictions": _restrictions(plan, facts, language),
        "facts": _facts(plan, facts, language),
        "visits": _visits(plan, clinic.hours),
        "closing": {"title": closing.title, "body": closing.body},
        "rules": _rules(plan, clinic.triage_mode),
        "risks": sorted(reported[0] or ()),
        "check_ins": reported[1],
    }


def _phases(plan: CarePlan) -> list[PhasePart]:
    return [
        {
            "phase": one.phase,
            "first": one.span.first,
            "last": one.span.last,
            "items": list(one.check_in_items),
            "safety": list(one.safety_set),
        }
        for one in plan.protocol.phases
    ]


def _facts(plan: CarePlan, facts: Sequence[Fact], language: str) -> list[FactPart]:
    asked = [one for one in plan.protocol.facts if _holds(plan, one.variants, None)]
    return [part for one in asked if (part := _fact(plan, one, facts, language)) is not None]


def _rules(plan: CarePlan, mode: TriageMode) -> RuleSetPart | None:
    """None in leaflet mode, in which nothing computes a level."""
    if mode is TriageMode.LEAFLET:
        return None
    return rule_set_json(rule_set_of(plan.protocol, plan.variant, plan.area))


def _words(plan: CarePlan, text_id: str, language: str) -> Words:
    return plan.protocol.texts[text_id].in_language(language)


def _holds(plan: CarePlan, variants: frozenset[str] | None, areas: frozenset[Area] | None) -> bool:
    """Whether something for these variants and areas concerns this plan; the unknown always may."""
    of_variant = variants is None or plan.variant is None or plan.variant in variants
    of_area = areas is None or plan.area is None or plan.area in areas
    return of_variant and of_area


def _cards(plan: CarePlan, language: str) -> list[CardPart]:
    cards = plan.protocol.cards_for(plan.variant, plan.area)
    worded = [(card, _words(plan, card.text_id, language)) for card in cards]
    return [
        {"first": card.span.first, "last": card.span.last, "title": words.title, "body": words.body}
        for card, words in worded
    ]


def _expected(plan: CarePlan, language: str) -> list[ExpectedPart]:
    parts: list[ExpectedPart] = []
    for symptom in dict.fromkeys(course.symptom for course in plan.protocol.courses):
        span = plan.protocol.expected_days(symptom, plan.variant, plan.area)
        if span is not None:
            label = _words(plan, f"symptom.{symptom}", language).title
            parts.append({"symptom": symptom, "label": label, "first": span.first, "last": span.last})
    return parts


def _restrictions(plan: CarePlan, facts: Sequence[Fact], language: str) -> list[RestrictionPart]:
    """What one may not, each thing once; of an unknown variant's rows the strictest."""
    unasked = {one.name for one in plan.protocol.facts if not _is_asked(plan, one, facts)}
    held: list[Restriction] = []
    for rule in plan.protocol.restrictions:
        if _holds(plan, rule.variants, rule.areas):
            one = replace(rule, fact=None) if rule.fact in unasked else rule
            twin = next((other for other in held if _are_one(plan, one, other, language)), None)
            if twin is None:
                held.append(one)
            else:
                held[held.index(twin)] = _strictest(twin, one)
    return [_restriction(plan, one, language) for one in held]


def _are_one(plan: CarePlan, one: Restriction, other: Restriction, language: str) -> bool:
    """Whether they restrict the same thing; a row has room for one fact, so two facts stay two rows."""
    same = _words(plan, one.text_id, language).title == _words(plan, other.text_id, language).title
    return same and (one.fact is None or other.fact is None or one.fact is other.fact)


def _strictest(one: Restriction, other: Restriction) -> Restriction:
    """Both at once, in the words of the one that is harder to meet."""
    leading, following = sorted((one, other), key=_strictness, reverse=True)
    ends = [each.until_day for each in (one, other) if each.until_day is not None]
    return replace(
        leading,
        since_day=min(one.since_day, other.since_day),
        until_day=None if _clinic_says(leading) else max(ends, default=None),
        fact=None if _clinic_says(leading) else leading.fact or following.fact,
    )


def _strictness(one: Restriction) -> tuple[bool, bool, bool, int]:
    return one.never_again, _clinic_says(one), one.fact is not None, one.until_day or 0


def _clinic_says(one: Restriction) -> bool:
    return one.until_day is None and one.fact is None


def _restriction(plan: CarePlan, one: Restriction, language: str) -> RestrictionPart:
    words = _words(plan, one.text_id, language)
    until = None if one.until_day is None else plan.date_of(one.until_day).isoformat()
    return {
        "id": one.id,
        "title": words.title,
        "body": words.body,
        "since": plan.date_of(one.since_day).isoformat(),
        "until": until,
        "fact": one.fact,
        "never": one.never_again,
    }


def _said(plan: CarePlan, one: FactQuestion, facts: Sequence[Fact]) -> list[Fact]:
    return [fact for fact in facts if fact.care_plan_id == plan.id and fact.name is one.name]


def _is_asked(plan: CarePlan, one: FactQuestion, facts: Sequence[Fact]) -> bool:
    """Whole skin is asked about only once somebody said that it is open; nothing waits for it before."""
    return one.ask_from is not None or bool(_said(plan, one, facts))


def _fact(plan: CarePlan, one: FactQuestion, facts: Sequence[Fact], language: str) -> FactPart | None:
    """A question about the skin, answered or not; None for one that needs a "not so" first."""
    if not _is_asked(plan, one, facts):
        return None
    said = _said(plan, one, facts)
    value = said[-1].value if said else None
    words = _words(plan, one.text_id, language)
    return {
        "name": one.name,
        "question": words.title,
        "help": words.body,
        "value": value,
        "recorded_at": instant(said[-1].recorded_at) if said else None,
        "ask_from": plan.date_of(one.ask_from or 0).isoformat(),
    }


def _visits(plan: CarePlan, hours: OpeningHours) -> list[VisitPart]:
    """When the clinic likes to see the patient: one that falls on a closed day is on the next open one.

    On each day the task in force on it counts, so a visit that was moved or dropped leaves no trace ahead.
    """
    dates: set[date] = set()
    for task in plan.tasks:
        step = step_of(plan.protocol, task.step_id)
        if step is None or step.kind is not StepKind.VISIT:
            continue
        length = (task.ends_on - task.starts_on).days
        days = (task.starts_on + timedelta(days=offset) for offset in range(length))
        dates.update(
            next_open_day(hours, day)
            for day in days
            if plan.day_number(day) in step.days and task_on(plan.tasks, step.id, day) is task
        )
    return [{"day": plan.day_number(day), "date": day.isoformat()} for day in sorted(dates)]
