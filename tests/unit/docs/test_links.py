"""Links of our documents lead somewhere, and nothing of one person's machine is in them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pwa.config import PREFIX, SETTINGS
from tests.unit.docs.pages import ROOT, anchors, code_words, documents, links, name_of, pages

_ELSEWHERE = re.compile(r"[a-z]+:")
_MACHINE = re.compile(r"(?<![\w.])/(?:work|root|home|Users|tmp|mnt)/")
_REGISTRIES = re.compile(
    r"pypi\.org|pythonhosted\.org|npmjs\.(?:org|com)|registry\.|yarnpkg\.com|jsr\.io|\.jfrog\."
)


@pytest.mark.parametrize("page", pages(), ids=name_of)
def test_every_relative_link_resolves(page: Path) -> None:
    broken = []
    for link in links(page.read_text(encoding="utf-8")):
        if _ELSEWHERE.match(link):
            continue
        path, _, fragment = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (fragment and fragment not in anchors(target.read_text(encoding="utf-8"))):
            broken.append(link)
    assert broken == []


@pytest.mark.parametrize("document", documents(), ids=name_of)
def test_no_machine_and_no_registry_is_named(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    assert _MACHINE.findall(text) == []
    assert _REGISTRIES.findall(text) == []


def test_every_page_can_be_reached_from_the_readme() -> None:
    reached: set[Path] = set()
    waiting = [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        if page in reached or page.suffix != ".md":
            continue
        reached.add(page)
        targets = (link.partition("#")[0] for link in links(page.read_text(encoding="utf-8")))
        waiting += [(page.parent / target).resolve() for target in targets if not _ELSEWHERE.match(target)]
    assert [name_of(page) for page in pages() if page.resolve() not in reached] == []


def test_every_file_named_in_a_page_exists() -> None:
    """Paths in backticks, such as `pwa/clock.py`; names with <, * or capitals for a part are patterns."""
    looks_like_ours = re.compile(r"(?:pwa|static|service_worker|tests|migrations|docs)/[\w./-]+\.\w+")
    missing = [
        f"{name_of(page)}: {word}"
        for page in pages()
        for word in code_words(page.read_text(encoding="utf-8"))
        if looks_like_ours.fullmatch(word) and "000N" not in word and not (ROOT / word).exists()
    ]
    assert missing == []


def test_every_setting_named_in_a_page_exists() -> None:
    known = {PREFIX + each.name for each in SETTINGS}
    known |= {f"{PREFIX}{each.name}_FILE" for each in SETTINGS if each.secret}
    named = {
        setting
        for page in pages()
        for setting in re.findall(rf"\b{PREFIX}[A-Z_]+[A-Z]\b", page.read_text(encoding="utf-8"))
    }
    assert named <= known
    assert known <= set(re.findall(rf"{PREFIX}[A-Z_]+[A-Z]", (ROOT / "docs" / "settings.md").read_text()))
