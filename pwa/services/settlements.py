"""Write down how leased deliveries went, whatever carried them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from pwa.domain.notice import DeliveryState
from pwa.store import settling
from pwa.store.dispatch import LeasedDelivery
from pwa.store.scope import as_dispatcher
from pwa.store.settling import Settlement


@dataclass(frozen=True, slots=True)
class Ended:
    """One leased delivery and what became of it; `retry_at` (wall time) is set for what is tried again."""

    delivery: LeasedDelivery
    state: DeliveryState
    retry_at: datetime | None
    status: int | None

    @property
    def is_accepted(self) -> bool:
        return self.state is DeliveryState.ACCEPTED


def settle(session: Session, ended: Sequence[Ended], wall: datetime) -> None:
    """Settle deliveries, bring their notices up to that, and note which targets took something."""
    as_dispatcher(session)
    notice_ids = [one.delivery.notice_id for one in ended]
    settling.lock(session, notice_ids, [one.delivery.target_id for one in ended])
    settling.settle(session, [_settlement(one, wall) for one in ended], wall)
    settling.close_notices(session, notice_ids, wall)
    settling.note_accepted(session, [one.delivery.target_id for one in ended if one.is_accepted], wall)


def _settlement(one: Ended, wall: datetime) -> Settlement:
    return Settlement(
        delivery_id=one.delivery.id,
        attempt=one.delivery.attempt,
        state=one.state,
        next_try_at=one.retry_at or wall,
        status_code=one.status,
        accepted_at=wall if one.is_accepted else None,
    )
