"""Linting "When may I ...?": nothing that touches or heats the skin is allowed on it while it is open."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import product

from pwa.domain.protocol import Area, FactName, Protocol, Restriction
from pwa.protocols.findings import Finding, error
from pwa.protocols.lint_steps import fact_findings, reference_findings

# Products and make-up, water, heat and sweat, hair removal and rubbing, by the title's words in English.
_REACHES_SKIN = re.compile(
    r"make-?up|cream|retino|acid|lotion|perfume|product|facial|peel|scrub|mask"
    r"|swim|pool|bath|tub\b|shower|\bsea\b|sauna|steam|\bspa\b"
    r"|work out|workout|exercise|sport|\bgym\b|\brun\b"
    r"|wax|thread|pluck|shav|hair",
    re.IGNORECASE,
)
Case = tuple[str | None, Area | None]


def restrictions_findings(protocol: Protocol) -> Iterator[Finding]:
    """Everything wrong with the restrictions."""
    for number, restriction in enumerate(protocol.restrictions):
        path = f"restrictions[{number}]"
        yield from reference_findings(path, restriction, protocol)
        yield from fact_findings(path, restriction.fact, protocol)
        yield from _day_findings(path, restriction, protocol)
        yield from _open_skin_findings(path, restriction, protocol)


def _day_findings(path: str, restriction: Restriction, protocol: Protocol) -> Iterator[Finding]:
    until = restriction.until_day
    if until is not None and until <= restriction.since_day:
        yield error(f"{path}.until_day", f"day {until} comes before it starts on day {restriction.since_day}")
    if until is not None and until > protocol.last_day + 1:
        yield error(f"{path}.until_day", "comes after the plan has ended")


def _open_skin_findings(path: str, restriction: Restriction, protocol: Protocol) -> Iterator[Finding]:
    """A date alone would say "You may again" to somebody who has just answered "Not yet"."""
    if FactName.SKIN_CLOSED not in {question.name for question in protocol.facts}:
        return
    if _never_ends_in_leave(restriction) or not _REACHES_SKIN.search(_title(restriction, protocol)):
        return
    waiting = [
        other
        for other in protocol.restrictions
        if other.fact is FactName.SKIN_CLOSED and _title(other, protocol) == _title(restriction, protocol)
    ]
    if not _cases(restriction, protocol) <= {case for other in waiting for case in _cases(other, protocol)}:
        yield error(
            f"{path}.fact", "may end on open skin: it, or a row of its title, must wait for skin_closed"
        )


def _never_ends_in_leave(restriction: Restriction) -> bool:
    asks_the_clinic = restriction.until_day is None and restriction.fact is None
    return restriction.never_again or asks_the_clinic


def _title(restriction: Restriction, protocol: Protocol) -> str:
    return protocol.texts[restriction.text_id].in_language("en").title


def _cases(restriction: Restriction, protocol: Protocol) -> set[Case]:
    """The variants and areas that it is for."""
    variants = restriction.variants or protocol.variants or (None,)
    return set(product(variants, restriction.areas or protocol.areas or (None,)))
