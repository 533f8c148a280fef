"""A protocol: what a procedure asks of a person on which day (FHIR PlanDefinition).

Day numbers count from the day of treatment: see days.py.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from pwa.domain.areas import Area as Area  # one of the words of a protocol
from pwa.domain.days import DayPattern, DaySpan
from pwa.domain.rules import ImpliedRisk, Rule


class StepKind(StrEnum):
    """Every kind of step; `afterbeam protocol simulate` prints these words."""

    PREPARE = "prepare"  # something to do before the treatment
    SUN = "sun"  # keep out of the sun
    SUNSCREEN = "sunscreen"
    COOLING = "cooling"
    WOUND_CARE = "wound_care"  # cleansing, ointment, moisturiser
    COMFORT = "comfort"  # head-up nights and the like
    CHECK_IN = "check_in"
    SKIN_CHECK = "skin_check"  # monthly look for colour and texture changes
    MEDICINE = "medicine"  # only what the clinic prescribed; never a name or a dose
    VISIT = "visit"


class FactName(StrEnum):
    """What only a look at the skin can tell; unanswered is not yes."""

    SKIN_CLOSED = "skin_closed"
    SCABS_GONE = "scabs_gone"
    BRUISE_GONE = "bruise_gone"


class QuietPolicy(StrEnum):
    """What happens to a reminder that would come in quiet hours."""

    SHIFT = "shift"  # to the nearest edge of the quiet hours, same nominal day
    DROP = "drop"
    DELIVER = "deliver"  # prescribed medicine only


class Gate(StrEnum):
    """What must hold for a step to be asked at all."""

    ALWAYS = "always"
    UNTIL_FACT = "until_fact"  # asked until the fact is true, also past the usual day
    NEEDS_FACT = "needs_fact"  # asked only once the fact is true
    NOT_OPEN = "not_open"  # asked unless somebody said the skin is open


class Anchor(StrEnum):
    """What a time of day is counted from."""

    MIDNIGHT = "midnight"  # a plain clock time
    WAKE = "wake"  # the person's own wake time
    BED = "bed"  # the start of their quiet hours
    TREATED = "treated"  # the wall-clock time of the treatment
    CHECK_IN = "check_in"  # the clinic's check-in time, inside its opening hours
    NOON = "noon"  # solar noon where the person is


class Phase(StrEnum):
    BEFORE = "before"
    ACUTE = "acute"
    HEALING = "healing"
    PROTECTION = "protection"


@dataclass(frozen=True, slots=True, order=True)
class TimeOfDay:
    """A wall-clock time as an anchor and a signed offset from it."""

    anchor: Anchor
    offset: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True)
class Words:
    """One text in one language: `title` is one short line, `body` says how, `why` says why."""

    title: str
    body: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class Text:
    """One clinical text, with where it comes from."""

    id: str
    words: Mapping[str, Words]  # language tag -> words; "en" is always there
    sources: tuple[str, ...]  # ids of sources.yaml, "D" for a default awaiting approval, "K: ..." unconfirmed

    def in_language(self, language: str) -> Words:
        """The words in `language`, or in its base language, or in English."""
        base = language.split("-")[0]
        return self.words.get(language) or self.words.get(base) or self.words["en"]


@dataclass(frozen=True, slots=True)
class Step:
    """One instruction or check-in of a protocol."""

    id: str
    kind: StepKind
    days: DayPattern
    times: tuple[TimeOfDay, ...]
    window: timedelta  # how long after it is due a reminder still helps
    text_id: str
    quiet: QuietPolicy = QuietPolicy.SHIFT
    gate: Gate = Gate.ALWAYS
    fact: FactName | None = None
    only_if_prescribed: str | None = None  # e.g. "antiviral"
    areas: frozenset[Area] | None = None  # None: every area
    variants: frozenset[str] | None = None  # None: every variant
    timer: timedelta | None = None  # how long to do it for (cooling)
    timer_most: timedelta | None = None  # and never longer than this
    strict: bool = False  # of a sun step: no sun at all, not only protection
    not_with: frozenset[str] = frozenset()  # left out on a day that really asks one of these steps


@dataclass(frozen=True, slots=True)
class Restriction:
    """A "when may I": not before `until_day` has passed, nor before `fact` is true.

    A fact that is asked only after somebody said it is not so counts as so until then.
    """

    id: str
    text_id: str
    since_day: int
    until_day: int | None  # the first day it may be possible again; no day, no fact: the clinic says
    fact: FactName | None = None
    never_again: bool = False  # its end is no leave to do it, such as picking at the skin
    areas: frozenset[Area] | None = None
    variants: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class PhaseSpan:
    """A phase of healing, with what a check-in asks in it."""

    phase: Phase
    span: DaySpan
    check_in_items: tuple[str, ...]
    safety_set: tuple[str, ...]  # at most eight answer ids, shown as pictures


@dataclass(frozen=True, slots=True)
class DayCard:
    """What many people see on these days."""

    span: DaySpan
    text_id: str
    variants: frozenset[str] | None = None
    areas: frozenset[Area] | None = None  # None: every area
    also_unknown: bool = False  # the stricter one, shown too where the variant or area is not known


@dataclass(frozen=True, slots=True)
class Bound:
    """A tapped value up to `at_most` on these days is within the expected course."""

    span: DaySpan
    at_most: int


@dataclass(frozen=True, slots=True)
class Course:
    """How one symptom usually goes: when it shows, and how strong it may be."""

    symptom: str
    visible: DaySpan | None  # None: not expected at all
    bounds: tuple[Bound, ...]
    variants: frozenset[str] | None = None
    areas: frozenset[Area] | None = None  # None: every area

    def is_of(self, variant: str | None, area: Area | None) -> bool:
        """Whether this is the course of that variant and area, as far as it tells them apart."""
        of_variant = self.variants is None or variant in self.variants
        return of_variant and (self.areas is None or area in self.areas)


@dataclass(frozen=True, slots=True)
class FactQuestion:
    """A fact the patient is asked for, from day `ask_from` on; None: only once it was said not to be so."""

    name: FactName
    text_id: str  # title: the question; body: how to tell
    ask_from: int | None
    variants: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class HealDays:
    """Days until the skin is closed."""

    min: int
    typical: int
    max: int


@dataclass(frozen=True, slots=True)
class Protocol:
    """One procedure's whole plan. Immutable; `content_hash` names exactly this content."""

    procedure: str
    version: str
    content_hash: str
    name_text_id: str
    variants: tuple[str, ...]
    areas: tuple[Area, ...]
    heal_days: HealDays
    delayed_healing_flag_day: int
    last_day: int  # the plan ends after this day
    phases: tuple[PhaseSpan, ...]
    steps: tuple[Step, ...]
    restrictions: tuple[Restriction, ...]
    cards: tuple[DayCard, ...]
    courses: tuple[Course, ...]
    closing_text_id: str
    texts: Mapping[str, Text]
    facts: tuple[FactQuestion, ...] = ()
    rules: tuple[Rule, ...] = ()  # red flags; a variant's exceptions are settled by rule_sets.py
    implied_risks: tuple[ImpliedRisk, ...] = ()

    def __hash__(self) -> int:
        return hash(self.content_hash)

    @property
    def prescribable(self) -> tuple[str, ...]:
        """The medicines it reminds of where the clinic prescribed them."""
        return tuple(sorted({step.only_if_prescribed for step in self.steps if step.only_if_prescribed}))

    def cards_for(self, variant: str | None, area: Area | None) -> tuple[DayCard, ...]:
        """The cards of a treatment; of what is unknown, those that hold anyway or stand in for it."""
        return tuple(
            card
            for card in self.cards
            if _reaches(card.variants, variant, self.variants, card.also_unknown)
            and _reaches(card.areas, area, self.areas, card.also_unknown)
        )

    def expected_days(self, symptom: str, variant: str | None, area: Area | None) -> DaySpan | None:
        """The days on which a symptom is expected, of the unknown those that every variant and area share."""
        variants = (variant,) if variant or not self.variants else self.variants
        areas = (area,) if area or not self.areas else self.areas
        days = [self._visible(symptom, one, where) for one in variants for where in areas]
        shared = days[0]
        for more in days[1:]:
            shared = shared and more and shared.shared_with(more)
        return shared

    def _visible(self, symptom: str, variant: str | None, area: Area | None) -> DaySpan | None:
        for course in self.courses:
            if course.symptom == symptom and course.is_of(variant, area):
                return course.visible
        return None

    def phase_on(self, day: int) -> PhaseSpan:
        """The phase `day` falls in."""
        return phase_on(self.phases, day)


def phase_on(phases: Sequence[PhaseSpan], day: int) -> PhaseSpan:
    """The phase a day falls in; days before the first or past the last belong to it."""
    for phase in phases:
        if day in phase.span:
            return phase
    return phases[0] if day < phases[0].span.first else phases[-1]


def _reaches(
    named: frozenset[str] | None, known: str | None, all_of_them: Sequence[str], also_unknown: bool
) -> bool:
    """Whether what is for `named` is for the known one; for the unknown, if it is for all or stands in."""
    if named is None:
        return True
    return known in named if known is not None else also_unknown or named.issuperset(all_of_them)
