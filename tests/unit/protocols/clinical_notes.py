"""Every number of the clinical notes, written down a second time and independent of the YAML.

The notes are what a clinician is asked to approve: sections 1.1 (protocols), 1.3 (upper bounds) and 2 (what
is asked when). A number that is changed in a shipped file and not here is a mistake.
"""

from __future__ import annotations

from dataclasses import dataclass

Days = tuple[int, int]
Bounds = list[tuple[int, int, int]]  # first, last, at most
Rule = tuple[int, int | None, str | None]  # since, until, fact
CLOSED = "skin_closed"
OPENS_SKIN = ("co2_full", "eryag_full", "fractional_ablative", "pigment_tattoo")


@dataclass(frozen=True, kw_only=True)
class Numbers:
    """One procedure's block of section 1.1."""

    heal: tuple[int, int, int]  # min, typical, max
    flag: int  # open skin from this day on is a reason to call
    before: int  # days without sun before
    strict: int  # no sun at all until then
    protect: int  # hat and sunscreen until then
    sunscreen: int  # its earliest day
    wash: int  # times a day
    ointment: tuple[int, int] | None = None  # times a day; last day, where healed: heal_days.max
    cream: int = 0  # times a day
    cool: tuple[int, int, int]  # minutes, never past, last day
    head_up: Days | None = None
    daily: int  # check-ins, until then
    weekly: int  # and then each week until then
    visits: tuple[int, ...]
    antiviral: Days | None = None  # only if prescribed; for non-ablative and IPL the days are D


NUMBERS = {
    "co2_full": Numbers(
        heal=(5, 9, 14), flag=14, before=42, strict=14, protect=180, sunscreen=7, wash=4, ointment=(4, 14),
        cool=(10, 15, 2), head_up=(0, 4), daily=14, weekly=90, visits=(1, 7, 14, 30, 90, 180),
        antiviral=(-1, 10),
    ),
    "eryag_full": Numbers(
        heal=(4, 6, 10), flag=10, before=42, strict=14, protect=90, sunscreen=6, wash=4, ointment=(4, 10),
        cool=(10, 15, 2), head_up=(0, 4), daily=10, weekly=60, visits=(1, 7, 30, 90), antiviral=(-1, 10),
    ),
    "fractional_ablative": Numbers(
        heal=(3, 6, 10), flag=10, before=28, strict=14, protect=90, sunscreen=3, wash=3, ointment=(4, 10),
        cool=(10, 15, 1), head_up=(0, 3), daily=10, weekly=60, visits=(2, 7, 30, 90), antiviral=(-1, 7),
    ),
    "fractional_nonablative": Numbers(
        heal=(2, 5, 10), flag=10, before=14, strict=14, protect=60, sunscreen=1, wash=2, cream=4,
        cool=(10, 15, 1), head_up=(0, 1), daily=7, weekly=42, visits=(14, 30), antiviral=(-1, 7),
    ),
    "ipl": Numbers(
        heal=(1, 7, 14), flag=14, before=28, strict=14, protect=42, sunscreen=0, wash=2, cool=(10, 15, 0),
        head_up=(0, 1), daily=7, weekly=28, visits=(14, 28), antiviral=(-1, 7),
    ),
    "vascular": Numbers(
        heal=(1, 10, 14), flag=14, before=42, strict=14, protect=180, sunscreen=2, wash=2, cool=(5, 5, 1),
        head_up=(0, 2), daily=7, weekly=28, visits=(14, 56),
    ),
    "pigment_tattoo": Numbers(
        heal=(5, 10, 28), flag=28, before=28, strict=28, protect=120, sunscreen=7, wash=2, ointment=(2, 7),
        cool=(5, 5, 0), daily=10, weekly=42, visits=(14, 42),
    ),
    "hair_removal": Numbers(
        heal=(0, 2, 10), flag=10, before=42, strict=14, protect=42, sunscreen=2, wash=0, cool=(5, 5, 1),
        daily=4, weekly=28, visits=(28,),
    ),
}  # fmt: skip

