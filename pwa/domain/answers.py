"""What a check-in may answer: every id, and the values it takes.

An id that is missing is unanswered; an explicit `False`, 0 or "none" is a no. The two are never the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

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
    given = _group(raw)
    for item, value in given.items():
        if fault := _fault(item, value):
            raise BadInput(fault)
    return MappingProxyType(dict(given))


def readable_answers(raw: object) -> Answers:
    """What can be used of the answers somebody sent, without the rest. Raises BadInput for no answers.

    One answer that cannot be must not keep back a red flag beside it.
    """
    return MappingProxyType({item: value for item, value in _group(raw).items() if not _fault(item, value)})


def _group(raw: object) -> dict[Any, Any]:
    if not isinstance(raw, dict):
        raise BadInput("Answers are a group of names and values.")
    return raw


def _fault(item: object, value: object) -> str | None:
    """Why an answer cannot be used; None when it can."""
    if not isinstance(item, str) or item not in ANSWER_IDS:
        return "There is no such question. Update the app, and send it again."
    if item in SIGNS:
        return None if isinstance(value, bool) else f"The answer to '{item}' is true or false."
    if item in MOST:
        is_possible = isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MOST[item]
        return None if is_possible else f"The answer to '{item}' is a whole number from 0 to {MOST[item]}."
    if value in CHOICES[item]:
        return None
    return f"The answer to '{item}' is one of: {', '.join(CHOICES[item])}."


def with_none_of(signs: Iterable[str], answers: Answers) -> Answers:
    """The answers with an explicit no to each of `signs` that has none yet."""
    return MappingProxyType({**dict.fromkeys(signs, False), **answers})
