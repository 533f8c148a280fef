"""The headers of a push: RFC 8030 section 5, RFC 8292 section 3, and what Microsoft wants besides."""

from __future__ import annotations

from pwa.push.encryption import CONTENT_ENCODING
from pwa.push.endpoints import is_windows
from pwa.push.message import PushMessage


def push_headers(message: PushMessage, authorization: str, origin: str) -> list[str]:
    """Lines as libcurl takes them: "Name: value", and "Name:" for one it shall leave out."""
    headers = [
        f"TTL: {message.ttl}",
        f"Urgency: {message.urgency}",
        f"Content-Encoding: {CONTENT_ENCODING}",
        "Content-Type: application/octet-stream",
        f"Authorization: {authorization}",
        "User-Agent: Afterbeam",
        "Accept:",
    ]
    if message.topic is not None:
        headers.append(f"Topic: {message.topic}")
    if is_windows(origin):
        # WNS answers 400 when its own header and TTL disagree (pywebpush #162).
        headers += ["X-WNS-Type: wns/raw", f"X-WNS-Cache-Policy: {'cache' if message.ttl else 'no-cache'}"]
    return headers
