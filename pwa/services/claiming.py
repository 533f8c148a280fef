"""Take what staff must be told, whichever job comes first: what pushes, or what writes letters."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy.orm import Session

from pwa.clock import Moment
from pwa.domain.patient import TargetKind
from pwa.store import dispatch

CLAIM_AT_ONCE = 512


def claim_for_staff(session: Session, moment: Moment, channels: Collection[TargetKind]) -> None:
    """Take due notices to staff, and make a delivery of each for each way there is to tell its person.

    Before anything of patients: an alert never waits behind what was claimed before it.
    """
    claimed = dispatch.claim_for_staff(session, moment.care, moment.wall, CLAIM_AT_ONCE, channels)
    dispatch.open_staff_deliveries(session, claimed, moment.wall, channels)
