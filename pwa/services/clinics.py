"""Set up a clinic: what it must have before it may enrol anyone, and the protocols it is offered."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib import resources
from uuid import UUID
from zoneinfo import ZoneInfo, available_timezones

from sqlalchemy.orm import Session

from pwa.clock import Moment
from pwa.domain import opening_hours
from pwa.domain.clinic import Clinic, ClinicStage, TriageMode
from pwa.domain.errors import BadInput, Refused
from pwa.domain.sun import Place
from pwa.protocols.document import ProtocolDocument
from pwa.store import clinics, protocols
from pwa.store.ids import new_id
from pwa.store.scope import ClinicScope, in_clinic

# Where triage may count as a medical device (EU MDR, rule 11), the leaflet mode is the default.
LEAFLET_COUNTRIES = frozenset(
    [
        "AT",
        "BE",
        "BG",
        "CY",
        "CZ",
        "DE",
        "DK",
        "EE",
        "ES",
        "FI",
        "FR",
        "GR",
        "HR",
        "HU",
        "IE",
        "IS",
        "IT",
        "LI",
        "LT",
        "LU",
        "LV",
        "MT",
        "NL",
        "NO",
        "PL",
        "PT",
        "RO",
        "SE",
        "SI",
        "SK",
    ]
)
# Names in the zone database that are no zones.
NO_ZONES = frozenset({"Factory", "localtime", "posixrules"})
ANY_WINTER_DAY = datetime(2026, 1, 15, tzinfo=UTC)
_PHONE = re.compile(r"\+?[0-9][0-9 ()./-]{2,38}")


@dataclass(frozen=True, slots=True)
class NewClinic:
    """What a person gives to set up a clinic, as they typed it."""

    name: str
    zone: str
    country: str
    day_phone: str
    night_phone: str
    hours: str  # "Mon-Fri 09:00-17:30"
    stage: ClinicStage = ClinicStage.TRIAL


def create_clinic(
    session: Session, moment: Moment, new: NewClinic, documents: tuple[ProtocolDocument, ...]
) -> Clinic:
    """Store a clinic and offer it the shipped protocols, none of them approved. Raises BadInput."""
    zone = read_zone(new.zone)
    country = _country(new.country)
    clinic = Clinic(
        id=new_id(moment.wall),
        name=_name(new.name),
        country=country,
        day_phone=_phone("--day-phone", new.day_phone),
        night_phone=_phone("--night-phone", new.night_phone),
        place=place_of_zone(zone.key),
        stage=new.stage,
        triage_mode=TriageMode.LEAFLET if country in LEAFLET_COUNTRIES else TriageMode.PERSONALISED,
        hours=opening_hours.parse(new.hours, zone),
    )
    clinics.add_clinic(session, clinic, moment.wall)
    scope = in_clinic(session, clinic.id)
    offer_protocols(scope, moment.wall, documents)
    clinics.record_act(scope, moment.wall, ("operator", "cli"), "clinic.create", ("clinic", str(clinic.id)))
    return clinic


def offer_protocols(scope: ClinicScope, now: datetime, documents: tuple[ProtocolDocument, ...]) -> None:
    """Give a clinic these versions to approve; those it has already stay as they are."""
    for document in documents:
        protocols.put_document(
            scope.session,
            document.content_hash,
            document.procedure,
            document.version,
            document.json_text,
            now,
        )
        protocols.offer_version(scope, document.procedure, document.content_hash, now)


def approve_protocol(scope: ClinicScope, moment: Moment, procedure: str, by: str) -> UUID:
    """Record that `by`, a clinician, approved the clinic's newest version of a procedure."""
    if not by.strip():
        raise BadInput("Say who approves it: a clinician's name and role.")
    version = find_version(scope, procedure)
    protocols.approve_version(scope, version.id, by.strip(), moment.wall)
    clinics.record_act(
        scope, moment.wall, ("operator", "cli"), "protocol.approve", ("protocol_version", str(version.id))
    )
    return version.id


def find_version(scope: ClinicScope, procedure: str) -> protocols.StoredVersion:
    """The clinic's newest version of a procedure. Raises BadInput naming those there are."""
    offered = protocols.versions(scope)
    for version in offered:
        if version.procedure == procedure:
            return version
    known = ", ".join(version.procedure for version in offered)
    raise BadInput(f"There is no procedure '{procedure}'. Choose one of: {known}.")


