"""Red flags: what an answer may show, on which days, and how soon somebody has to look.

The language has no "not" about answers: one more yes can never lower a level.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from pwa.domain.answers import Answer
from pwa.domain.areas import Area
from pwa.domain.days import DaySpan


class Level(StrEnum):
    """How soon somebody has to look, the soonest first; it says nothing about what it is."""

    EMERGENCY = "emergency"
    SAME_DAY = "same_day"
    TELL_CLINIC = "tell_clinic"
    EXPECTED = "expected"
    NOT_COMPLETE = "not_complete"

    @property
    def rank(self) -> int:
        """0 is the most urgent."""
        return list(Level).index(self)

    @property
    def raised(self) -> Level:
        """One step more urgent; emergency stays."""
        return list(Level)[max(0, self.rank - 1)]


def highest(one: Level, other: Level) -> Level:
    """The more urgent of two."""
    return min(one, other, key=lambda level: level.rank)


class Risk(StrEnum):
    """What about a patient changes how soon a sign must be seen (clinical.md, section 4)."""

    FITZPATRICK_4_6 = "fitzpatrick_4_6"
    ISOTRETINOIN_6M = "isotretinoin_6m"
    SMOKING = "smoking"
    HSV_HISTORY = "hsv_history"
    IMMUNOCOMPROMISED = "immunocompromised"
    DIABETES = "diabetes"
    AUTOIMMUNE_CONNECTIVE_TISSUE = "autoimmune_connective_tissue"
    KELOID_HYPERTROPHIC = "keloid_hypertrophic"
    RADIOTHERAPY_FACE = "radiotherapy_face"
    PREGNANCY_BREASTFEEDING = "pregnancy_breastfeeding"
    PHOTOSENSITISING_DRUGS = "photosensitising_drugs"
    GOLD_THERAPY = "gold_therapy"
    SILVER_DRESSING_ARGYRIA = "silver_dressing_argyria"
    RECENT_SUN_OR_TAN = "recent_sun_or_tan"
    FAKE_TAN = "fake_tan"
    PREVIOUS_COSMETIC_PROCEDURE = "previous_cosmetic_procedure"
    ALLERGIES = "allergies"
    MELASMA = "melasma"
    ROSACEA_ACNE = "rosacea_acne"
    ANTICOAGULANT = "anticoagulant"
    AGE_OVER_75 = "age_over_75"
    LARGE_AREA_FULL_FACE_ABLATIVE = "large_area_full_face_ablative"  # follows from procedure and area too


@dataclass(frozen=True, slots=True)
class Yes:
    """Any of these signs is ticked."""

    signs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OneOf:
    """An item is answered with one of these values."""

    item: str
    values: tuple[Answer, ...]


@dataclass(frozen=True, slots=True)
class AtLeast:
    """An item is answered with this number or more."""

    item: str
    at_least: int


@dataclass(frozen=True, slots=True)
class Rose:
    """An item is at least `to`, and by `by` or more above the latest check-in that is `hours` old."""

    item: str
    by: int
    to: int
    hours: tuple[int, int]  # both included


@dataclass(frozen=True, slots=True)
class Returned:
    """An item is at least this, after it had gone down and came up again."""

    item: str
    at_least: int


@dataclass(frozen=True, slots=True)
class Lasted:
    """An item is at least this now and in every check-in back to one that is `hours` old or older."""

    item: str
    at_least: int
    hours: int


@dataclass(frozen=True, slots=True)
class HasRisk:
    risk: Risk


@dataclass(frozen=True, slots=True)
class OnDays:
    span: DaySpan


@dataclass(frozen=True, slots=True)
class All:
    of: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Any:
    of: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class UnlessVariant:
    """Holds but for a plan that is known to be of this variant; settled when a rule set is compiled."""

    variant: str


Condition = Yes | OneOf | AtLeast | Rose | Returned | Lasted | HasRisk | OnDays | UnlessVariant | All | Any


@dataclass(frozen=True, slots=True)
class Raise:
    """What makes a rule one step more urgent: any of these risks (none named: anybody), if `when` holds."""

    risks: tuple[Risk, ...]
    when: Condition | None


@dataclass(frozen=True, slots=True)
class Rule:
    """One red flag."""

    id: str
    level: Level
    days: DaySpan | None  # None: every day, before the treatment too
    when: Condition
    advice: str  # text id
    raised_by: tuple[Raise, ...] = ()


@dataclass(frozen=True, slots=True)
class ImpliedRisk:
    """A risk that follows from the area that was treated."""

    risk: Risk
    areas: frozenset[Area]


def remembered_items(rules: Iterable[Rule]) -> frozenset[str]:
    """Every answer id whose earlier values a rule looks at."""
    conditions = [one for rule in rules for one in (rule.when, *(each.when for each in rule.raised_by))]
    return frozenset(item for one in conditions if one is not None for item in _remembered(one))


def _remembered(condition: Condition) -> Iterator[str]:
    match condition:
        case Rose(item) | Returned(item) | Lasted(item):
            yield item
        case All(of) | Any(of):
            for one in of:
                yield from _remembered(one)
        case _:
            return


def items_of(condition: Condition) -> Iterator[str]:
    """Every answer id a condition looks at."""
    match condition:
        case Yes(signs):
            yield from signs
        case OneOf(item) | AtLeast(item) | Rose(item) | Returned(item) | Lasted(item):
            yield item
        case All(of) | Any(of):
            for one in of:
                yield from items_of(one)
        case HasRisk() | OnDays() | UnlessVariant():
            return
