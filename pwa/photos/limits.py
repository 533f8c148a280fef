"""What one photo may cost. Shared with the process that decodes it, so this needs nothing but the library."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

MOST_BYTES = 12 * 1024 * 1024
MOST_PIXELS = 24_000_000
MOST_PIXELS_OF_WEBP = 12_000_000  # its decoder holds every pixel four times
LONGEST_SIDE = 1600
QUALITY = 82
# A photo of noise at that size and quality has 1.8 MB.
MOST_BYTES_OUT = 3 * 1024 * 1024


class ExitCode(IntEnum):
    """How the decoding process says what became of a photo."""

    DONE = 0
    UNUSABLE = 10
    TOO_MANY_PIXELS = 11
    BROKEN = 70  # it could not even begin: no fault of the photo


@dataclass(frozen=True, slots=True)
class Limits:
    """What one decoding process may use, and how many there may be.

    One `waiting` beside two `at_once`: of a web process's four threads (`afterbeam serve`) one is always left
    for everything else.
    """

    memory_bytes: int = 300 * 1024 * 1024  # of address space: code, file, and the picture twice
    cpu_s: int = 10
    wall_s: int = 20
    at_once: int = 2
    waiting: int = 1
