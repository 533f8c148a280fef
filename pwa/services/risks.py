"""What about a patient makes a sign more urgent: sealed with the plan it was asked for."""

from __future__ import annotations

import json
from collections.abc import Collection
from uuid import UUID

from pwa.domain.errors import BadInput
from pwa.domain.rules import Risk
from pwa.store.plans import StoredPlan
from pwa.vault.fields import PatientVault

NONE = "none"  # asked, and there is none: not the same as not asked


def read_risks(names: Collection[str] | None) -> frozenset[Risk] | None:
    """The risks somebody named, or "none"; None when nobody was asked. Raises BadInput."""
    if names is None:
        return None
    for name in sorted(names):
        if name not in (*Risk, NONE):
            raise BadInput(f"'{name}' is no risk that is asked for. Choose from: none, {', '.join(Risk)}.")
    if not names or (NONE in names and len(names) > 1):
        raise BadInput("Give risks as a list, or 'none'; leave them out if nobody was asked.")
    return frozenset(Risk(name) for name in names if name != NONE)


def seal_risks(vault: PatientVault, plan_id: UUID, risks: frozenset[Risk] | None) -> bytes | None:
    """What the plan's column holds."""
    if risks is None:
        return None
    return vault.seal("care_plans", "risks", plan_id, json.dumps(sorted(risks)))


def risks_of(vault: PatientVault, plan: StoredPlan) -> frozenset[Risk] | None:
    """The risks of a plan's patient; None when nobody was asked."""
    if plan.risks_sealed is None:
        return None
    return frozenset(
        Risk(name) for name in json.loads(vault.open("care_plans", "risks", plan.id, plan.risks_sealed))
    )
