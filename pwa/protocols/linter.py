"""The linter: what a protocol says on which day, in which words, weighed before anybody gets it."""

from __future__ import annotations

from pwa.protocols.document import ProtocolDocument
from pwa.protocols.findings import Finding, Level
from pwa.protocols.lint_days import days_findings
from pwa.protocols.lint_rehearsal import rehearsal_findings
from pwa.protocols.lint_restrictions import restrictions_findings
from pwa.protocols.lint_steps import steps_findings
from pwa.protocols.lint_words import words_findings

__all__ = ["Finding", "Level", "lint"]


def lint(document: ProtocolDocument) -> tuple[Finding, ...]:
    """Everything to mend, errors first; none for a protocol that may be published."""
    found = {
        *days_findings(document.protocol),
        *steps_findings(document.protocol),
        *restrictions_findings(document.protocol),
        *words_findings(document.part),
        *rehearsal_findings(document.protocol),
    }
    return tuple(sorted(found))
