"""A protocol version as it is stored: canonical text, its hash, and the domain value made from it."""

from __future__ import annotations

from dataclasses import dataclass

from pwa.domain.protocol import Protocol
from pwa.protocols.schema import ProtocolPart


@dataclass(frozen=True, slots=True)
class ProtocolDocument:
    """One immutable version. Equal content has equal `json_text` and `content_hash`."""

    file: str  # where it came from, for messages
    status: str  # of the file; a clinic's approval is kept beside the stored version, not in it
    json_text: str  # canonical: sorted keys, no white space; store it as text, byte for byte
    content_hash: str  # SHA-256 of `json_text` in UTF-8, 64 hexadecimal digits
    protocol: Protocol
    part: ProtocolPart  # the same content as it was written, for the linter

    @property
    def procedure(self) -> str:
        return self.protocol.procedure

    @property
    def version(self) -> str:
        return self.protocol.version
