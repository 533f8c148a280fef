from __future__ import annotations

from pwa.push.headers import push_headers
from pwa.push.message import PushMessage, Urgency

GOOGLE, WINDOWS = "https://fcm.googleapis.com", "https://wns2-par02p.notify.windows.com"


def _names(headers: list[str]) -> set[str]:
    return {line.partition(":")[0] for line in headers}


def test_every_push_says_how_long_it_lives_how_urgent_it_is_and_who_sends_it() -> None:
    headers = push_headers(
        PushMessage(b"x", ttl=600, urgency=Urgency.HIGH, topic="t"), "vapid t=a, k=b", GOOGLE
    )
    assert {"TTL: 600", "Urgency: high", "Topic: t", "Authorization: vapid t=a, k=b"} <= set(headers)
    assert {"Content-Encoding: aes128gcm", "Content-Type: application/octet-stream"} <= set(headers)


def test_a_push_without_a_topic_has_no_topic_header() -> None:
    assert "Topic" not in _names(push_headers(PushMessage(b"x", ttl=0), "vapid", GOOGLE))


def test_microsofts_headers_agree_with_the_time_to_live_and_go_to_microsoft_only() -> None:
    assert "X-WNS-Cache-Policy: cache" in push_headers(PushMessage(b"x", ttl=60), "vapid", WINDOWS)
    assert "X-WNS-Cache-Policy: no-cache" in push_headers(PushMessage(b"x", ttl=0), "vapid", WINDOWS)
    for origin in (GOOGLE, "https://notify.windows.com.evil.org", "http://127.0.0.1:8090"):
        assert not {"X-WNS-Type", "X-WNS-Cache-Policy"} & _names(
            push_headers(PushMessage(b"x", ttl=60), "vapid", origin)
        )
