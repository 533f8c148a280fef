from __future__ import annotations

import json
from dataclasses import replace
from uuid import UUID

import pytest

from pwa.push.message import MAX_PLAINTEXT_BYTES, BadPushMessage
from pwa.push.payload import PushPayload, encode_payload

NOTICE = UUID("0193b0aa-0000-7000-8000-000000000001")
PLAIN = PushPayload(NOTICE, "Afterbeam", "Open the app.", "en", "https://clinic.afterbeam.org/?n=1")


def test_the_payload_has_exactly_the_members_that_the_phone_expects() -> None:
    assert json.loads(encode_payload(PLAIN)) == {
        "web_push": 8030,
        "mutable": True,
        "notification": {
            "title": "Afterbeam",
            "body": "Open the app.",
            "navigate": "https://clinic.afterbeam.org/?n=1",
            "tag": str(NOTICE),
            "lang": "en",
            "dir": "auto",
            "data": {"id": str(NOTICE)},
        },
    }


def test_a_badge_stands_where_the_standard_and_where_safari_18_4_read_it() -> None:
    document = json.loads(encode_payload(replace(PLAIN, app_badge=2)))
    assert document["app_badge"] == 2
    assert document["notification"]["app_badge"] == "2"


def test_a_badge_of_nought_clears_it_and_is_sent() -> None:
    assert json.loads(encode_payload(replace(PLAIN, app_badge=0)))["app_badge"] == 0


def test_words_of_every_language_travel_as_utf8_and_fit_one_record() -> None:
    payload = replace(PLAIN, title="Ihre nächste Übung", body="ورود به برنامه " * 30, language="fa")
    encoded = encode_payload(payload)
    assert "nächste".encode() in encoded
    assert len(encoded) < MAX_PLAINTEXT_BYTES


@pytest.mark.parametrize("navigate", ["/today", "javascript:alert(1)", "data:text/html,x", "", "https://"])
def test_a_push_opens_absolute_web_addresses_only(navigate: str) -> None:
    with pytest.raises(BadPushMessage):
        replace(PLAIN, navigate=navigate)


def test_a_push_without_a_title_or_with_a_negative_badge_is_refused() -> None:
    with pytest.raises(BadPushMessage):
        replace(PLAIN, title=" ")
    with pytest.raises(BadPushMessage):
        replace(PLAIN, app_badge=-1)
