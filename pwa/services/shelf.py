"""Protocols by the hash of their content, read once per process: their content can never change."""

from __future__ import annotations

from sqlalchemy.orm import Session

from pwa.domain.protocol import Protocol
from pwa.protocols.compiler import protocol_from_document
from pwa.store import protocols as store

# Immutable values under the hash of their bytes: this cache can never be stale.
_parsed: dict[str, Protocol] = {}


def protocol(session: Session, content_hash: str) -> Protocol:
    """The protocol with that content. Raises NotFound, or BadInput when the stored bytes were changed."""
    if content_hash not in _parsed:
        _parsed[content_hash] = protocol_from_document(
            store.get_document(session, content_hash), content_hash
        )
    return _parsed[content_hash]
