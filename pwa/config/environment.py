"""The environment as a source of settings, and the one way to say that a setting is wrong."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from pathlib import Path
from typing import NoReturn

from pwa.config.settings import PREFIX, SETTINGS
from pwa.domain.errors import ConfigurationError


def refuse(name: str, what: str) -> NoReturn:
    """Stop the program: `what` says what is wrong with the setting and how to mend it."""
    raise ConfigurationError(f"{PREFIX}{name} {what}") from None


def refuse_unknown(environ: Mapping[str, str]) -> None:
    """A misspelt name must not leave a default in force without a word."""
    known = [PREFIX + setting.name for setting in SETTINGS]
    known += [f"{PREFIX}{setting.name}_FILE" for setting in SETTINGS if setting.secret]
    for name in sorted(environ):
        if name.startswith(PREFIX) and name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            mend = f"Did you mean {near[0]}?" if near else "docs/settings.md lists the settings."
            refuse(name.removeprefix(PREFIX), f"is not a setting. {mend}")


class Environment:
    """The settings as text. An empty one counts as not set, for that is how compose files write it."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ

    def text(self, name: str) -> str | None:
        return self._environ.get(PREFIX + name, "").strip() or None

    def secret(self, name: str) -> str | None:
        """The value itself, or the content of the file that <name>_FILE names."""
        value, file = self.text(name), self.text(f"{name}_FILE")
        if value and file:
            refuse(name, f"is set twice, also as {PREFIX}{name}_FILE. Keep one of them.")
        return _content(f"{name}_FILE", Path(file)) if file else value

    def path(self, name: str, default: Path) -> Path:
        value = self.text(name)
        return (Path(value) if value else default).absolute()


def _content(name: str, file: Path) -> str:
    try:
        content = file.read_text(encoding="utf-8").strip()
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not text"
        refuse(name, f"names a file that cannot be read ({reason}). Give a file this user may read.")
    # Only the setting is named: whoever mixed up the two may have put the secret in place of the file.
    return content or refuse(name, "names an empty file. Put the value in it.")
