"""The patient's phone is told that nobody has seen the alert: neutrally, and at night too."""

from __future__ import annotations

from datetime import timedelta

from pwa.clock import Moment
from pwa.domain.clinic import StaffRole
from pwa.domain.notice import NoticeKind
from pwa.protocols.lint_words import HEALTH_WORDS
from pwa.services import acting
from pwa.services.bundle.words import push_words
from pwa.store import staff, tables
from pwa.store.ids import new_id
from pwa.store.scope import in_clinic
from pwa.store.staff import SignedIn
from tests.support.houses import Patient, Ward
from tests.support.times import utc

NIGHT = utc("2026-11-21T02:30")  # a Saturday: nobody is at the clinic, and the patient has quiet hours
NO_BREATH = {"breathing_trouble": True}


def say(ward: Ward, patient: Patient) -> None:
    content = {"plan_id": str(patient.care_plan_id), "day": 0, "answers": NO_BREATH, "result": None}
    ward.send(patient, "check_in", content)


def followed_up(ward: Ward) -> list[str]:
    rows = ward.rows("SELECT state FROM notices WHERE kind = 'follow_up' ORDER BY due_at, id")
    return [str(row["state"]) for row in rows]


def acknowledge(ward: Ward, at: Moment) -> None:
    with ward.database.write() as session:
        scope = in_clinic(session, ward.clinic.id)
        account = staff.StaffAccount(new_id(at.wall), "olga@lakeside.test", "Olga", "hash")
        staff.add_staff(session, account, ward.clinic.id, StaffRole.CLINICIAN, at.wall)
        olga = SignedIn(account.id, "Olga", ward.clinic.id, StaffRole.CLINICIAN)
        [alert_id] = [row.id for row in session.scalars(scope.select(tables.Alert))]
        acting.acknowledge(scope, ward.clinic, alert_id, olga, at)


def test_a_phone_is_told_at_once_at_night_and_asked_half_an_hour_later(ward: Ward, alice: Patient) -> None:
    ward.care = NIGHT
    before = len(ward.pushes_to(alice.phone))
    say(ward, alice)
    ward.deliver()
    assert followed_up(ward) == ["sent", "planned"]
    assert len(ward.pushes_to(alice.phone)) == before + 1
    ward.care = NIGHT + timedelta(minutes=30)
    ward.deliver()
    assert followed_up(ward) == ["sent", "sent"]


def test_what_somebody_has_seen_in_time_is_not_told(ward: Ward, alice: Patient) -> None:
    ward.care = utc("2026-11-20T10:00")
    say(ward, alice)
    acknowledge(ward, ward.moment())
    ward.care += timedelta(minutes=45)
    ward.deliver()
    assert followed_up(ward) == ["cancelled", "cancelled"]


def test_the_words_say_nothing_of_health() -> None:
    words = push_words(NoticeKind.FOLLOW_UP, "en")
    said = f"{words.title} {words.body}".lower()
    assert not [word for word in HEALTH_WORDS if word in said.split()]
