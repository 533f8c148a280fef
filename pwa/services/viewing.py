"""Who of the staff has read what, written down before it is shown."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from pwa.clock import Moment
from pwa.store import clinics
from pwa.store.scope import ClinicScope

# What somebody is recorded to have read: (act, kind of object).
ALERT_VIEW = ("alert.view", "alert")
CHECK_INS_VIEW = ("check_ins.view", "patient")
CONFLICTS_VIEW = ("conflicts.view", "patient")
VIEWED_AGAIN_AFTER = timedelta(hours=1)


def unrecorded(
    scope: ClinicScope, staff_id: UUID, view: tuple[str, str], ids: Iterable[UUID], moment: Moment
) -> tuple[UUID, ...]:
    """Those of which it is not recorded that this person has read them within the last hour."""
    since = moment.wall - VIEWED_AGAIN_AFTER
    known = clinics.acted_on(scope, ("staff", str(staff_id)), *view, since)
    return tuple(one for one in dict.fromkeys(ids) if str(one) not in known)


def record_views(
    scope: ClinicScope, staff_id: UUID, view: tuple[str, str], ids: Iterable[UUID], moment: Moment
) -> None:
    """Write down who has read what. Comes before it is shown: what cannot be recorded is not."""
    act, kind = view
    for one in ids:
        clinics.record_act(scope, moment.wall, ("staff", str(staff_id)), act, (kind, str(one)))
