"""People who work in clinics, and their signed-in browsers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from pwa.domain.clinic import MembershipStatus, StaffRole
from pwa.store import staff_targets, tables
from pwa.store.scope import ClinicScope, in_clinic


@dataclass(frozen=True, slots=True)
class StaffAccount:
    """A person who signs in. Never shown with its password hash."""

    id: UUID
    email: str
    name: str
    password_hash: str


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who a session belongs to, and what they may do in the clinic it is for."""

    staff_id: UUID
    name: str
    clinic_id: UUID
    role: StaffRole


def add_staff(
    session: Session, account: StaffAccount, clinic_id: UUID, role: StaffRole, now: datetime
) -> None:
    """Store an account with its membership of one clinic, and its address as a way to be told there."""
    session.add(
        tables.StaffAccount(
            id=account.id,
            email=account.email,
            name=account.name,
            password_hash=account.password_hash,
            created_at=now,
        )
    )
    session.flush()
    session.add(
        tables.Membership(
            clinic_id=clinic_id,
            staff_id=account.id,
            role=role,
            status=MembershipStatus.ACTIVE,
            created_at=now,
        )
    )
    session.flush()
    staff_targets.add_address(in_clinic(session, clinic_id), account.id, account.email, now)


def find_staff(session: Session, email: str) -> StaffAccount | None:
    """The account with that address, unless it is disabled."""
    table = tables.StaffAccount
    row = session.scalars(
        select(table).where(table.email == email.lower(), table.disabled_at.is_(None))
    ).one_or_none()
    return None if row is None else StaffAccount(row.id, row.email, row.name, row.password_hash)


def clinics_of(session: Session, staff_id: UUID) -> tuple[UUID, ...]:
    """The clinics a person works in now."""
    table = tables.Membership
    rows = session.scalars(
        select(table.clinic_id)
        .where(table.staff_id == staff_id, table.status == MembershipStatus.ACTIVE)
        .order_by(table.created_at, table.clinic_id)
    )
    return tuple(rows)


def people_of(session: Session, clinic_id: UUID) -> tuple[UUID, ...]:
    """Who works in a clinic now, whatever their role."""
    member, account = tables.Membership, tables.StaffAccount
    rows = session.scalars(
        select(member.staff_id)
        .join(account, account.id == member.staff_id)
        .where(
            member.clinic_id == clinic_id,
            member.status == MembershipStatus.ACTIVE,
            account.disabled_at.is_(None),
        )
        .order_by(member.created_at, member.staff_id)
    )
    return tuple(rows)


def names_of(scope: ClinicScope, staff_ids: Iterable[UUID]) -> dict[UUID, str]:
    """What people who work, or have worked, in this clinic are called."""
    member, account = tables.Membership, tables.StaffAccount
    rows = scope.session.execute(
        select(account.id, account.name)
        .join(member, member.staff_id == account.id)
        .where(member.clinic_id == scope.clinic_id, account.id.in_(tuple(staff_ids)))
    )
    return {staff_id: name for staff_id, name in rows}


def set_password_hash(session: Session, staff_id: UUID, password_hash: str) -> None:
    """Store a new encoded Argon2id hash."""
    session.execute(
        update(tables.StaffAccount)
        .where(tables.StaffAccount.id == staff_id)
        .values(password_hash=password_hash)
    )


def add_session(
    session: Session, token_hash: bytes, staff_id: UUID, clinic_id: UUID, now: datetime, expires_at: datetime
) -> None:
    """Sign a browser in."""
    session.add(
        tables.StaffSession(
            token_hash=token_hash,
            staff_id=staff_id,
            clinic_id=clinic_id,
            created_at=now,
            last_seen_at=now,
            expires_at=expires_at,
        )
    )
    session.flush()


def find_session(session: Session, token_hash: bytes, now: datetime, idle_since: datetime) -> SignedIn | None:
    """Who holds this session, if it lives, was used since `idle_since`, and they still work there."""
    live, account, member = tables.StaffSession, tables.StaffAccount, tables.Membership
    row = session.execute(
        select(account.id, account.name, member.clinic_id, member.role)
        .select_from(live)
        .join(account, account.id == live.staff_id)
        .join(member, (member.staff_id == live.staff_id) & (member.clinic_id == live.clinic_id))
        .where(
            live.token_hash == token_hash,
            live.revoked_at.is_(None),
            live.expires_at > now,
            live.last_seen_at > idle_since,
            account.disabled_at.is_(None),
            member.status == MembershipStatus.ACTIVE,
        )
    ).one_or_none()
    return None if row is None else SignedIn(*row)


def touch_session(session: Session, token_hash: bytes, now: datetime) -> None:
    """The session was used just now."""
    table = tables.StaffSession
    session.execute(update(table).where(table.token_hash == token_hash).values(last_seen_at=now))


def revoke_session(session: Session, token_hash: bytes, now: datetime) -> None:
    """Sign a browser out for good."""
    table = tables.StaffSession
    session.execute(update(table).where(table.token_hash == token_hash).values(revoked_at=now))
