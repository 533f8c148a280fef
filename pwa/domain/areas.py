"""Where on the body a treatment was."""

from __future__ import annotations

from enum import StrEnum


class Area(StrEnum):
    FULL_FACE = "full_face"
    AROUND_EYES = "around_eyes"
    MOUTH = "mouth"
    NECK_CHEST = "neck_chest"
    HANDS = "hands"
    BODY = "body"
