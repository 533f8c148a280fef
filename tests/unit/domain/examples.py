"""How many examples a property is tried with: as many as it says in `make test`, far more in `make soak`."""

from __future__ import annotations

from hypothesis import settings


def checked(count: int) -> settings:
    """`count` examples, or those of the profile in force where it wants more."""
    return settings(max_examples=max(count, settings().max_examples))


def walks(few: int, many: int) -> int:
    """How many long walks of a state machine to take: `many` where the profile in force looks further."""
    return many if settings().max_examples >= many else few
