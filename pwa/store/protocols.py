"""Protocol documents, kept once by content, and the versions each clinic has of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from pwa.domain.errors import NotFound
from pwa.store import tables
from pwa.store.ids import new_id
from pwa.store.scope import ClinicScope


@dataclass(frozen=True, slots=True)
class StoredVersion:
    """A protocol version as one clinic has it."""

    id: UUID
    procedure: str
    content_hash: str
    approved_at: datetime | None
    approved_by: str | None


def put_document(
    session: Session, content_hash: str, procedure: str, version: str, document: str, now: datetime
) -> None:
    """Keep a document under the hash of its bytes; one that is there already stays as it is."""
    if session.get(tables.ProtocolDocument, content_hash) is None:
        session.add(
            tables.ProtocolDocument(
                content_hash=content_hash,
                procedure=procedure,
                version=version,
                document=document,
                created_at=now,
            )
        )
        session.flush()


def get_document(session: Session, content_hash: str) -> str:
    """The canonical JSON of a document. Raises NotFound."""
    row = session.get(tables.ProtocolDocument, content_hash)
    if row is None:
        raise NotFound("That protocol version is not stored here.")
    return row.document


def offer_version(scope: ClinicScope, procedure: str, content_hash: str, now: datetime) -> StoredVersion:
    """Give the clinic a version, not yet approved; the one it has of this content stays as it is."""
    table = tables.ProtocolVersion
    row = scope.session.scalars(scope.select(table).where(table.content_hash == content_hash)).one_or_none()
    if row is None:
        row = table(id=new_id(now), procedure=procedure, content_hash=content_hash, created_at=now)
        scope.add(row)
        scope.session.flush()
    return _version(row)


def versions(scope: ClinicScope) -> tuple[StoredVersion, ...]:
    """The clinic's newest version of each procedure, by procedure."""
    table = tables.ProtocolVersion
    rows = scope.session.scalars(scope.select(table).order_by(table.created_at, table.id))
    newest = {row.procedure: _version(row) for row in rows}
    return tuple(newest[procedure] for procedure in sorted(newest))


def approved_version(scope: ClinicScope, procedure: str) -> StoredVersion | None:
    """The newest version of a procedure that a clinician of this clinic has approved."""
    table = tables.ProtocolVersion
    row = scope.session.scalars(
        scope.select(table)
        .where(table.procedure == procedure, table.approved_at.is_not(None))
        .order_by(table.created_at.desc(), table.id.desc())
        .limit(1)
    ).one_or_none()
    return None if row is None else _version(row)


def get_version(scope: ClinicScope, version_id: UUID) -> StoredVersion:
    """One version of this clinic. Raises NotFound."""
    return _version(scope.get(tables.ProtocolVersion, version_id))


def approve_version(scope: ClinicScope, version_id: UUID, by: str, now: datetime) -> None:
    """Record that a named clinician approved a version."""
    row = scope.get(tables.ProtocolVersion, version_id)
    row.approved_at, row.approved_by = now, by


def content_hashes(session: Session) -> tuple[str, ...]:
    """Every document stored, for whoever warms a cache."""
    return tuple(session.scalars(select(tables.ProtocolDocument.content_hash)))


def _version(row: tables.ProtocolVersion) -> StoredVersion:
    return StoredVersion(row.id, row.procedure, row.content_hash, row.approved_at, row.approved_by)
