"""What keeps the server itself: its epoch, the demo's clock, heartbeats, key ids, throttles."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from pwa.store.tables.base import Base
from pwa.store.types import UtcDateTime


class ServerMeta(Base):
    """Named values: `epoch`, which a restore changes so that phones offer again, when it last did, and marks
    of master keys.
    """

    __tablename__ = "server_meta"

    name: Mapped[str] = mapped_column(String(128), primary_key=True)
    value: Mapped[str] = mapped_column(String(255))


class DemoClockRow(Base):
    """The demo's clock: care time runs `speed` times as fast as wall time since these instants."""

    __tablename__ = "demo_clock"
    __table_args__ = (
        CheckConstraint("id = 1", name="only_one"),
        CheckConstraint("speed >= 1", name="never_slower"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    care_at: Mapped[datetime] = mapped_column(UtcDateTime)
    wall_at: Mapped[datetime] = mapped_column(UtcDateTime)
    speed: Mapped[int]


class Heartbeat(Base):
    """When a job last finished a good pass, by the wall clock."""

    __tablename__ = "heartbeats"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class VapidKeyRow(Base):
    """A public VAPID key that phones have subscribed with. The private half is never in here."""

    __tablename__ = "vapid_keys"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    public_key: Mapped[str] = mapped_column(String(128))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    retired_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Throttle(Base):
    """How often a secret was tried, counted for all processes alike."""

    __tablename__ = "throttles"

    bucket: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    tries: Mapped[int]
    until: Mapped[datetime] = mapped_column(UtcDateTime)
