"""A rule set: the red flags, the expected course and the safety sets of one treatment.

It is compiled for one procedure, variant and area, so that whoever evaluates it decides nothing but what it
says. The phone's evaluator (static/domain/triage.ts) reads the same content as JSON.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pwa.domain.answers import Answer
from pwa.domain.days import DaySpan
from pwa.domain.protocol import PhaseSpan
from pwa.domain.rules import Risk, Rule


@dataclass(frozen=True, slots=True)
class Sign:
    """Answers that count as a ticked sign, and the days on which the course lists it as expected."""

    item: str
    values: tuple[Answer, ...]
    expected: DaySpan | None


@dataclass(frozen=True, slots=True)
class Cap:
    """On these days a value up to `at_most` is within the expected course."""

    span: DaySpan
    at_most: int


@dataclass(frozen=True, slots=True)
class RuleSet:
    """All that triage of one treatment needs. `hash` names exactly this content."""

    hash: str
    phases: tuple[PhaseSpan, ...]
    rules: tuple[Rule, ...]
    signs: tuple[Sign, ...]
    bounds: Mapping[str, tuple[Cap, ...]]  # per graded item and pain, in order; a day no cap covers: 0
    implied_risks: tuple[Risk, ...]
