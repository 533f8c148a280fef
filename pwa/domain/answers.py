"""What a check-in may answer: every id, and the values it takes.

An id that is missing is unanswered; an explicit `False`, 0 or "none" is a no. The two are never the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from pwa.domain.errors import BadInput

Answer = bool | int | str
Answers = Mapping[str, Answer]

# Every yes-or-no sign as "Something feels wrong" shows it: the most urgent first, in the groups as in each.
DANGER_SIGNS = MappingProxyType(
    {
        "now": (
            *("breathing_trouble", "throat_swelling", "faint", "confused", "very_ill", "drowsy"),
            *("fit_or_twitching", "heart_or_breath_fast", "mottled_skin", "fever", "widespread_rash"),
            *("vomiting", "ringing_or_metal_taste"),
        ),
        "face": ("face_droop", "arm_weak", "speech_trouble", "numb"),
        "eyes": (
            *("sight_change", "eye_pain", "light_pain", "sores_near_eye", "eye_shut", "lid_turned_out"),
            *("eye_wont_close", "eye_gritty"),
        ),
        "skin": (
            *("bleeding_wont_stop", "spreading_fast", "white_burn_area", "pattern_burn", "spreading"),
            *("smell", "tender_lumps", "honey_crust", "cold_sore", "raw", "raw_spot"),
            *(
                "redness_returned",
                "rash_after_product",
                "beefy_patches",
                "white_film",
                "satellite_bumps",
                "sunburn",
            ),
        ),
        "change": ("dark_patches", "light_patches", "firm_spot", "loose_skin"),
        "you": ("pain_unrelieved", "worried", "self_harm"),
    }
)
_GRADED = "redness swelling itching oozing crusting bumps bronzing purpura darkened_spots"

SIGNS = frozenset(sign for signs in DANGER_SIGNS.values() for sign in signs)  # yes or no
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
