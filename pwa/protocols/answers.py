"""The ids a check-in may ask for, and what values they take."""

from __future__ import annotations

from types import MappingProxyType

_GRADED = "redness swelling itching oozing crusting bumps bronzing purpura darkened_spots"
_SIGNS = """
raw raw_spot spreading spreading_fast fever smell tender_lumps honey_crust eye_pain light_pain sight_change
sores_near_eye lid_turned_out eye_wont_close eye_gritty eye_shut face_droop arm_weak speech_trouble numb
dark_patches light_patches firm_spot white_burn_area pattern_burn breathing_trouble throat_swelling faint
confused very_ill mottled_skin heart_or_breath_fast drowsy bleeding_wont_stop rash_after_product
widespread_rash vomiting white_film beefy_patches satellite_bumps cold_sore sunburn redness_returned
loose_skin self_harm ringing_or_metal_taste fit_or_twitching worried pain_unrelieved
"""

SIGNS = frozenset(_SIGNS.split())  # yes or no
GRADED = frozenset(_GRADED.split())  # 0 none, 1 mild, 2 moderate, 3 severe

ANSWERS: MappingProxyType[str, str] = MappingProxyType(
    {
        "overall": "better|same|worse|worried",
        "pain": "0-10",
        "oozing_colour": "clear|yellow_green|blood",
        "blisters": "none|few|many|grouped",
        "missed_doses": "number",
        **dict.fromkeys(sorted(GRADED), "0-3"),
        **dict.fromkeys(sorted(SIGNS), "yes|no"),
    }
)
