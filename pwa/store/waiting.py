"""What waits to be sent and what was given up, for those who watch the dispatcher."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pwa.domain.notice import DeliveryState, NoticeState
from pwa.domain.patient import TargetKind
from pwa.store import tables
from pwa.store.dispatch import has_untried_target, of_the_patient, of_the_staff

PUSH_ONLY = (TargetKind.PUSH,)


def given_up_since(session: Session, wall: datetime) -> int:
    """How many pushes could not be made, or were refused for good, since then."""
    delivery = tables.Delivery
    hopeless = delivery.state.in_((DeliveryState.DEAD, DeliveryState.REFUSED))
    pushes = delivery.channel == TargetKind.PUSH
    return session.scalar(select(func.count()).where(pushes, hopeless, delivery.changed_at >= wall)) or 0


def oldest_due(
    session: Session, care: datetime, channels: Collection[TargetKind] = PUSH_ONLY
) -> datetime | None:
    """The due time of the oldest notice that could be on its way and is not, if any.

    What was taken and is being tried, or was tried everywhere in vain, is no fault of the dispatcher.
    """
    notice = tables.Notice
    found = (
        session.scalar(
            select(func.min(notice.due_at)).where(
                notice.state == NoticeState.PLANNED,
                notice.due_at <= care,
                notice.useful_until > care,
                has_untried_target(of_the_person),
            )
        )
        for of_the_person in (of_the_patient(), of_the_staff(channels))
    )
    return min((due for due in found if due is not None), default=None)
