"""What a check-in may answer: every id, and the values it takes.

An id that is missing is unanswered; an explicit `False`, 0 or "none" is a no. The two are never the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from pwa.domain.errors import BadInput

Answer = bool | int | str
Answers = Mapping[str, Answer]

_SIGNS = """
raw raw_spot spreading spreading_fast fever smell tender_lumps honey_crust eye_pain light_pain sight_change
sores_near_eye lid_turned_out eye_wont_close eye_gritty eye_shut face_droop arm_weak speech_trouble numb
dark_patches light_patches firm_spot white_burn_area pattern_burn breathing_trouble throat_swelling faint
confused very_ill mottled_skin heart_or_breath_fast drowsy bleeding_wont_stop rash_after_product
widespread_rash vomiting white_film beefy_patches satellite_bumps cold_sore sunburn redness_returned
loose_skin self_harm ringing_or_metal_taste fit_or_twitching worried pain_unrelieved
"""
_GRADED = "redness swelling itching oozing crusting bumps bronzing purpura darkened_spots"

SIGNS = frozenset(_SIGNS.split())  # yes or no
GRADED = tuple(_GRADED.split())  # 0 none, 1 mild, 2 moderate, 3 severe
MOST = MappingProxyType({"pain": 10, **dict.fromkeys(GRADED, 3), "missed_doses": 99})
CHOICES = MappingProxyType(
    {
        "overall": ("better", "same", "worse", "worried"),
        "oozing_colour": ("clear", "yellow_green", "blood"),
        "blisters": ("none", "few", "many", "grouped"),
    }
)
ANSWER_IDS = frozenset({*SIGNS, *MOST, *CHOICES})


def read_answers(raw: object) -> Answers:
    """The answers somebody sent. Raises BadInput naming the first that cannot be used, never its value."""
    if not isinstance(raw, dict):
        raise BadInput("Answers are a group of names and values.")
    for item, value in raw.items():
        _check(item, value)
    return MappingProxyType(dict(raw))


def _check(item: object, value: object) -> None:
    if not isinstance(item, str) or item not in ANSWER_IDS:
        raise BadInput("There is no such question. Update the app, and send it again.")
    if item in SIGNS:
        if not isinstance(value, bool):
            raise BadInput(f"The answer to '{item}' is true or false.")
    elif item in MOST:
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MOST[item]:
            raise BadInput(f"The answer to '{item}' is a whole number from 0 to {MOST[item]}.")
    elif value not in CHOICES[item]:
        raise BadInput(f"The answer to '{item}' is one of: {', '.join(CHOICES[item])}.")


def with_none_of(signs: Iterable[str], answers: Answers) -> Answers:
    """The answers with an explicit no to each of `signs` that has none yet."""
    return MappingProxyType({**dict.fromkeys(signs, False), **answers})
