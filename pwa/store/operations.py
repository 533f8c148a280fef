"""The server's own rows: epoch, demo clock, heartbeats, public VAPID keys, throttles."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from pwa.clock import DemoClock
from pwa.store import tables

EPOCH = "epoch"


@dataclass(frozen=True, slots=True)
class PublicVapidKey:
    """The public half of a VAPID key that phones subscribe with."""

    id: str
    public_key: str


def get_epoch(session: Session) -> str | None:
    """The server's epoch; it changes when data was restored, and phones then offer again."""
    row = session.get(tables.ServerMeta, EPOCH)
    return None if row is None else row.value


def ensure_epoch(session: Session) -> str:
    """The server's epoch, made when there is none."""
    epoch = get_epoch(session)
    if epoch is None:
        epoch = str(uuid4())
        session.add(tables.ServerMeta(name=EPOCH, value=epoch))
        session.flush()
    return epoch


def get_demo_clock(session: Session) -> DemoClock | None:
    """How the demo's clock runs; None outside the demo."""
    row = session.get(tables.DemoClockRow, 1)
    return None if row is None else DemoClock(row.care_at, row.wall_at, row.speed)


def set_demo_clock(session: Session, demo: DemoClock) -> None:
    """Store how the demo's clock runs from now on."""
    session.merge(
        tables.DemoClockRow(id=1, care_at=demo.care_at, wall_at=demo.wall_at, speed=int(demo.speed))
    )
    session.flush()


def beat(session: Session, name: str, wall: datetime) -> None:
    """A job has just finished a good pass."""
    session.merge(tables.Heartbeat(name=name, at=wall))
    session.flush()


def last_beat(session: Session, name: str) -> datetime | None:
    """When a job last finished a good pass."""
    row = session.get(tables.Heartbeat, name)
    return None if row is None else row.at


def put_vapid_key(session: Session, key: PublicVapidKey, now: datetime) -> None:
    """Remember a key that phones may subscribe with."""
    if session.get(tables.VapidKeyRow, key.id) is None:
        session.add(tables.VapidKeyRow(id=key.id, public_key=key.public_key, created_at=now))
        session.flush()


def vapid_keys(session: Session) -> tuple[PublicVapidKey, ...]:
    """Every key not retired, oldest first."""
    table = tables.VapidKeyRow
    rows = session.scalars(
        select(table).where(table.retired_at.is_(None)).order_by(table.created_at, table.id)
    )
    return tuple(PublicVapidKey(row.id, row.public_key) for row in rows)


def count_try(session: Session, bucket: bytes, wall: datetime, until: datetime) -> int:
    """Count a try at a secret; returns how many there were in this bucket's current window."""
    row = session.get(tables.Throttle, bucket, with_for_update=True)
    if row is None:
        row = tables.Throttle(bucket=bucket, tries=0, until=until)
        session.add(row)
    if row.until <= wall:
        row.tries, row.until = 0, until
    row.tries += 1
    session.flush()
    return row.tries


def forget_tries(session: Session, bucket: bytes) -> None:
    """A right answer clears the count."""
    session.execute(delete(tables.Throttle).where(tables.Throttle.bucket == bucket))
