"""What can be wrong with a protocol, always with the file, the place in it and the reason."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from pwa.domain.errors import BadInput


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong: `path` like "steps[3].days.first" (empty: the whole file), `line` from 1."""

    path: str
    reason: str
    line: int | None = None

    def sentence(self, file: str) -> str:
        """All of it as one sentence, e.g. "a.yaml, line 7, steps[3].days.first: is missing."."""
        where = [file]
        if self.line is not None:
            where.append(f"line {self.line}")
        if self.path:
            where.append(self.path)
        return f"{', '.join(where)}: {self.reason.rstrip('.')}."


class ProtocolError(BadInput):
    """This protocol cannot be read."""

    code: ClassVar[str] = "bad_protocol"

    def __init__(self, file: str, problems: Iterable[Problem]) -> None:
        self.file = file
        self.problems = tuple(problems)
        super().__init__("\n".join(problem.sentence(file) for problem in self.problems))
