"""docs/commands.md and the documents that name commands, against the command line itself."""

from __future__ import annotations

import re
from collections.abc import Iterator

import click
import pytest

from pwa.cli.main import main
from tests.unit.docs.pages import ROOT, code_words, name_of, pages, section

PAGE = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")


def walk(command: click.Command, name: str) -> Iterator[tuple[str, click.Command]]:
    if isinstance(command, click.Group):
        for word in command.list_commands(click.Context(command)):
            yield from walk(part_of(command, word), f"{name} {word}")
    else:
        yield name, command


def part_of(group: click.Group, word: str) -> click.Command:
    found = group.get_command(click.Context(group), word)
    assert found is not None
    return found


COMMANDS = dict(walk(main, "afterbeam"))


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_and_option_is_documented(name: str) -> None:
    part = section(PAGE, name)
    assert part, f"docs/commands.md has no section '{name}'"
    shown = [each for each in COMMANDS[name].params if isinstance(each, click.Option) and not each.hidden]
    options = {flag for each in shown for flag in each.opts}
    assert options - code_words(part) - {"--help", "-h"} == set()


@pytest.mark.parametrize("name", COMMANDS)
def test_no_option_is_documented_that_is_not_there(name: str) -> None:
    rows = re.findall(r"^\| (`--[^|]*) \|", section(PAGE, name), re.MULTILINE)
    documented = {flag for row in rows for flag in code_words(row)}
    options = {flag for each in COMMANDS[name].params for flag in each.opts}
    assert documented <= options


def test_no_command_is_documented_that_is_not_there() -> None:
    assert set(re.findall(r"^## (afterbeam .+)$", PAGE, re.MULTILINE)) == set(COMMANDS)


def test_every_command_named_in_a_page_exists() -> None:
    unknown = [
        f"{name_of(page)}: {command}"
        for page in pages()
        for command in re.findall(
            r"\bafterbeam ((?:[a-z]+(?:-[a-z]+)* ?){1,2})", _code_of(page.read_text(encoding="utf-8"))
        )
        if not _exists(command.split())
    ]
    assert unknown == []


def test_every_make_target_named_in_a_page_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", MAKEFILE, re.MULTILINE))
    named = {
        target
        for page in pages()
        for target in re.findall(r"\bmake ([a-z]+)", _code_of(page.read_text(encoding="utf-8")))
    }
    assert named <= targets
    assert {"run", "test"} <= named


def _code_of(page: str) -> str:
    fenced = re.findall(r"^ *```.*?^ *```$", page, re.MULTILINE | re.DOTALL)
    return "\n".join([*fenced, *code_words(page)])


def _exists(words: list[str]) -> bool:
    command: click.Command = main
    for word in words:
        if not isinstance(command, click.Group):
            return True  # an argument
        if word not in command.list_commands(click.Context(command)):
            return False
        command = part_of(command, word)
    return True
