"""Reading protocols: the packaged seed, and files that a clinic has written."""

from __future__ import annotations

from pathlib import Path

from pwa.protocols.compiler import canonical_json, hash_of, protocol_of, texts_named
from pwa.protocols.document import ProtocolDocument
from pwa.protocols.errors import Problem, ProtocolError
from pwa.protocols.packaged import (
    package_files,
    packaged_red_flags,
    packaged_texts,
    read_packaged,
    yaml_files,
)
from pwa.protocols.schema import ProtocolFile, read_part
from pwa.protocols.strict_yaml import YamlDocument, read_yaml


def load_seed() -> tuple[ProtocolDocument, ...]:
    """The packaged protocols, by procedure. Raises `ProtocolError` when one is broken."""
    return tuple(_compile(read_packaged(file)) for file in yaml_files(package_files().joinpath("seed")))


def load_file(path: Path) -> ProtocolDocument:
    """Read one protocol file. Raises `ProtocolError` with file, place and reason of every problem."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise ProtocolError(path.name, [Problem("", f"cannot be read: {error.strerror}")]) from error
    except UnicodeDecodeError as error:
        raise ProtocolError(path.name, [Problem("", "is not UTF-8 text")]) from error
    return load_text(text, path.name)


def load_text(text: str, file: str) -> ProtocolDocument:
    """Read a protocol that was sent rather than stored; `file` is what its problems call it."""
    return _compile(read_yaml(text, file))


def _compile(document: YamlDocument) -> ProtocolDocument:
    """Check a file, put the packaged texts and red flags beside its own, and seal it."""
    written = read_part(ProtocolFile, document)
    if not written.rules:
        flags = packaged_red_flags()
        written = written.model_copy(update={"rules": flags.rules, "implied_risks": flags.implied_risks})
    packaged = packaged_texts()
    named = texts_named(written)
    texts = {text_id: packaged[text_id] for text_id in named if text_id in packaged} | dict(written.texts)
    part = written.model_copy(update={"texts": texts})
    try:
        protocol = protocol_of(part, document.file)
    except ProtocolError as error:
        raise ProtocolError(
            document.file, [_with_line(problem, document) for problem in error.problems]
        ) from error
    json_text = canonical_json(part)
    return ProtocolDocument(document.file, written.status, json_text, hash_of(json_text), protocol, part)


def _with_line(problem: Problem, document: YamlDocument) -> Problem:
    return Problem(problem.path, problem.reason, document.line_of_words(problem.path))
