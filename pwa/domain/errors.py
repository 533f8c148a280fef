"""One base for every error a person may read; a class's docstring is its default message."""

from __future__ import annotations

import inspect
from typing import ClassVar


class AfterbeamError(Exception):
    """Something went wrong. Try again, or ask whoever runs Afterbeam."""

    code: ClassVar[str] = "error"

    def __init__(self, message: str | None = None) -> None:
        self.message = message or " ".join((inspect.getdoc(type(self)) or "").split())
        super().__init__(self.message)


class BadInput(AfterbeamError):
    """What was sent cannot be used. Check it and send it again."""

    code = "bad_input"


class NotFound(AfterbeamError):
    """There is nothing of that name here."""

    code = "not_found"


class NotAllowed(AfterbeamError):
    """You may not do this. Sign in, or ask the clinic for a new link."""

    code = "not_allowed"


class Refused(AfterbeamError):
    """This cannot be done yet."""

    code = "refused"


class TooManyTries(AfterbeamError):
    """Too many tries. Wait a few minutes and try again."""

    code = "too_many_tries"


class ConfigurationError(AfterbeamError):
    """A setting is wrong or missing."""

    code = "configuration"
