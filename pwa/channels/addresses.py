"""Which e-mail addresses a letter may go to: plain ones only.

No line breaks, which would write headers of their own (CWE-93); no lists, source routes or percent signs,
with which old relays pass a letter on to somewhere else (RFC 5321, appendix C and section 3.6.1).
"""

from __future__ import annotations

import re
from typing import Final

LONGEST: Final = 254  # RFC 5321, section 4.5.3.1.3, without its angle brackets
_LABEL: Final = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_ADDRESS: Final = re.compile(
    rf"[a-z0-9_'+/=?^`{{|}}~&*$#-]+(?:\.[a-z0-9_'+/=?^`{{|}}~&*$#-]+)*@(?:{_LABEL}\.)*{_LABEL}",
    re.IGNORECASE | re.ASCII,
)


def is_address(text: str) -> bool:
    """Whether this is one address of the form name@host in ASCII; hosts in other letters begin with xn--."""
    local = text.partition("@")[0]
    return len(text) <= LONGEST and len(local) <= 64 and _ADDRESS.fullmatch(text) is not None


def domain_of(address: str) -> str:
    """The host part, in lower case."""
    return address.rpartition("@")[2].lower()
