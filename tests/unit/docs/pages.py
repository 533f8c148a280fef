"""The project's own documents, and how to look into them."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[3]
TOP_PAGES = ("README.md", "ARCHITECTURE.md", "CHANGELOG.md", "CONTRIBUTING.md")
_FENCE = re.compile(r"^ *```.*?^ *```$", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^#+ +(.+)$", re.MULTILINE)
_LINK = re.compile(r"(?<!!)\[[^\]\n]*\]\(([^)\s]+)\)")
_CODE = re.compile(r"`[^`\n]+`")


def pages() -> list[Path]:
    """Every Markdown page of ours."""
    return [ROOT / name for name in TOP_PAGES] + sorted((ROOT / "docs").rglob("*.md"))


def documents() -> list[Path]:
    """Every document and tool setting that people read, Markdown or not."""
    others = (ROOT / name for name in (".pre-commit-config.yaml", ".editorconfig", "Makefile"))
    return [*pages(), *sorted((ROOT / "docs").rglob("*.yaml")), *others]


def name_of(path: Path) -> str:
    """A path as a person says it: docs/operate.md."""
    return path.relative_to(ROOT).as_posix()


def links(page: str) -> list[str]:
    """The targets of all links in a page, outside code."""
    return _LINK.findall(_CODE.sub("", _FENCE.sub("", page)))


def anchors(page: str) -> set[str]:
    """What a link's fragment may name: each heading in lower case, blanks as hyphens, signs left out."""
    headings = _HEADING.findall(_FENCE.sub("", page))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def section(page: str, heading: str) -> str:
    """What stands under a heading of the second level, up to the next; "" when there is no such heading."""
    found = re.search(rf"^## {re.escape(heading)}$(.*?)(?=^## |\Z)", page, re.MULTILINE | re.DOTALL)
    return found[1] if found else ""


def code_words(text: str) -> set[str]:
    """Everything that stands in backticks."""
    return {found.strip("`") for found in _CODE.findall(text)}
