from __future__ import annotations

from email import message_from_bytes
from email.policy import default

import pytest

from pwa.channels.port import Letter
from pwa.channels.writing import written
from tests.support.times import NOW

LETTER = Letter("a", "nurse@clinic.example", "Afterbeam: please open the inbox", "Here.\n", "0123abcd")
SENDER = "afterbeam@care.example"


def test_a_letter_has_the_headers_that_mail_servers_ask_for() -> None:
    message = message_from_bytes(written(LETTER, SENDER, NOW), policy=default)
    assert dict(message.items()) == {
        "From": f"Afterbeam <{SENDER}>",
        "To": LETTER.to,
        "Subject": LETTER.subject,
        "Date": "Fri, 20 Nov 2026 10:00:00 +0000",
        "Message-ID": "<0123abcd@care.example>",
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
        "Content-Type": 'text/plain; charset="utf-8"',
        "Content-Transfer-Encoding": "7bit",
        "MIME-Version": "1.0",
    }


def test_every_line_ends_as_smtp_wants_it() -> None:
    content = written(LETTER, SENDER, NOW)
    assert content.count(b"\n") == content.count(b"\r\n")


@pytest.mark.parametrize("bad", ["x\r\nBcc: everybody@elsewhere.example", "x\nBcc: e@x", "x\rBcc: e@x"])
def test_no_subject_brings_headers_of_its_own(bad: str) -> None:
    with pytest.raises(ValueError, match=r"newline|linefeed"):
        written(Letter("a", LETTER.to, bad, "Here.", "1"), SENDER, NOW)


def test_nothing_of_a_letter_to_somebody_is_printed() -> None:
    assert LETTER.to not in repr(LETTER)