# How the pause between two coolings is said: 50 minutes, 55 (5 in an hour), 5.
PAUSE = dict.fromkeys(NUMBERS, "50 minutes before you cool again") | {
    "vascular": "5 minutes in an hour",
    "hair_removal": "5 minutes in an hour",
    "pigment_tattoo": "Stop for 5 minutes before you cool again",
}
# Days on which many people see it (1.1 expected_days); what is not named is not expected.
EXPECTED: dict[str, dict[str, Days]] = {
    "co2_full": {
        "redness": (0, 135), "swelling": (0, 7), "pain": (0, 4), "oozing": (0, 5), "crusting": (3, 10),
        "itching": (1, 21), "bumps": (7, 42),
    },
    "eryag_full": {
        "redness": (0, 28), "swelling": (0, 5), "pain": (0, 3), "oozing": (0, 4), "crusting": (3, 7),
        "itching": (1, 14), "bumps": (7, 42),
    },
    "fractional_ablative": {
        "redness": (0, 14), "swelling": (0, 5), "pain": (0, 2), "oozing": (0, 1), "bronzing": (2, 10),
        "crusting": (3, 8), "itching": (1, 14), "bumps": (3, 42),
    },
    "fractional_nonablative": {
        "redness": (0, 7), "swelling": (0, 3), "pain": (0, 1), "oozing": (0, 2), "bronzing": (2, 10),
        "crusting": (3, 8), "itching": (1, 8), "bumps": (3, 28), "purpura": (0, 5),
    },
    "ipl": {
        "redness": (0, 3), "swelling": (0, 3), "pain": (0, 1), "darkened_spots": (1, 10),
        "crusting": (3, 10), "itching": (0, 5), "purpura": (0, 3),
    },
    "vascular/pdl": {
        "redness": (0, 5), "swelling": (0, 3), "pain": (0, 1), "purpura": (0, 14), "crusting": (2, 10),
        "itching": (0, 7),
    },
    "vascular/ktp": {
        "redness": (0, 5), "swelling": (0, 3), "pain": (0, 1), "crusting": (2, 10), "itching": (0, 7),
    },
    "pigment_tattoo/tattoo": {
        "redness": (0, 7), "swelling": (0, 3), "pain": (0, 2), "oozing": (0, 4), "blisters": (0, 10),
        "crusting": (1, 14), "purpura": (0, 10), "itching": (2, 14),
    },
    "pigment_tattoo/pigment": {
        "redness": (0, 7), "swelling": (0, 3), "pain": (0, 2), "oozing": (0, 4), "crusting": (1, 14),
        "purpura": (0, 10), "itching": (2, 14),
    },
    "hair_removal": {
        "redness": (0, 3), "swelling": (0, 2), "pain": (0, 1), "itching": (0, 4), "bumps": (1, 14),
    },
}  # fmt: skip
# Where a source gives other days for a part of the body: IPL R46, fractional ablative R34.
ELSEWHERE: dict[tuple[str, str], dict[str, Days]] = {
    ("ipl", "hands"): {"darkened_spots": (1, 21), "crusting": (3, 21)},
    ("ipl", "body"): {"darkened_spots": (1, 21), "crusting": (3, 21)},
    ("fractional_ablative", "hands"): {"bronzing": (2, 14)},
}
# Of this project (D): skin still raw, numb from the cream, lids too puffy to open.
OWN_SIGNS: dict[str, dict[str, Days]] = {
    "co2_full": {"raw": (0, 13), "numb": (0, 1), "eye_shut": (0, 2)},
    "eryag_full": {"raw": (0, 9), "numb": (0, 1), "eye_shut": (0, 2)},
    "fractional_ablative": {"raw": (0, 9), "numb": (0, 1), "eye_shut": (0, 2)},
    "pigment_tattoo": {"raw": (0, 27), "numb": (0, 1)},
}
ELSE_OWN_SIGNS: dict[str, Days] = {"numb": (0, 1)}
LIDS = ("full_face",)

