"""The VAPID subject: how a push service reaches whoever runs this server (RFC 8292 section 2.1).

py_vapid lets "mailto: <a@b>" and "mailto:x@localhost" through and refuses an https address with a path; Apple
answers the first two with 403 BadJwtToken on every push. Hence our own check. Reserved names (RFC 2606, RFC
6761, example.com among them) are refused as well: nobody answers there, and pushes in the name of example.com
were seen accepted by Apple and never shown.
"""

from __future__ import annotations

import re
from typing import Final, NewType

from pwa.domain.errors import ConfigurationError

VapidSubject = NewType("VapidSubject", str)

# Only for a demo on localhost: Google and Mozilla want a well-formed subject, Apple refuses this one.
DEMO_SUBJECT: Final = VapidSubject("mailto:nobody@demo.invalid")

_HOST: Final = r"(?P<host>(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?:[a-z]{2,63}|xn--[a-z0-9-]{1,59}))"
_MAILTO: Final = re.compile(r"mailto:[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@" + _HOST, re.IGNORECASE | re.ASCII)
_HTTPS: Final = re.compile(
    r"https://" + _HOST + r"(?::[0-9]{1,5})?(?:/[a-z0-9._~!$&'()*+,;=:@%/?#-]*)?", re.IGNORECASE | re.ASCII
)
_RESERVED_TOPS: Final = frozenset(
    {"localhost", "local", "invalid", "test", "example", "internal", "lan", "arpa"}
)
_RESERVED_NAMES: Final = frozenset({"example.com", "example.net", "example.org"})
_MOST_CHARACTERS: Final = 320


class VapidSubjectRefused(ConfigurationError):
    """AFTERBEAM_VAPID_SUBJECT must say where the push services reach you."""

    code = "vapid_subject"


def check_subject(text: str) -> VapidSubject:
    """`text` itself, unchanged, when somebody can be reached there; else VapidSubjectRefused."""
    match = _match(text)
    labels = match["host"].lower().split(".")
    if labels[-1] in _RESERVED_TOPS or ".".join(labels[-2:]) in _RESERVED_NAMES:
        raise VapidSubjectRefused(_sentence(text))
    return VapidSubject(text)


def check_form(text: str) -> VapidSubject:
    """`text` itself when it has the form of a subject; enough for trying out on one's own computer."""
    _match(text)
    return VapidSubject(text)


def _match(text: str) -> re.Match[str]:
    match = _MAILTO.fullmatch(text) or _HTTPS.fullmatch(text)
    if match is None or len(text) > _MOST_CHARACTERS:
        raise VapidSubjectRefused(_sentence(text))
    return match


def _sentence(text: str) -> str:
    return (
        f"AFTERBEAM_VAPID_SUBJECT is '{text}'. Give mailto: and an e-mail address that somebody reads, "
        "or an https:// page of yours."
    )
