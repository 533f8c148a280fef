"""The content that ships inside the package: texts by language, and the list of sources."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from types import MappingProxyType
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, RootModel

from pwa.domain.protocol import StepKind, Text
from pwa.protocols.compiler import text_of
from pwa.protocols.errors import Problem, ProtocolError
from pwa.protocols.parts import SourceId, TextId
from pwa.protocols.rules_schema import RedFlagsFile
from pwa.protocols.schema import TextPart, WordsPart, read_part
from pwa.protocols.strict_yaml import YamlDocument, read_yaml

FIRST_LANGUAGE = "en"


@dataclass(frozen=True, slots=True)
class Source:
    """One entry of `sources.yaml`. `tier` is A, A-, B, C, W (weak), or unrated."""

    id: str
    title: str
    address: str
    tier: str


class _TextEntry(WordsPart):
    """A text as the files have it: words of one language, and in English its sources."""

    sources: tuple[SourceId, ...] = ()


class _SourceEntry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    title: str
    address: str
    tier: str


class _TextFile(RootModel[dict[TextId, _TextEntry]]):
    pass


class _SourceFile(RootModel[dict[Annotated[str, Field(pattern=r"^R[0-9]+b?$")], _SourceEntry]]):
    pass


def package_files() -> Traversable:
    """The folder of packaged content, from a checkout, an editable install or a wheel."""
    return files("pwa.protocols")


def yaml_files(folder: Traversable) -> list[Traversable]:
    return sorted(
        (entry for entry in folder.iterdir() if entry.name.endswith(".yaml")), key=lambda entry: entry.name
    )


def read_packaged(file: Traversable) -> YamlDocument:
    return read_yaml(file.read_text(encoding="utf-8"), file.name)


@cache
def packaged_texts() -> Mapping[str, TextPart]:
    """Every packaged text in every language, by id. Raises `ProtocolError` for a bad text file."""
    words: dict[str, dict[str, WordsPart]] = {}
    sources: dict[str, tuple[str, ...]] = {}
    for folder in sorted(package_files().joinpath("texts").iterdir(), key=lambda entry: entry.name):
        for file in yaml_files(folder):
            for text_id, entry in read_part(_TextFile, read_packaged(file)).root.items():
                if folder.name in words.setdefault(text_id, {}):
                    raise ProtocolError(file.name, [Problem(text_id, "is in another file too")])
                words[text_id][folder.name] = WordsPart(title=entry.title, body=entry.body, why=entry.why)
                if folder.name == FIRST_LANGUAGE:
                    sources[text_id] = entry.sources
    return MappingProxyType(
        {text_id: TextPart(words=found, sources=sources.get(text_id, ())) for text_id, found in words.items()}
    )


@cache
def packaged_sources() -> Mapping[str, Source]:
    """Every source by its id, e.g. "R3"."""
    found = read_part(_SourceFile, read_packaged(package_files().joinpath("sources.yaml"))).root
    return MappingProxyType(
        {
            source_id: Source(source_id, entry.title, entry.address, entry.tier)
            for source_id, entry in found.items()
        }
    )


@cache
def packaged_red_flags() -> RedFlagsFile:
    """The red flags that every packaged protocol has."""
    return read_part(RedFlagsFile, read_packaged(package_files().joinpath("red_flags.yaml")))


def app_text(text_id: str) -> Text:
    """A packaged text by id, e.g. "app.neutral"; KeyError for an id that is not there."""
    return text_of(text_id, packaged_texts()[text_id])


def lock_screen_text(kind: StepKind, turn: int) -> Text:
    """What a lock screen may say for a kind of step; `turn` (any number) picks the wording.

    `title` is neutral and stands at every level; `body` is the wording of level 1.
    """
    return app_text(f"lock.{kind.value}_{turn % LOCK_SCREEN_TURNS + 1}")


LOCK_SCREEN_TURNS = 2  # wordings per kind
