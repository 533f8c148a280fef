"""When an entry was true: one added for yesterday tells of yesterday. So does the phone."""

from __future__ import annotations

from datetime import datetime, timedelta


def true_at(tapped_at: datetime, *, day: int, tapped_on: int) -> datetime:
    """The tap, or 24 hours earlier for each day that `day` of the plan lies before `tapped_on`."""
    return tapped_at - timedelta(days=max(0, tapped_on - day))
