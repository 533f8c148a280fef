"""What staff are told outside the inbox: neutral words and where the inbox is, nothing about anybody."""

from __future__ import annotations

from pwa.domain.notice import NoticeKind
from pwa.domain.protocol import Words
from pwa.services.bundle.words import app_words

_PUSHED = {NoticeKind.TEST: "app.test"}
_WRITTEN = {NoticeKind.TEST: "app.test_letter"}


def inbox_address(public_url: str) -> str:
    """Where staff sign in."""
    return f"{public_url}/clinic"


def push_words(kind: NoticeKind, language: str) -> Words:
    """What a push to staff says."""
    return app_words(_PUSHED.get(kind, "app.inbox"), language)


def letter_words(kind: NoticeKind, language: str) -> Words:
    """The subject and the first lines of an e-mail to staff."""
    return app_words(_WRITTEN.get(kind, "app.inbox_letter"), language)
