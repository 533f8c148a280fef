"""docs/errors.md against every error code there is."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterator

import pwa
from pwa.domain.errors import AfterbeamError, ConfigurationError
from pwa.web.errors import STATUS
from tests.unit.docs.pages import ROOT

PAGE = (ROOT / "docs" / "errors.md").read_text(encoding="utf-8")
ROWS = dict(re.findall(r"^\| `([a-z_]+)` \| ([^|]+) \|", PAGE, re.MULTILINE))


def every_error(kind: type[AfterbeamError] = AfterbeamError) -> Iterator[type[AfterbeamError]]:
    yield kind
    for each in kind.__subclasses__():
        yield from every_error(each)


def load_everything() -> None:
    for module in pkgutil.walk_packages(pwa.__path__, "pwa."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)


def codes_of_the_web() -> set[str]:
    """The codes that a view gives without an error of ours: problem(403, "other_site", ...)."""
    sources = (ROOT / "pwa" / "web").rglob("*.py")
    pattern = re.compile(r'problem\([^"\n]*, "([a-z_]+)"')
    return {code for source in sources for code in pattern.findall(source.read_text(encoding="utf-8"))}


def test_each_error_code_is_documented_and_no_other() -> None:
    load_everything()
    assert set(ROWS) == {kind.code for kind in every_error()} | codes_of_the_web()


def test_the_documented_status_is_the_one_given() -> None:
    load_everything()
    for kind in every_error():
        status = next((STATUS[each] for each in kind.__mro__ if each in STATUS), None)
        if status is not None:
            assert ROWS[kind.code].strip() == str(status.value), kind.__name__


def test_every_error_says_what_to_do() -> None:
    load_everything()
    silent = [kind.__name__ for kind in every_error() if not (kind.__doc__ or "").rstrip().endswith(".")]
    assert silent == []


def test_a_wrong_setting_is_no_answer_of_the_api() -> None:
    assert not any(kind in STATUS for kind in every_error(ConfigurationError))
