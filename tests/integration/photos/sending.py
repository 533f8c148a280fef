"""A photo as the phone's outbox sends it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any

from werkzeug.test import TestResponse

from pwa.services.instants import instant
from pwa.store.ids import new_id
from tests.support import pictures
from tests.support.web import OWN_PAGES, START, Phone

About = dict[str, Any]


@cache
def photo() -> bytes:
    """A small photo of a camera: decoding it takes as little as it can."""
    return pictures.jpeg_of_a_camera(1)


@cache
def another_photo() -> bytes:
    return pictures.jpeg(320, 240)


def about(at: datetime = START, **given: Any) -> About:
    """What a photo is of: the front, of a check-in of its own."""
    return {
        "id": str(new_id(at)),
        "check_in_id": str(new_id(at)),
        "slot": "front",
        "taken_at": instant(at),
        **given,
    }


def send(
    phone: Phone,
    meta: About | str | None = None,
    data: bytes | None = None,
    content_type: str = "image/jpeg",
    headers: Mapping[str, str] | None = None,
) -> TestResponse:
    header = meta if isinstance(meta, str) else json.dumps(meta or about())
    return phone.http.post(
        "/api/v1/photos",
        data=photo() if data is None else data,
        content_type=content_type,
        headers={**OWN_PAGES, "Afterbeam-Photo": header, **(headers or {})},
        environ_overrides={"REMOTE_ADDR": phone.address},
        buffered=True,
    )


def sent(phone: Phone, **given: Any) -> About:
    """What a new photo is of, once it is stored."""
    meta = about(**given)
    answer = send(phone, meta)
    assert (answer.status_code, answer.get_json()) == (201, {"id": meta["id"], "result": "stored"})
    return meta


def listed(phone: Phone) -> list[About]:
    answer = phone.get("/api/v1/photos")
    assert answer.status_code == 200
    found: list[About] = answer.get_json()["photos"]
    return found
