"""The shapes of the bundle, as JSON has them. Counterpart: static/shared/api.ts."""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypedDict

RuleSetPart = dict[str, Any]  # static/domain/rules.ts; both evaluators are held to the same vectors


class ClockPart(TypedDict):
    care_at: str
    wall_at: str
    speed: int


class DevicePart(TypedDict):
    id: str
    label: str


class PatientPart(TypedDict):
    first_name: str
    language: str
    zone: str


class HoursPart(TypedDict):
    weekday: int
    opens: str
    closes: str


class ClinicPart(TypedDict):
    name: str
    zone: str
    country: str
    day_phone: str
    night_phone: str
    emergency_number: str
    hours: list[HoursPart]
    holidays: list[str]
    triage_mode: str
    trial: bool


class SettingsPart(TypedDict):
    wake: str
    quiet_start: str
    quiet_end: str
    lock_screen: int
    one_a_day: bool
    zone: str


class PushPart(TypedDict):
    public_key: str
    key_id: str
    endpoint_known: bool
    confirmed_at: str | None


class HealDaysPart(TypedDict):
    min: int
    typical: int
    max: int


class PhasePart(TypedDict):
    phase: str
    first: int
    last: int
    items: list[str]
    safety: list[str]


class SignsPart(TypedDict):
    group: str
    signs: list[str]


class TextPart(TypedDict):
    title: str
    body: str
    why: str


class CardPart(TypedDict):
    first: int
    last: int
    title: str
    body: str


class ExpectedPart(TypedDict):
    symptom: str
    label: str
    first: int
    last: int


class RestrictionPart(TypedDict):
    id: str
    title: str
    body: str
    since: str
    until: str | None
    fact: str | None
    never: bool


class FactPart(TypedDict):
    name: str
    question: str
    help: str
    value: bool | None
    recorded_at: str | None
    ask_from: str


class VisitPart(TypedDict):
    day: int
    date: str


class ClosingPart(TypedDict):
    title: str
    body: str


class CheckInPart(TypedDict):
    id: str
    day: int
    tapped_at: str
    answers: dict[str, bool | int | str]
    level: str | None
    undone: bool


class AlertPart(TypedDict):
    id: str
    state: str
    level: str | None
    opened_at: str
    seen_at: str | None
    call_at: str | None
    check_in_ids: list[str]


class PlanPart(TypedDict):
    id: str
    procedure: str
    name: str
    variant: str | None
    area: str | None
    status: str
    approved: bool
    treated_on: str
    last_day: int
    heal_days: HealDaysPart
    phases: list[PhasePart]
    cards: list[CardPart]
    expected: list[ExpectedPart]
    restrictions: list[RestrictionPart]
    facts: list[FactPart]
    visits: list[VisitPart]
    closing: ClosingPart
    rules: RuleSetPart | None
    risks: list[str]
    check_ins: list[CheckInPart]


class ItemPart(TypedDict):
    occurrence_ids: list[str]
    plan_ids: list[str]
    kind: str
    step_id: str
    title: str
    body: str
    why: str
    day_number: int
    due_at: str
    useful_until: str
    reminded: bool
    timer_seconds: int | None
    timer_most_seconds: int | None
    outcome: str | None
    snoozed_until: str | None


class CurvePart(TypedDict):
    at: str
    uv_index: float


class SunPart(TypedDict):
    strength: str
    max_uv_index: int
    strongest: list[str] | None
    strict: bool
    words: str
    curve: list[CurvePart]


class DayPart(TypedDict):
    date: str
    items: list[ItemPart]
    sun: SunPart | None


class NoticeWordsPart(TypedDict):
    titles: list[str]
    bodies: list[str]
    occurrence_ids: NotRequired[list[str]]
    asks: NotRequired[list[str]]


class BundlePart(TypedDict):
    schema: Literal[1]
    epoch: str
    generated_at: str
    clock: ClockPart
    device: DevicePart
    patient: PatientPart
    clinic: ClinicPart
    settings: SettingsPart
    push: PushPart
    plans: list[PlanPart]
    agenda: list[DayPart]
    notices: dict[str, NoticeWordsPart]
    words: dict[str, TextPart]
    danger_signs: list[SignsPart]
    alert: AlertPart | None
