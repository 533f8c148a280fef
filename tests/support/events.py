"""What a phone sends, as static/shared/outbox.ts makes it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import count
from typing import Any

from pwa.services.instants import instant
from pwa.store.ids import new_id
from tests.support.web import START

Event = dict[str, Any]

_seqs = count(1)


def event(kind: str, at: datetime = START, **content: Any) -> Event:
    """A new event with an id and a sequence number of its own."""
    frame = {"id": str(new_id(at)), "seq": next(_seqs), "schema": 1}
    return {**frame, "tapped_at": instant(at), "zone": "Europe/London", "kind": kind, **content}


def outcome(occurrence_ids: list[str], value: str, at: datetime = START, **more: Any) -> Event:
    return event("outcome", at, occurrence_ids=occurrence_ids, value=value, **more)


def fact(plan_id: str, value: object, at: datetime = START, name: str = "skin_closed") -> Event:
    return event("fact", at, plan_id=plan_id, name=name, value=value)


def settings(at: datetime = START, **changed: Any) -> Event:
    usual = {"wake": "08:00", "quiet_start": "21:30", "quiet_end": "07:30", "lock_screen": 0}
    return event("settings", at, settings={**usual, "one_a_day": False, "zone": "Europe/London", **changed})


def items_of(bundle: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Everything on the agenda, by day."""
    for day in bundle["agenda"]:
        yield from day["items"]


def check_in(plan_id: str, answers: Any, day: int = 0, at: datetime = START, **more: Any) -> Event:
    content = {"plan_id": plan_id, "day": day, "answers": answers, "result": None, **more}
    return event("check_in", at, **content)


def item_due_next(bundle: dict[str, Any], after: datetime = START) -> dict[str, Any]:
    """The first thing still to come."""
    return min(
        (item for item in items_of(bundle) if item["due_at"] > instant(after)), key=lambda one: one["due_at"]
    )


def item_with(bundle: dict[str, Any], occurrence_id: str) -> dict[str, Any]:
    """The agenda's item of an occurrence."""
    [found] = [item for item in items_of(bundle) if occurrence_id in item["occurrence_ids"]]
    return found
