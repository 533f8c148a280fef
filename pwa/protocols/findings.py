"""What the linter says about a protocol."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    ERROR = "error"  # must not be published
    WARNING = "warning"  # a clinician should look at it


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One thing to mend: `path` as in the file ("steps[3].days"), `message` one sentence."""

    level: Level
    path: str
    message: str


def error(path: str, message: str) -> Finding:
    return Finding(Level.ERROR, path, message)


def warning(path: str, message: str) -> Finding:
    return Finding(Level.WARNING, path, message)
