"""One record that cannot be opened hides no other."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar
from uuid import UUID

from sqlalchemy.exc import OperationalError

from pwa.logs import get_logger

T = TypeVar("T")

log = get_logger()


def if_readable(work: Callable[[], T], bare: T, event: str, **ids: UUID) -> T:
    """What `work` gives; where a record is damaged what is known without it, and `event` in the log.

    Raises OperationalError: a database that is busy damages nothing.
    """
    try:
        return work()
    except OperationalError:
        raise
    except Exception:
        log.exception(event, **ids)
        return bare
