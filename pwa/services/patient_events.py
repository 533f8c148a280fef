"""What phones make: an event as it came, and what became of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any
from uuid import UUID

from pwa.domain.errors import BadInput
from pwa.store.plans import KnownEvent
from pwa.vault.fields import PatientVault

UNREADABLE = "unreadable"  # the kind of an event whose frame could not be read
CHECK_IN = "check_in"

# Why an event cannot be used. The word is stored readable, so it names no question and no answer; the
# sentence is told to the phone. A word that is not in here is told as `not_usable`.
REFUSALS: Mapping[str, str] = MappingProxyType(
    {
        "not_usable": "The server cannot use this. It was kept.",
        "unreadable": "The server cannot read this. It was kept; show it to your clinic.",
        "unknown_kind": "This version of the server does not know what this is. It was kept.",
        "part_unreadable": "Part of this cannot be read. It was kept; show it to your clinic.",
        "answer_not_possible": "This answer cannot be. It was kept; show it to your clinic.",
        "plan_not_yours": "This care plan is not yours.",
        "alert_not_yours": "This alert is not yours.",
        "nothing_due": "This names nothing that was due.",
        "snooze_too_long": "A reminder can be put off by up to 12 hours.",
        "settings_not_possible": "These settings cannot be read.",
        "zone_unknown": "This is not a time zone.",
        "quiet_too_long": "Quiet hours can be at most 16 hours long.",
        "time_not_possible": "This is not a time of day. Give it as 07:30.",
        "instant_not_possible": "This is not a time with its zone.",
        "lock_screen_not_possible": "Choose how much the lock screen may say: 0, 1 or 2.",
        "id_not_possible": "This is not an id.",
        "other_content": "Something else was already sent under this number.",
    }
)
PARTLY_READ = "Your clinic has this. Part of it could not be read."


class SyncResult(StrEnum):
    STORED = "stored"
    DUPLICATE = "duplicate"
    CONFLICT = "conflict"
    REJECTED = "rejected"  # kept, but not usable: the phone shows it
    LATER = "later"  # not looked at: too many came at once


class CannotUse(BadInput):
    """This event cannot be used. It was kept."""

    def __init__(self, word: str) -> None:
        super().__init__(REFUSALS[word])
        self.word = word


@dataclass(frozen=True, slots=True)
class PatientEvent:
    """One event as it came, dated by the phone's clock: its frame, and the whole content word for word."""

    id: UUID
    seq: int
    schema: int
    kind: str
    tapped_at: datetime
    content: Any
    is_whole: bool = True  # False: a part of it is no value here, and stands in the content as its text

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
    if known.rejected is None:
        return Answer(event.id, SyncResult.DUPLICATE)
    return Answer(event.id, SyncResult.REJECTED, sentence_of(known.rejected))


def sentence_of(word: str) -> str:
    """What the phone is told for a code word, the first time and again."""
    return REFUSALS.get(word, REFUSALS["not_usable"])