# The most that is usual (1.3).
UPPER: dict[str, dict[str, Bounds]] = {
    "co2_full": {
        "redness": [(0, 14, 3), (15, 45, 2), (46, 180, 1)], "swelling": [(0, 4, 3), (5, 7, 2), (8, 21, 1)],
        "pain": [(0, 1, 7), (2, 3, 5), (4, 7, 3), (8, 14, 1)], "oozing": [(0, 2, 3), (3, 5, 2), (6, 9, 1)],
        "crusting": [(0, 10, 2), (11, 14, 1)], "itching": [(0, 21, 2), (22, 60, 1)],
    },
    "eryag_full": {
        "redness": [(0, 7, 3), (8, 21, 2), (22, 45, 1)], "swelling": [(0, 3, 3), (4, 5, 2), (6, 14, 1)],
        "pain": [(0, 1, 6), (2, 3, 4), (4, 6, 2)], "oozing": [(0, 2, 3), (3, 4, 2), (5, 6, 1)],
        "crusting": [(0, 7, 2), (8, 10, 1)], "itching": [(0, 14, 2), (15, 30, 1)],
    },
    "fractional_ablative": {
        "redness": [(0, 4, 3), (5, 10, 2), (11, 30, 1)], "swelling": [(0, 3, 3), (4, 5, 2), (6, 8, 1)],
        "pain": [(0, 0, 7), (1, 2, 4), (3, 5, 2)], "oozing": [(0, 1, 2), (2, 3, 1)],
        "bronzing": [(2, 10, 2)], "crusting": [(1, 8, 2)], "itching": [(0, 10, 2), (11, 21, 1)],
    },
    "fractional_nonablative": {
        "redness": [(0, 3, 2), (4, 7, 1)], "swelling": [(0, 2, 2), (3, 4, 1)],
        "pain": [(0, 0, 6), (1, 2, 3)], "oozing": [(0, 2, 1)], "bronzing": [(2, 10, 2)],
        "crusting": [(3, 8, 1)], "itching": [(0, 8, 2)],
    },
    "ipl": {
        "redness": [(0, 2, 2), (3, 4, 1)], "swelling": [(0, 2, 1)], "pain": [(0, 0, 4), (1, 2, 2)],
        "darkened_spots": [(1, 10, 2)], "itching": [(0, 5, 1)],
    },
    "vascular": {
        "redness": [(0, 3, 2), (4, 7, 1)], "swelling": [(0, 2, 2), (3, 3, 1)],
        "pain": [(0, 0, 5), (1, 2, 2)], "purpura": [(0, 7, 3), (8, 14, 2)], "itching": [(0, 7, 1)],
    },
    "pigment_tattoo": {
        "redness": [(0, 3, 2), (4, 10, 1)], "swelling": [(0, 2, 2), (3, 5, 1)],
        "pain": [(0, 1, 5), (2, 3, 3)], "oozing": [(0, 4, 1)], "crusting": [(1, 14, 2)],
        "purpura": [(0, 10, 2)], "itching": [(1, 14, 2)],
    },
    "hair_removal": {
        "redness": [(0, 1, 2), (2, 4, 1)], "swelling": [(0, 1, 2), (2, 2, 1)],
        "pain": [(0, 0, 4), (1, 1, 2)], "itching": [(0, 4, 1)],
    },
}  # fmt: skip
UPPER_ELSEWHERE: dict[tuple[str, str, frozenset[str]], Bounds] = {
    ("ipl", "darkened_spots", frozenset({"hands", "body"})): [(1, 21, 2)],
    ("fractional_ablative", "bronzing", frozenset({"hands"})): [(2, 14, 2)],
}

