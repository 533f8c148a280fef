"""Seed protocols as text, to be broken on purpose."""

from __future__ import annotations

from functools import cache

from pwa.protocols.document import ProtocolDocument
from pwa.protocols.linter import Finding, lint
from pwa.protocols.loader import load_seed, load_text
from pwa.protocols.packaged import package_files

PROCEDURES = (
    "co2_full",
    "eryag_full",
    "fractional_ablative",
    "fractional_nonablative",
    "hair_removal",
    "ipl",
    "pigment_tattoo",
    "vascular",
)


@cache
def seed() -> dict[str, ProtocolDocument]:
    return {document.procedure: document for document in load_seed()}


def seed_text(procedure: str) -> str:
    return package_files().joinpath("seed", f"{procedure}.yaml").read_text(encoding="utf-8")


def changed(old: str, new: str, procedure: str = "co2_full", after: str = "") -> str:
    """The seed's text with the first `old` that stands behind `after` replaced; both must be there."""
    text = seed_text(procedure)
    assert after in text, f"{after!r} is not in {procedure}"
    start = text.index(after)
    assert old in text[start:], f"{old!r} is not in {procedure}"
    return text[:start] + text[start:].replace(old, new, 1)


def lint_changed(old: str, new: str, procedure: str = "co2_full", after: str = "") -> tuple[Finding, ...]:
    return lint(load_text(changed(old, new, procedure, after), "changed.yaml"))
