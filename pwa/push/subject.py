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
    """AFTERBEAM_VAPID_SUBJECT must say where the push services reach you: set it to mailto: and an e-mail
    address that somebody reads, or to an https:// page of yours."""

    code = "vapid_subject"


def check_subject(text: str) -> VapidSubject:
    """`text` itself, unchanged, or VapidSubjectRefused with the mend."""
    match = _MAILTO.fullmatch(text) or _HTTPS.fullmatch(text)
    if match is None or len(text) > _MOST_CHARACTERS:
        raise VapidSubjectRefused
    labels = match["host"].lower().split(".")
    if labels[-1] in _RESERVED_TOPS or ".".join(labels[-2:]) in _RESERVED_NAMES:
        raise VapidSubjectRefused
    return VapidSubject(text)
