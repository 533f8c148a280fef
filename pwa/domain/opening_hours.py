"""When a clinic is open, in its own zone, and when it asks how the skin is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from types import MappingProxyType
from zoneinfo import ZoneInfo

from pwa.domain.errors import BadInput
from pwa.domain.schedule import ONE_DAY, local_day, to_utc

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
EXAMPLE = 'Write them like "Mon-Fri 09:00-17:30; Sat 09:00-13:00".'
ENTRY = re.compile(r"(?P<days>\S+)\s+(?P<opens>\d{1,2}:\d{2})\s*-\s*(?P<closes>\d{1,2}:\d{2})")

USUAL_CHECK_IN = time(10)
BEFORE_CLOSING = timedelta(hours=4)  # so that somebody can still read the answer and act
EVENING_BEFORE_CLOSING = timedelta(hours=2)
AFTER_TREATMENT = timedelta(hours=1)
LONGEST_CLOSURE = 366  # days looked ahead for an open one


@dataclass(frozen=True, slots=True)
class OpeningHours:
    """Opening and closing wall-clock times by weekday (Monday is 0); a missing day is closed."""

    zone: ZoneInfo
    week: Mapping[int, tuple[time, time]]
    holidays: frozenset[date] = frozenset()


@dataclass(frozen=True, slots=True)
class CheckInTimes:
    """When a clinic asks for a check-in on one day; None for each it does not ask for.

    `earliest` and `latest` hold what is counted from the regular one inside the opening hours.
    """

    regular: datetime | None
    evening: datetime | None
    earliest: datetime | None = None
    latest: datetime | None = None

    def inside(self, at: datetime) -> datetime:
        """The moment nearest to `at` that leaves somebody the time to read the answer."""
        at = at if self.latest is None else min(at, self.latest)
        return at if self.earliest is None else max(at, self.earliest)


def parse(text: str, zone: ZoneInfo, holidays: frozenset[date] = frozenset()) -> OpeningHours:
    """Read "Mon-Fri 09:00-17:30; Sat 09:00-13:00". Raises BadInput with what to mend."""
    week: dict[int, tuple[time, time]] = {}
    for entry in filter(None, (part.strip() for part in text.split(";"))):
        found = ENTRY.fullmatch(entry)
        if found is None:
            raise BadInput(f'The opening hours "{entry}" cannot be read. {EXAMPLE}')
        span = _time(found["opens"]), _time(found["closes"])
        if span[0] >= span[1]:
            raise BadInput(f'The opening hours "{entry}" close before they open. {EXAMPLE}')
        for weekday in _weekdays(found["days"]):
            if weekday in week:
                raise BadInput(f"The opening hours name {WEEKDAYS[weekday]} twice. {EXAMPLE}")
            week[weekday] = span
    if not week:
        raise BadInput(f"The opening hours are missing. {EXAMPLE}")
    return OpeningHours(zone, MappingProxyType(dict(sorted(week.items()))), holidays)


def _time(text: str) -> time:
    hour, minute = (int(part) for part in text.split(":"))
    if hour > 23 or minute > 59:
        raise BadInput(f'There is no time "{text}". {EXAMPLE}')
    return time(hour, minute)


def _weekdays(text: str) -> Iterator[int]:
    for part in text.split(","):
        first, _, last = part.partition("-")
        start, end = _weekday(first), _weekday(last or first)
        for step in range((end - start) % 7 + 1):
            yield (start + step) % 7


def _weekday(text: str) -> int:
    name = text.capitalize()
    if name not in WEEKDAYS:
        raise BadInput(f'There is no day "{text}". Days are {", ".join(WEEKDAYS)}. {EXAMPLE}')
    return WEEKDAYS.index(name)


def opening_of(hours: OpeningHours, day: date) -> tuple[datetime, datetime] | None:
    """The half-open interval, in UTC, in which the clinic is open on a date; None if it is closed."""
    span = None if day in hours.holidays else hours.week.get(day.weekday())
    if span is None:
        return None
    return to_utc(day, span[0], hours.zone), to_utc(day, span[1], hours.zone)


def is_open(hours: OpeningHours, now: datetime) -> bool:
    """Whether somebody is there at `now`."""
    return closes(hours, now) is not None


def closes(hours: OpeningHours, now: datetime) -> datetime | None:
    """When the clinic, open at `now`, closes; None if it is closed."""
    opening = opening_of(hours, local_day(now, hours.zone))
    return opening[1] if opening and opening[0] <= now < opening[1] else None


def opens_next(hours: OpeningHours, now: datetime) -> datetime | None:
    """The first opening after `now`; None if there is none for a year."""
    for opening in _openings(hours, _days_from(local_day(now, hours.zone))):
        if opening[0] > now:
            return opening[0]
    return None


def open_minutes_after(hours: OpeningHours, at: datetime, length: timedelta) -> datetime | None:
    """When the clinic has been open for `length` since `at`; None if that takes more than a year."""
    left = length
    for opens, closing in _openings(hours, _days_from(local_day(at, hours.zone))):
        start = max(opens, at)
        if closing - start >= left:
            return start + left
        left -= max(closing - start, timedelta(0))
    return None


def opening_after(hours: OpeningHours, at: datetime, days: int) -> datetime | None:
    """The opening that comes after `days - 1` others following `at`; None if that takes more than a year."""
    found: datetime | None = at
    for _ in range(days):
        found = None if found is None else opens_next(hours, found)
    return found


def _openings(hours: OpeningHours, days: Iterable[date]) -> Iterator[tuple[datetime, datetime]]:
    for day in days:
        opening = opening_of(hours, day)
        if opening is not None:
            yield opening


def _days_from(day: date) -> Iterator[date]:
    return (day + timedelta(days=ahead) for ahead in range(LONGEST_CLOSURE + 1))


def next_open_day(hours: OpeningHours, day: date) -> date:
    """The first date from `day` on that the clinic is open; `day` itself when it never opens."""
    return next((each for each in _days_from(day) if opening_of(hours, each)), day)


def closed_days_before(hours: OpeningHours, day: date) -> tuple[date, ...]:
    """The run of closed dates right before an open one, latest first; none before a closed one."""
    run: list[date] = []
    earlier = day - ONE_DAY
    while opening_of(hours, day) and not opening_of(hours, earlier) and len(run) < LONGEST_CLOSURE:
        run.append(earlier)
        earlier -= ONE_DAY
    return tuple(run)


def check_in_times(hours: OpeningHours, day: date, treated_at: datetime | None = None) -> CheckInTimes:
    """When to ask on a date, always while the clinic is open; `treated_at` is given for day 0 only.

    Regular: at 10:00, or earlier so that four hours are left before closing, but not before opening.
    Evening: two hours before closing, on day 0 and before a closed day. On day 0 both wait for an hour
    after the treatment; whoever was treated late is still asked in the evening, up to closing.
    """
    opening = opening_of(hours, day)
    if opening is None:
        return CheckInTimes(None, None)
    opens, closing = opening
    earliest = opens if treated_at is None else max(opens, treated_at + AFTER_TREATMENT)
    latest = max(opens, closing - BEFORE_CLOSING)
    regular = max(opens, min(to_utc(day, USUAL_CHECK_IN, hours.zone), latest))
    evening = max(earliest, closing - EVENING_BEFORE_CLOSING)
    has_evening = treated_at is not None or opening_of(hours, day + ONE_DAY) is None
    return CheckInTimes(
        regular if regular >= earliest else None,
        evening if has_evening and evening < closing else None,
        earliest,
        latest,
    )
