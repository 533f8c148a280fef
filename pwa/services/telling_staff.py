"""Tell the people of a clinic that something waits for them, and stop when somebody has taken it.

Nothing here says what it is about: a notice is an id and neutral words, in the inbox stands the rest.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Protocol
from uuid import UUID

from pwa.clock import Moment
from pwa.domain.errors import NotFound
from pwa.domain.notice import NoticeKind
from pwa.domain.telling import alert_slot
from pwa.logs import get_logger
from pwa.store import operations, staff, staff_notices
from pwa.store.ids import new_id
from pwa.store.scope import ClinicScope
from pwa.store.staff_notices import StaffRound

# Tried for so long: through an outage of a mail server, or a night.
ALERT_USEFUL = timedelta(hours=12)

log = get_logger()


class Tellable(Protocol):
    """An alert, as far as telling needs to know it."""

    @property
    def id(self) -> UUID: ...

    @property
    def clinic_id(self) -> UUID: ...


def tell_staff(scope: ClinicScope, alert: Tellable, moment: Moment) -> int:
    """One more round: everybody who works in the clinic is told now; returns how many.

    What waits of earlier rounds gives way to this one, so that nobody gets a burst after an outage.
    """
    if alert.clinic_id != scope.clinic_id:
        raise NotFound
    staff_notices.stop_alert(scope, alert.id, moment.wall)
    people = staff.people_of(scope.session, scope.clinic_id)
    if not people:
        log.warning("nobody_to_tell", clinic_id=scope.clinic_id)
    demo = operations.get_demo_clock(scope.session)
    told = StaffRound(
        kind=NoticeKind.ALERT,
        slot_key=alert_slot(alert.id, new_id(moment.wall)),
        due_at=moment.care,
        useful_until=moment.care + ALERT_USEFUL * (demo.speed if demo else 1),
    )
    return staff_notices.add_round(scope, people, told, moment.wall)


def stop_telling_staff(scope: ClinicScope, alert_id: UUID, moment: Moment) -> None:
    """Somebody has the alert: whoever was not yet told need not be."""
    staff_notices.stop_alert(scope, alert_id, moment.wall)
