"""What phones reported of their notices: shown, opened, dismissed."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select

from pwa.domain.notice import ReceiptKind
from pwa.store import tables
from pwa.store.ids import new_id
from pwa.store.scope import ClinicScope
from pwa.store.upserts import insert_ignoring


def add_receipt(
    scope: ClinicScope, notice_id: UUID, device_id: UUID, kind: ReceiptKind, now: datetime
) -> None:
    """Keep what a phone reported; the same report twice is one."""
    insert_ignoring(
        scope.session,
        tables.Receipt,
        [
            {
                "id": new_id(now),
                "clinic_id": scope.clinic_id,
                "notice_id": notice_id,
                "device_id": device_id,
                "kind": kind,
                "received_at": now,
            }
        ],
    )


def first_receipt(scope: ClinicScope, notice_id: UUID, device_id: UUID, kind: ReceiptKind) -> datetime | None:
    """When this phone first reported this of the notice."""
    table = tables.Receipt
    return scope.session.scalar(
        select(func.min(table.received_at)).where(
            table.clinic_id == scope.clinic_id,
            table.notice_id == notice_id,
            table.device_id == device_id,
            table.kind == kind,
        )
    )


def last_shown(scope: ClinicScope, device_id: UUID) -> datetime | None:
    """When a device last reported that it showed a notice."""
    table = tables.Receipt
    return scope.session.scalar(
        select(func.max(table.received_at)).where(
            table.clinic_id == scope.clinic_id,
            table.device_id == device_id,
            table.kind.in_((ReceiptKind.SHOWN, ReceiptKind.OPENED)),
        )
    )
