"""Where people who work in a clinic can be told: their browsers, and their e-mail address."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, exists, func, literal, select
from sqlalchemy.orm import Session

from pwa.domain.clinic import MembershipStatus
from pwa.domain.patient import TargetKind, TargetState
from pwa.store import tables
from pwa.store.ids import new_id
from pwa.store.scope import ClinicScope, as_dispatcher
from pwa.store.targets import OVER, PushSubscription

BROWSERS_AT_MOST = 10  # of one person in one clinic; the oldest makes room


@dataclass(frozen=True, slots=True)
class RefusedAddresses:
    """How many live e-mail addresses refused the last mail, and in how many clinics none takes any."""

    addresses: int
    clinics: int


def add_address(scope: ClinicScope, staff_id: UUID, email: str, now: datetime) -> None:
    """Whoever works here can be told by e-mail."""
    scope.add(
        tables.Target(
            id=new_id(now),
            staff_id=staff_id,
            kind=TargetKind.EMAIL,
            state=TargetState.LIVE,
            address=email,
            origin="",
            suspect_failures=0,
            created_at=now,
        )
    )
    scope.session.flush()


def put_subscription(
    scope: ClinicScope, staff_id: UUID, subscription: PushSubscription, now: datetime
) -> TargetState:
    """Make this endpoint one of the person's live ones here; returns the state it ended up in.

    An endpoint belongs to one person in one clinic: it moves when another takes it over. One that its push
    service declared gone, or that was retired, stays so.
    """
    session, table = scope.session, tables.Target
    as_dispatcher(session)  # for the endpoint may have been somebody else's, in whatever clinic
    account = select(tables.StaffAccount.id).where(tables.StaffAccount.id == staff_id)
    session.execute(
        account.with_for_update(key_share=True)
    ).all()  # one at a time, or two would be one too many
    known = session.scalars(select(table).where(table.address == subscription.endpoint)).all()
    ended = next((row.state for row in known if row.state in OVER), None)
    if ended is not None:
        return ended
    row = next((row for row in known if (row.staff_id, row.clinic_id) == (staff_id, scope.clinic_id)), None)
    for other in known:
        if other is not row and other.state is TargetState.LIVE:
            other.state = TargetState.LEFT
    session.flush()
    if row is None:
        row = _new_browser(staff_id, subscription, now)
        scope.add(row)
    row.origin, row.state = subscription.origin, TargetState.LIVE
    row.p256dh, row.auth, row.vapid_key_id = subscription.p256dh, subscription.auth, subscription.vapid_key_id
    session.flush()
    _make_room(scope, staff_id)
    return TargetState.LIVE


def _new_browser(staff_id: UUID, subscription: PushSubscription, now: datetime) -> tables.Target:
    return tables.Target(
        id=new_id(now),
        staff_id=staff_id,
        kind=TargetKind.PUSH,
        address=subscription.endpoint,
        suspect_failures=0,
        created_at=now,
    )


def _make_room(scope: ClinicScope, staff_id: UUID) -> None:
    table = tables.Target
    live = scope.session.scalars(
        _browsers_of(scope, staff_id).order_by(table.created_at.desc(), table.id.desc())
    ).all()
    for row in live[BROWSERS_AT_MOST:]:
        row.state = TargetState.LEFT
    scope.session.flush()


def leave_endpoint(scope: ClinicScope, staff_id: UUID, endpoint: str) -> None:
    """That browser of theirs takes no more pushes."""
    table = tables.Target
    scope.session.execute(
        scope.update(table)
        .where(table.staff_id == staff_id, table.address == endpoint, table.state == TargetState.LIVE)
        .values(state=TargetState.LEFT)
    )


def _browsers_of(scope: ClinicScope, staff_id: UUID) -> Select[tables.Target]:
    table = tables.Target
    return scope.select(table).where(
        table.staff_id == staff_id, table.kind == TargetKind.PUSH, table.state == TargetState.LIVE
    )


def works_there() -> ColumnElement[bool]:
    """Of a target of staff: its person still works in its clinic, and may sign in."""
    target, member, account = tables.Target, tables.Membership, tables.StaffAccount
    return exists(
        select(literal(1))
        .select_from(member)
        .join(account, account.id == member.staff_id)
        .where(
            member.clinic_id == target.clinic_id,
            member.staff_id == target.staff_id,
            member.status == MembershipStatus.ACTIVE,
            account.disabled_at.is_(None),
        )
        .correlate(target)
    )


def refused_addresses(session: Session) -> RefusedAddresses:
    """Whose mail server refused them the last time; one that takes a mail again is forgotten."""
    target = tables.Target
    refused = func.count(target.id).filter(target.suspected_at.is_not(None))
    rows = session.execute(
        select(refused, func.count(target.id))
        .where(target.kind == TargetKind.EMAIL, target.state == TargetState.LIVE, works_there())
        .group_by(target.clinic_id)
    ).all()
    return RefusedAddresses(
        addresses=sum(bad for bad, _ in rows), clinics=sum(bad == known for bad, known in rows)
    )
