"""The server's own rows: epoch, demo clock, heartbeats, public VAPID keys, throttles."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from sqlalchemy import case, delete, exists, select
from sqlalchemy.orm import Session

from pwa.clock import DemoClock
from pwa.store import tables
from pwa.store.upserts import dialect_insert, insert_ignoring, rows_changed

EPOCH = "epoch"
EPOCH_CHANGED_AT = "epoch_changed_at"
MASTER_KEY = "master_key:"


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
    """The server's epoch, made when there is none; of two that start together, one makes it."""
    insert_ignoring(session, tables.ServerMeta, [{"name": EPOCH, "value": str(uuid4())}])
    epoch = get_epoch(session)
    assert epoch is not None
    return epoch


def master_key_marks(session: Session) -> dict[str, str]:
    """The mark of every master key this database has met, by the key's id."""
    table = tables.ServerMeta
    rows = session.scalars(select(table).where(table.name.startswith(MASTER_KEY, autoescape=True)))
    return {row.name.removeprefix(MASTER_KEY): row.value for row in rows}


def put_master_key_mark(session: Session, key_id: str, mark: str) -> None:
    """Remember a master key by its mark."""
    session.merge(tables.ServerMeta(name=MASTER_KEY + key_id, value=mark))
    session.flush()


def is_sealed_by(session: Session, key_id: str) -> bool:
    """Whether any patient's key is wrapped by this master key."""
    table = tables.PatientKey
    return bool(session.scalar(select(exists().where(table.master_key_id == key_id))))


def is_sealed(session: Session) -> bool:
    """Whether any patient's key is wrapped at all."""
    return bool(session.scalar(select(exists(select(tables.PatientKey.patient_id)))))


def change_epoch(session: Session, wall: datetime) -> None:
    """Give the server a new epoch, so that phones offer again what they kept."""
    for name, value in new_epoch(wall).items():
        session.merge(tables.ServerMeta(name=name, value=value))
    session.flush()


def new_epoch(wall: datetime) -> dict[str, str]:
    """The named values that make a new epoch."""
    return {EPOCH: str(uuid4()), EPOCH_CHANGED_AT: wall.isoformat()}


def epoch_changed_at(session: Session) -> datetime | None:
    """When data was last restored; None when it never was."""
    row = session.get(tables.ServerMeta, EPOCH_CHANGED_AT)
    return None if row is None else datetime.fromisoformat(row.value)


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
    insert = dialect_insert(session, tables.Heartbeat).values(name=name, at=wall)
    session.execute(insert.on_conflict_do_update(index_elements=["name"], set_={"at": insert.excluded.at}))


def last_beat(session: Session, name: str) -> datetime | None:
    """When a job last finished a good pass."""
    row = session.get(tables.Heartbeat, name)
    return None if row is None else row.at


def put_vapid_key(session: Session, key: PublicVapidKey, now: datetime) -> None:
    """Remember a key that phones may subscribe with."""
    row: dict[str, object] = {"id": key.id, "public_key": key.public_key, "created_at": now}
    insert_ignoring(session, tables.VapidKeyRow, [row])


def vapid_keys(session: Session) -> tuple[PublicVapidKey, ...]:
    """Every key not retired, oldest first."""
    table = tables.VapidKeyRow
    rows = session.scalars(
        select(table).where(table.retired_at.is_(None)).order_by(table.created_at, table.id)
    )
    return tuple(PublicVapidKey(row.id, row.public_key) for row in rows)


def count_try(session: Session, bucket: bytes, wall: datetime, until: datetime) -> int:
    """Count a try at a secret; returns how many there were in this bucket's current window.

    One statement, so that tries made at the same moment are all counted.
    """
    table = tables.Throttle
    insert = dialect_insert(session, table).values(bucket=bucket, tries=1, until=until)
    over = table.until <= wall
    counted = insert.on_conflict_do_update(
        index_elements=["bucket"],
        set_={
            "tries": case((over, 1), else_=table.tries + 1),
            "until": case((over, insert.excluded.until), else_=table.until),
        },
    ).returning(table.tries)
    return int(session.execute(counted).scalar_one())


def has_tries(session: Session, bucket: bytes, wall: datetime) -> bool:
    """Whether anything was counted in this bucket whose window is still open."""
    table = tables.Throttle
    return bool(session.scalar(select(exists().where(table.bucket == bucket, table.until > wall))))


def forget_tries(session: Session, bucket: bytes) -> None:
    """A right answer clears the count."""
    session.execute(delete(tables.Throttle).where(tables.Throttle.bucket == bucket))


def forget_old_tries(session: Session, before: datetime) -> int:
    """Delete counts whose window ended before; returns how many."""
    result = session.execute(delete(tables.Throttle).where(tables.Throttle.until < before))
    return rows_changed(result)
