"""How screens are looked at: widths, colours, text sizes and directions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import product, starmap
from typing import Literal

import pytest

from tests.support.chromium import Chromium, Scheme

Direction = Literal["ltr", "rtl"]

_TOO_WIDE = """[...document.querySelectorAll(".card")]
    .filter((card) => card.scrollWidth > card.clientWidth).map((card) => card.innerText)"""


@dataclass(frozen=True, slots=True)
class View:
    """A window of so many CSS pixels, and the person's own colours and text size in percent."""

    width: int
    scheme: Scheme
    text: int
    direction: Direction

    def __str__(self) -> str:
        return f"{self.width} px, {self.scheme}, text {self.text} %, {self.direction}"


# Each value once; `make soak` looks at all of them together.
FEW = (View(320, "light", 200, "ltr"), View(390, "dark", 100, "rtl"))
_SCHEMES: tuple[Scheme, ...] = ("light", "dark")
_DIRECTIONS: tuple[Direction, ...] = ("ltr", "rtl")
EVERY = tuple(starmap(View, product((320, 390, 1280), _SCHEMES, (100, 200), _DIRECTIONS)))
in_views = pytest.mark.parametrize(
    "views", [FEW, pytest.param(EVERY, marks=pytest.mark.soak)], ids=["few", "every"]
)


def look_for_faults(phone: Chromium, screens: Iterable[str], views: Iterable[View]) -> set[str]:
    """The names of the screens seen, all without a fault."""
    faults: list[str] = []
    names = set()
    for name in screens:
        names.add(name)
        faults += [f"{name}, {fault}" for fault in faults_in(phone, views, _TOO_WIDE)]
    assert faults + phone.policy_violations + phone.uncaught_errors == []
    return names


def faults_in(chromium: Chromium, views: Iterable[View], also: str) -> Iterator[str]:
    """What axe finds, a page wider than its window, and what the script `also` names, in each view."""
    for view in views:
        chromium.resize(view.width)
        chromium.page.emulate_media(color_scheme=view.scheme)
        with chromium.text_size(view.text), chromium.direction(view.direction):
            found = [*chromium.axe_violations(), *chromium.page.evaluate(also)]
            if chromium.sideways_scroll() > 0:
                found.append(f"scrolls sideways by {chromium.sideways_scroll()} px")
        yield from (f"{view}: {fault}" for fault in found)
