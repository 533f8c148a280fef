"""When to try again what failed. Pure; the caller brings time and chance."""

from __future__ import annotations

from datetime import datetime, timedelta


def next_try(
    now: datetime, *, soonest: timedelta, pause: timedelta, useful_until: datetime, jitter: float
) -> datetime | None:
    """`soonest` from now or later, spread over `pause` by `jitter` in [0, 1); None when that is too late.

    Full jitter, also on top of what a server asked for: a thousand that were refused together must not come
    back together.
    """
    earliest = now + soonest
    if earliest >= useful_until:
        return None
    return earliest + min(pause, useful_until - earliest - timedelta.resolution) * jitter