# "No ... until" of 1.1: since, the first day it may be possible again, and what it waits for besides.
NOTES: dict[str, dict[str, Rule]] = {
    "co2_full": {
        "sun": (-42, 15, CLOSED), "tan": (-42, 181, None), "makeup": (0, 10, CLOSED),
        "exercise": (0, 14, CLOSED), "swim": (0, 14, CLOSED), "acids": (-7, 42, CLOSED),
        "facials": (-21, 28, CLOSED), "smoke": (-14, 15, None),
    },
    "eryag_full": {
        "sun": (-42, 15, CLOSED), "tan": (-42, 91, None), "makeup": (0, 7, CLOSED),
        "exercise": (0, 10, CLOSED), "swim": (0, 14, CLOSED), "acids": (-7, 28, CLOSED),
        "facials": (-21, 28, CLOSED), "smoke": (-14, 15, None),
    },
    "fractional_ablative": {
        "sun": (-28, 15, CLOSED), "tan": (-28, 91, None), "makeup": (0, 7, CLOSED),
        "exercise": (0, 7, CLOSED), "acids": (-7, 21, CLOSED), "smoke": (-14, 15, None),
    },
    "fractional_nonablative": {
        "sun": (-14, 15, CLOSED), "tan": (-14, 61, None), "makeup": (0, 1, CLOSED),
        "exercise": (0, 3, CLOSED), "acids": (-7, 7, CLOSED),
    },
    "ipl": {
        "sun": (-28, 15, CLOSED), "tan": (-28, 43, None), "makeup": (0, 1, CLOSED),
        "exercise": (0, 2, CLOSED), "acids": (-7, 7, CLOSED),
    },
    "vascular": {
        "sun": (-42, 15, CLOSED), "tan": (-42, 181, None), "products": (0, 2, CLOSED),
        "makeup": (0, 2, CLOSED), "exercise": (0, 3, CLOSED), "swim_bruise": (0, None, "bruise_gone"),
        "contact_sport": (0, None, "bruise_gone"),
    },
    "pigment_tattoo": {
        "sun": (-28, 29, CLOSED), "tan": (-28, 121, None), "makeup": (0, 7, CLOSED), "swim": (0, None,
        "scabs_gone"), "contact_sport": (0, None, "scabs_gone"),
    },
    "hair_removal": {
        "sun": (-42, 15, CLOSED), "tan": (-42, 43, None), "makeup": (0, 2, CLOSED),
        "exercise": (0, 3, CLOSED), "acids": (-7, 7, CLOSED), "wax": (-21, None, None),
    },
}  # fmt: skip
# Of this project (D), where the notes have no day.
OWN: dict[str, dict[str, Rule]] = {
    "co2_full": {
        "shave": (0, 9, CLOSED), "wax": (-21, 42, CLOSED), "pick": (0, 15, CLOSED),
    },
    "eryag_full": {
        "shave": (0, 6, CLOSED), "wax": (-21, 28, CLOSED), "pick": (0, 11, CLOSED),
    },
    "fractional_ablative": {
        "swim": (0, 7, CLOSED), "shave": (0, 6, CLOSED), "wax": (-21, 21, CLOSED), "pick": (0, 11, CLOSED),
    },
    "fractional_nonablative": {
        "swim": (0, 3, CLOSED), "shave": (0, 3, CLOSED), "wax": (-21, 14, CLOSED), "pick": (0, 11, CLOSED),
    },
    "ipl": {
        "swim": (0, 2, CLOSED), "shave": (0, 2, CLOSED), "wax": (-21, 14, CLOSED), "pick": (0, 15, CLOSED),
    },
    "vascular": {
        "swim": (0, 3, CLOSED), "contact_sport_open": (0, 3, CLOSED), "acids": (-7, 14, CLOSED),
        "shave": (0, 3, CLOSED), "wax": (-21, 14, CLOSED), "pick": (0, 15, CLOSED),
    },
    "pigment_tattoo": {
        "swim_open": (0, None, CLOSED), "contact_sport_open": (0, None, CLOSED), "exercise": (0, 3, CLOSED),
        "acids": (-7, 14, CLOSED), "shave": (0, 10, CLOSED), "wax": (-21, 28, CLOSED), "pick": (0, 29,
        "scabs_gone"), "pop": (0, 11, None),
    },
    "hair_removal": {
        "swim": (0, 3, CLOSED), "shave": (0, 3, CLOSED), "pick": (0, 11, CLOSED),
    },
}  # fmt: skip

# Section 2: from which day to which a check-in asks; None: until the plan ends.
ASKED: dict[str, tuple[int, int | None]] = {
    "pain": (0, None), "redness": (0, None), "itching": (0, None), "swelling": (0, 14), "crusting": (1, 21),
    "blisters": (0, 21), "numb": (0, 30), "bumps": (4, 42), "overall": (0, None),
}  # fmt: skip
UNTIL_HEALED = ("oozing", "oozing_colour")
