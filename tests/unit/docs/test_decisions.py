"""Every library has a page, and every page says why."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import pytest

from tests.unit.docs.pages import ROOT, name_of

FOLDER = ROOT / "docs" / "decisions"
PAGES = sorted(page for page in FOLDER.glob("*.md") if page.name != "README.md")
TEXT = "\n".join(page.read_text(encoding="utf-8") for page in PAGES).lower()


def libraries() -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = [
        *project["build-system"]["requires"],
        *project["project"]["dependencies"],
        *project["project"]["optional-dependencies"]["dev"],
    ]
    names = {re.split(r"[\[<>=!~; ]", each, maxsplit=1)[0].lower() for each in wanted}
    for file in ("package.json", "tests/browser/tools/package.json"):
        package = json.loads((ROOT / file).read_text(encoding="utf-8"))
        names |= {*package.get("dependencies", {}), *package.get("devDependencies", {})}
    return names


@pytest.mark.parametrize("library", sorted(libraries()))
def test_each_library_is_named_on_a_page(library: str) -> None:
    assert re.search(rf"(?<![\w@/-]){re.escape(library)}(?![\w-])", TEXT), (
        f"say in docs/decisions why {library}"
    )


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_each_page_says_context_decision_and_consequences(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert text.startswith("# ")
    parts = re.findall(r"^\*\*(Context|Decision|Consequences)\.\*\* \S", text, re.MULTILINE)
    assert parts == ["Context", "Decision", "Consequences"]
    assert f"({page.name})" in (FOLDER / "README.md").read_text(encoding="utf-8")
