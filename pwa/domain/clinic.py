"""A clinic, the people who work in it, and what a clinic must have before it may enrol anyone."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

from pwa.domain.opening_hours import OpeningHours
from pwa.domain.sun import Place

# The number for a life in danger, by country (ISO 3166-1). 112 works in all of the EU and from most
# mobile phones elsewhere, so it stands in where nothing better is known.
EMERGENCY_NUMBERS = {
    "AU": "000", "BR": "192", "CA": "911", "CH": "144", "CN": "120", "GB": "999", "HK": "999",
    "IE": "112", "IL": "101", "IN": "112", "JP": "119", "KR": "119", "MX": "911", "MY": "999",
    "NO": "113", "NZ": "111", "SG": "995", "TH": "1669", "TR": "112", "US": "911", "ZA": "112",
}  # fmt: skip
ANY_COUNTRY_EMERGENCY_NUMBER = "112"


class ClinicStage(StrEnum):
    TRIAL = "trial"  # unapproved protocols may be used, and every screen says so
    LIVE = "live"  # only protocols that a named clinician approved


class TriageMode(StrEnum):
    PERSONALISED = "personalised"
    LEAFLET = "leaflet"


class StaffRole(StrEnum):
    OWNER = "owner"
    CLINICIAN = "clinician"
    ASSISTANT = "assistant"


class MembershipStatus(StrEnum):
    ACTIVE = "active"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class Clinic:
    """A tenant. Its zone says what day it is there; its place says where the sun stands."""

    id: UUID
    name: str
    country: str  # ISO 3166-1 alpha-2
    day_phone: str
    night_phone: str
    place: Place
    stage: ClinicStage
    triage_mode: TriageMode
    hours: OpeningHours

    @property
    def zone(self) -> ZoneInfo:
        """The zone its hours are kept in."""
        return self.hours.zone

    @property
    def emergency_number(self) -> str:
        """Whom to call when a life may be in danger."""
        return EMERGENCY_NUMBERS.get(self.country, ANY_COUNTRY_EMERGENCY_NUMBER)
