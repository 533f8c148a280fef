"""What phones make: an event as it came, and what became of it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from pwa.store.plans import KnownEvent
from pwa.vault.fields import PatientVault

UNREADABLE = "unreadable"  # the kind of an event whose frame could not be read


class SyncResult(StrEnum):
    STORED = "stored"
    DUPLICATE = "duplicate"
    CONFLICT = "conflict"
    REJECTED = "rejected"  # kept, but not usable: the phone shows it


@dataclass(frozen=True, slots=True)
class PatientEvent:
    """One event as it came, dated by the phone's clock: its frame, and the whole content word for word."""

    id: UUID
    seq: int
    schema: int
    kind: str
    tapped_at: datetime
    content: Any

    @property
    def text(self) -> str:
        """The content as it is kept and compared."""
        # In ASCII, since JSON may carry half of a surrogate pair, which is no text.
        return json.dumps(self.content, sort_keys=True, separators=(",", ":"))

    def digest(self, vault: PatientVault) -> bytes:
        """What tells whether it is the same as another that came under its id."""
        return vault.digest("patient_events", "payload", self.id, self.text)


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one event."""

    id: UUID
    result: SyncResult
    reason: str | None = None


def answer_again(event: PatientEvent, known: KnownEvent) -> Answer:
    """What became of an event that comes once more: the first answer to it may have been lost."""
    # A refusal is told again, or the phone would never show it.
    refused = known.rejected is not None
    return Answer(event.id, SyncResult.REJECTED if refused else SyncResult.DUPLICATE, known.rejected)
