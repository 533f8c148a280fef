"""What was typed to enrol a patient, found right or refused with one sentence."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from unicodedata import category
from uuid import UUID

from pwa.clock import Moment
from pwa.domain.clinic import Clinic
from pwa.domain.errors import BadInput
from pwa.domain.protocol import Area, Protocol
from pwa.domain.rules import Risk
from pwa.domain.schedule import to_utc
from pwa.services.clinics import find_version, require_ready
from pwa.services.risks import read_risks
from pwa.services.shelf import protocol
from pwa.store.scope import ClinicScope

MOST_DAYS_AWAY = 60
LONGEST_NAME = 80
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,2}")
# Overrides and isolates of direction: after one of them a screen shows other names than were typed.
_TURNS_WRITING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
# A date alone would be read as midnight, and every time of the first day would be wrong.
_DATE_AND_TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)?")


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What the desk gives, as typed. `treated_at` is the clinic's wall clock, or carries its offset."""

    procedure: str
    treated_at: str
    first_name: str
    variant: str | None = None
    area: str | None = None
    language: str = "en"
    prescribed: frozenset[str] = frozenset()
    external_id: str | None = None  # "SYSTEM=VALUE"
    risks: frozenset[str] | None = None  # {"none"}: asked, and there is none; None: not asked


@dataclass(frozen=True, slots=True)
class CheckedEnrolment:
    """An enrolment whose every part was found right."""

    procedure: str
    treated_at: datetime
    treated_on: date
    first_name: str
    variant: str | None
    area: Area | None
    language: str
    prescribed: frozenset[str]
    external_id: tuple[str, str] | None
    risks: frozenset[Risk] | None
    version_id: UUID
    content_hash: str
    protocol: Protocol = field(repr=False)


def check_enrolment(
    scope: ClinicScope, clinic: Clinic, moment: Moment, enrolment: Enrolment
) -> CheckedEnrolment:
    """Read an enrolment against the clinic's protocol of that procedure. Raises BadInput or Refused."""
    version = find_version(scope, enrolment.procedure)
    require_ready(clinic, version)
    content = protocol(scope.session, version.content_hash)
    treated_at, treated_on = _treatment(enrolment.treated_at, clinic, moment)
    return CheckedEnrolment(
        procedure=enrolment.procedure,
        treated_at=treated_at,
        treated_on=treated_on,
        first_name=_first_name(enrolment.first_name),
        variant=_variant(enrolment.variant, content),
        area=_area(enrolment.area, content),
        language=_language(enrolment.language, content),
        prescribed=check_prescribed(enrolment.prescribed, content),
        external_id=_external_id(enrolment.external_id),
        risks=read_risks(enrolment.risks),
        version_id=version.id,
        content_hash=version.content_hash,
        protocol=content,
    )


def read_treatment(text: str) -> datetime:
    """A date and time as typed, with or without an offset. Raises BadInput."""
    try:
        if _DATE_AND_TIME.fullmatch(text):
            return datetime.fromisoformat(text)
    except ValueError:
        pass  # a thirteenth month, a thirtieth of February
    raise BadInput(
        f"'{text}' is not a date and time. Give the treatment as 2026-11-20T10:00, by the clinic's clock."
    )


def _treatment(text: str, clinic: Clinic, moment: Moment) -> tuple[datetime, date]:
    typed = read_treatment(text)
    # By the date first: the first and the last year of the calendar have no instant in every zone.
    if abs((typed.date() - moment.care.astimezone(clinic.zone).date()).days) > MOST_DAYS_AWAY:
        raise BadInput(
            f"The treatment on {typed.date().isoformat()} is more than {MOST_DAYS_AWAY} days away. "
            "Check the year and the month."
        )
    if typed.tzinfo is None:
        treated_at = to_utc(typed.date(), typed.time(), clinic.zone)
    else:
        treated_at = typed.astimezone(UTC)
    return treated_at, treated_at.astimezone(clinic.zone).date()


def _first_name(text: str) -> str:
    name = " ".join(text.split())
    if not name or len(name) > LONGEST_NAME or any(map(_is_no_text, name)):
        raise BadInput(f"Give the patient's first name, with at most {LONGEST_NAME} characters.")
    return name


def _is_no_text(letter: str) -> bool:
    """A control character, what turns the writing around, or half a surrogate pair from unreadable bytes."""
    return category(letter) in ("Cc", "Cs") or letter in _TURNS_WRITING


def _variant(text: str | None, content: Protocol) -> str | None:
    if text is None or text in content.variants:
        return text
    if not content.variants:
        raise BadInput(f"'{content.procedure}' has no variants. Leave --variant out.")
    raise BadInput(
        f"'{content.procedure}' has no variant '{text}'. Choose one of: {', '.join(content.variants)}."
    )


def _area(text: str | None, content: Protocol) -> Area | None:
    if text is None:
        return None
    if text not in content.areas:
        raise BadInput(
            f"'{content.procedure}' has no area '{text}'. Choose one of: {', '.join(content.areas)}."
        )
    return Area(text)


def _language(text: str, content: Protocol) -> str:
    language = text.strip()
    known = content.texts[content.name_text_id].words
    if language.split("-")[0] not in known or not _LANGUAGE.fullmatch(language):
        raise BadInput(f"There are no texts in '{text}' yet. Choose one of: {', '.join(sorted(known))}.")
    return language


def check_prescribed(names: frozenset[str], content: Protocol) -> frozenset[str]:
    """The medicines to remind of, each of which the protocol knows. Raises BadInput."""
    for name in sorted(names):
        if name not in content.prescribable:
            raise BadInput(
                f"'{content.procedure}' has no reminder for a prescribed '{name}'. "
                f"It has: {', '.join(content.prescribable) or 'none'}."
            )
    return names


def _external_id(text: str | None) -> tuple[str, str] | None:
    if text is None:
        return None
    system, equals, value = text.partition("=")
    if not (equals and system.strip() and value.strip()) or len(system) > 200 or len(value) > 200:
        raise BadInput(f"'{text}' is not an external id. Give it as SYSTEM=VALUE, such as chart=12345.")
    return system.strip(), value.strip()
