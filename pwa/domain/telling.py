"""How rounds of telling staff are named: each says which alert it is about."""

from __future__ import annotations

from uuid import UUID

_ALERT = "alert/"


def alert_slots(alert_id: UUID) -> str:
    """What the slot of every round about this alert begins with."""
    return f"{_ALERT}{alert_id}/"


def alert_slot(alert_id: UUID, round_id: UUID) -> str:
    """The slot of one round of telling about an alert."""
    return f"{alert_slots(alert_id)}{round_id.hex}"


def alert_of(slot_key: str) -> UUID | None:
    """Which alert a slot is about; None when it is about none."""
    if not slot_key.startswith(_ALERT):
        return None
    return UUID(slot_key.removeprefix(_ALERT).partition("/")[0])