def require_ready(clinic: Clinic, version: protocols.StoredVersion) -> None:
    """Refuse to enrol with a protocol nobody approved, unless the clinic is only trying things out."""
    if clinic.stage is ClinicStage.LIVE and version.approved_at is None:
        raise Refused(
            f"'{version.procedure}' needs clinical approval before {clinic.name} can enrol anyone with it. "
            "When a clinician has read it, record that with "
            f"`afterbeam protocol approve {version.procedure} --clinic {clinic.id} --by NAME`."
        )


def read_zone(name: str) -> ZoneInfo:
    """An IANA zone by its name. Raises BadInput."""
    if name not in available_timezones() or name in NO_ZONES:
        raise BadInput(f"There is no time zone '{name}'. Give one such as Europe/London or America/New_York.")
    return ZoneInfo(name)


def place_of_zone(zone: str) -> Place:
    """The place a zone is named after, to half a degree: near enough for the sun until told better.

    An old name (US/Eastern) has the place of the zone it is another name for. A zone of no place
    (UTC) is put on the equator, where the sun is never underestimated, at the longitude its clock is for.
    """
    table = resources.files("tzdata.zoneinfo").joinpath("zone.tab").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in table.splitlines() if not line.startswith("#"))
    places = {fields[2]: fields[1] for fields in rows}
    name = zone if zone in places else _same_zone(zone, tuple(places))
    if name is None:
        return Place(0.0, _meridian(zone))
    latitude, longitude = _coordinates(places[name])
    return Place(round(latitude * 2) / 2, round(longitude * 2) / 2)


def _meridian(zone: str) -> float:
    """The longitude at which a zone's clock shows the sun's own time: 15 degrees to the hour."""
    offset = ANY_WINTER_DAY.astimezone(ZoneInfo(zone)).utcoffset() or timedelta(0)
    return max(-180.0, min(180.0, offset / timedelta(hours=1) * 15))


def _same_zone(zone: str, names: tuple[str, ...]) -> str | None:
    """The first of `names` with the very rules of `zone`."""
    rules = _rules_of(zone)
    return next((name for name in names if rules and _rules_of(name) == rules), None)


def _rules_of(zone: str) -> bytes:
    file = resources.files("tzdata.zoneinfo").joinpath(*zone.split("/"))
    return file.read_bytes() if file.is_file() else b""


def _coordinates(text: str) -> tuple[float, float]:
    """Read ISO 6709 as zone.tab writes it: +513030-0000731 or +5130-00007."""
    match = re.fullmatch(r"([+-]\d{4}(?:\d{2})?)([+-]\d{5}(?:\d{2})?)", text)
    assert match is not None, f"zone.tab has odd coordinates: {text}"
    return _degrees(match[1], 2), _degrees(match[2], 3)


def _degrees(text: str, whole: int) -> float:
    sign = -1 if text[0] == "-" else 1
    digits = text[1:]
    seconds = int(digits[whole + 2 :] or 0)
    return sign * (int(digits[:whole]) + int(digits[whole : whole + 2]) / 60 + seconds / 3600)


def _name(text: str) -> str:
    name = " ".join(text.split())
    if not name or len(name) > 200:
        raise BadInput("A clinic needs a name of 1 to 200 characters.")
    return name


@cache
def _countries() -> frozenset[str]:
    """The two letters of every country (ISO 3166-1), as the zone database lists them."""
    table = resources.files("tzdata.zoneinfo").joinpath("iso3166.tab").read_text(encoding="utf-8")
    return frozenset(line.split("\t")[0] for line in table.splitlines() if line and not line.startswith("#"))


def _country(text: str) -> str:
    country = text.strip().upper()
    if country not in _countries():
        raise BadInput(f"'{text}' is not a country. Give its two letters, such as GB or US, with --country.")
    return country


def _phone(option: str, text: str) -> str:
    number = text.strip()
    if not _PHONE.fullmatch(number):
        raise BadInput(
            f"'{text}' is not a phone number. Give one that a patient can call with {option}, "
            "such as +44 20 7946 0000."
        )
    return number
