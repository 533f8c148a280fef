"""The decrypted push: Declarative Web Push JSON. Counterpart: static/shared/api.ts PushPayload.

It carries an id and neutral words; the phone looks the id up and knows the rest.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID

from pwa.push.message import BadPushMessage

_DECLARATIVE: Final = 8030  # the number of the RFC tells a browser to read the JSON itself


@dataclass(frozen=True, slots=True)
class PushPayload:
    """`title` and `body` are neutral words in `language` (BCP 47); `navigate` is an absolute URL."""

    notice_id: UUID
    title: str
    body: str
    language: str
    navigate: str
    app_badge: int | None = None

    def __post_init__(self) -> None:
        if not self.title.strip():
            raise BadPushMessage("A push needs a title: a browser refuses to show one without.")
        address = urlsplit(self.navigate)
        if address.scheme not in ("http", "https") or not address.hostname:
            raise BadPushMessage("A push opens an absolute address that starts with https://.")
        if self.app_badge is not None and self.app_badge < 0:
            raise BadPushMessage("A badge shows 0 or more.")


def encode_payload(payload: PushPayload) -> bytes:
    """UTF-8 JSON, the same bytes for the same payload."""
    notice_id = str(payload.notice_id)
    notification: dict[str, Any] = {
        "title": payload.title,
        "body": payload.body,
        "navigate": payload.navigate,
        "tag": notice_id,
        "lang": payload.language,
        "dir": "auto",
        "data": {"id": notice_id},
    }
    document: dict[str, Any] = {"web_push": _DECLARATIVE, "mutable": True, "notification": notification}
    if payload.app_badge is not None:
        document["app_badge"] = payload.app_badge
        # Safari 18.4 reads the badge here, as text; later ones and the standard read it above.
        notification["app_badge"] = str(payload.app_badge)
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
