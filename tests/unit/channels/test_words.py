"""What staff read outside the inbox holds nothing that tells a stranger what it is about."""

from __future__ import annotations

import pytest

from pwa.domain.notice import NoticeKind
from pwa.protocols.lint_words import lock_screen_findings, reading_findings
from pwa.protocols.packaged import packaged_texts
from pwa.services.staff_words import letter_words, push_words


@pytest.mark.parametrize("text_id", ["app.inbox", "app.inbox_letter", "app.test_letter"])
def test_words_for_staff_are_plain_and_hold_no_health_word(text_id: str) -> None:
    words = packaged_texts()[text_id].words["en"]
    assert list(lock_screen_findings(text_id, words)) == []
    assert list(reading_findings(text_id, text_id, words)) == []


@pytest.mark.parametrize("kind", NoticeKind)
def test_there_are_words_for_every_kind_of_notice(kind: NoticeKind) -> None:
    assert push_words(kind, "en").title
    assert letter_words(kind, "de").title.startswith("Afterbeam: ")
