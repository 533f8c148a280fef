"""The days of the bundle: everything due, done or not, with the sun above it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from pwa.domain import sun
from pwa.domain.agenda import Agenda, AgendaItem
from pwa.domain.care_plan import CarePlan, OutcomeValue
from pwa.domain.clinic import Clinic
from pwa.domain.protocol import StepKind
from pwa.domain.schedule import local_day
from pwa.services.bundle.shapes import DayPart, ItemPart, SunPart
from pwa.services.bundle.words import app_words
from pwa.services.composing import Recovery, agenda_of, latest_outcomes, place_of, settled
from pwa.services.instants import instant
from pwa.store.plans import Outcome

DAYS_AHEAD = 14


def day_parts(recovery: Recovery, clinic: Clinic, now: datetime) -> list[DayPart]:
    """From yesterday, whose evening may still be open, to 14 days ahead."""
    today = local_day(now, recovery.patient.preferences.zone)
    offsets = range(-1, DAYS_AHEAD + 1)
    return [_day(recovery, clinic, today + timedelta(days=offset), now) for offset in offsets]


def _day(recovery: Recovery, clinic: Clinic, day: date, now: datetime) -> DayPart:
    # What is done or skipped still stands on the day, so the agenda is asked for as if it were open.
    so_far = replace(settled(recovery), done=frozenset(), skipped=frozenset())
    agenda = agenda_of(recovery, clinic, day, so_far)
    outcomes = latest_outcomes(recovery.outcomes)
    language = recovery.patient.language
    plans = {plan.id: plan for plan in recovery.plans}
    items = [item for item in agenda.items if not _came_too_late(item, plans, outcomes, now)]
    return {
        "date": day.isoformat(),
        "items": [_item(item, agenda, plans, outcomes, language) for item in items],
        "sun": _sun(recovery, clinic, agenda, day),
    }


def _came_too_late(
    item: AgendaItem, plans: Mapping[UUID, CarePlan], outcomes: Mapping[UUID, Outcome], now: datetime
) -> bool:
    """Whether it prepares for what is over: nobody can do it now, and most were enrolled after that."""
    is_over = all(plans[one].treated_at <= now for one in item.care_plan_ids)
    is_answered = any(one in outcomes for one in item.occurrence_ids)
    return item.kind is StepKind.PREPARE and is_over and not is_answered


def _item(
    item: AgendaItem,
    agenda: Agenda,
    plans: Mapping[UUID, CarePlan],
    outcomes: Mapping[UUID, Outcome],
    language: str,
) -> ItemPart:
    plan = plans[item.care_plan_ids[0]]
    step = next(step for step in plan.protocol.steps if step.id == item.step_id)
    words = plan.protocol.texts[item.text_id].in_language(language)
    outcome = next((outcomes[one] for one in item.occurrence_ids if one in outcomes), None)
    snoozed = outcome is not None and outcome.value is OutcomeValue.SNOOZED
    return {
        "occurrence_ids": [str(one) for one in item.occurrence_ids],
        "plan_ids": [str(one) for one in item.care_plan_ids],
        "kind": item.kind,
        "step_id": item.step_id,
        "title": words.title,
        "body": words.body,
        "why": words.why,
        "day_number": item.day_number,
        "due_at": instant(item.due_at),
        "useful_until": instant(item.useful_until),
        "reminded": item.occurrence_ids[0] not in agenda.not_reminded,
        "timer_seconds": _seconds(step.timer),
        "timer_most_seconds": _seconds(step.timer_most),
        "outcome": outcome.value if outcome else None,
        "snoozed_until": instant(outcome.until) if snoozed and outcome and outcome.until else None,
    }


def _seconds(length: timedelta | None) -> int | None:
    return None if length is None else int(length.total_seconds())


def _sun(recovery: Recovery, clinic: Clinic, agenda: Agenda, day: date) -> SunPart | None:
    """The sun strip of a day on which any plan still asks for protection."""
    items = [item for item in agenda.items if item.kind in (StepKind.SUN, StepKind.SUNSCREEN)]
    if not items:
        return None
    zone = recovery.patient.preferences.zone
    place = place_of(recovery.patient, clinic)
    advice = sun.advice(place, day, zone)
    strict = any(item.strict for item in items)
    return {
        "strength": advice.strength,
        "max_uv_index": advice.max_uv_index,
        "strongest": [instant(at) for at in advice.strongest] if advice.strongest else None,
        "strict": strict,
        "words": _sun_words(recovery, items, advice.strongest, zone),
        "curve": [
            {"at": instant(at), "uv_index": round(value, 1)} for at, value in sun.curve(place, day, zone)
        ],
    }


def _sun_words(
    recovery: Recovery,
    items: list[AgendaItem],
    strongest: tuple[datetime, datetime] | None,
    zone: ZoneInfo,
) -> str:
    strictest = min(items, key=lambda item: (not item.strict, item.kind is not StepKind.SUN))
    plan = next(plan for plan in recovery.plans if plan.id == strictest.care_plan_ids[0])
    language = recovery.patient.language
    words = plan.protocol.texts[strictest.text_id].in_language(language).body
    if strongest is None:
        return words
    first, last = (at.astimezone(zone).strftime("%H:%M") for at in strongest)
    return f"{words} {app_words('app.strongest', language).body.format(first=first, last=last)}"
