"""What the quarantine's table and the ways in promise on both databases, whoever asks."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from pwa.domain.errors import NotFound
from pwa.domain.patient import CredentialKind, RevokedBy
from pwa.services.house import House
from pwa.store import credentials, devices, quarantine
from pwa.store.ids import new_id
from pwa.store.quarantine import QuarantinedEvent
from pwa.store.scope import in_clinic
from tests.contract.store.conftest import People, Person
from tests.support.times import NOW

SECRET = b"c" * 32
DAY = timedelta(days=1)


def an_event(person: Person) -> QuarantinedEvent:
    ids = new_id(NOW), person.id, person.device.id, new_id(NOW)
    return QuarantinedEvent(*ids, "check_in", NOW, NOW, b"h" * 32, b"sealed")


def test_one_content_is_kept_once_under_an_id_and_another_beside_it(house: House, people: People) -> None:
    first = an_event(people.alice)
    with house.database.write() as session:
        scope = in_clinic(session, people.alice.clinic.id)
        quarantine.add(scope, first)
        quarantine.add(scope, replace(first, id=new_id(NOW), payload_hash=b"o" * 32))
        bobs = replace(first, id=new_id(NOW), patient_id=people.bob.id, device_id=people.bob.device.id)
        quarantine.add(scope, bobs)
        assert quarantine.holds(scope, people.alice.id, first.event_id, first.payload_hash)
        assert not quarantine.holds(scope, people.alice.id, new_id(NOW), first.payload_hash)
        assert quarantine.number_of(scope, people.alice.device.id) == 2
        assert quarantine.number_of(scope, people.bob.device.id) == 1
    with pytest.raises(IntegrityError), house.database.write() as session:
        quarantine.add(in_clinic(session, people.alice.clinic.id), replace(first, id=new_id(NOW)))


def test_events_are_read_newest_first_page_by_page_and_by_their_clinic_only(
    house: House, people: People
) -> None:
    alice, mallory = people.alice, people.mallory
    came = [
        replace(
            an_event(alice), received_at=NOW + timedelta(hours=hour), tapped_at=NOW + timedelta(minutes=m)
        )
        for hour in (3, 2)
        for m in (2, 1)
    ]
    with house.database.write() as session:
        for event in reversed(came):
            quarantine.add(in_clinic(session, alice.clinic.id), event)
    with house.database.read() as session:
        ours = in_clinic(session, alice.clinic.id)
        assert quarantine.newest(ours, 9, None) == tuple((event, alice.device.label) for event in came)
        assert [event for event, _ in quarantine.newest(ours, 3, None)] == came[:3]
        for at in range(4):
            assert [event for event, _ in quarantine.newest(ours, 9, came[at].id)] == came[at + 1 :]
        theirs = in_clinic(session, mallory.clinic.id)
        assert quarantine.newest(theirs, 9, None) == ()
        assert quarantine.number_of(theirs, alice.device.id) == 0
        assert not quarantine.holds(theirs, alice.id, came[0].event_id, came[0].payload_hash)
        with pytest.raises(NotFound):
            quarantine.newest(theirs, 9, came[0].id)


@pytest.mark.parametrize("by", RevokedBy)
def test_only_who_was_shut_out_by_the_clinic_is_still_known(
    house: House, people: People, by: RevokedBy
) -> None:
    device = people.alice.device
    with house.database.write() as session:
        scope = in_clinic(session, people.alice.clinic.id)
        credentials.add_credential(scope, device.id, SECRET, CredentialKind.COOKIE, NOW, NOW + 30 * DAY)
        devices.confirm_device(scope, device.id, NOW)
        assert credentials.find_shut_out(session, SECRET, NOW - DAY, NOW) is None  # it is still in
        devices.revoke_device(scope, device.id, by, NOW)
    with house.database.read() as session:
        found = credentials.find_shut_out(session, SECRET, NOW - DAY, NOW)
        assert (found.id if found else None) == (device.id if by is RevokedBy.CLINIC else None)
        assert credentials.find_shut_out(session, SECRET, NOW, NOW + DAY) is None  # too long ago
        assert credentials.find_shut_out(session, SECRET, NOW - DAY, NOW + 30 * DAY) is None
        assert credentials.find_device(session, SECRET, NOW) is None


def test_a_phone_whose_person_never_said_yes_is_not_known_any_more(house: House, people: People) -> None:
    with house.database.write() as session:
        scope = in_clinic(session, people.alice.clinic.id)
        stranger = devices.add_device(scope, people.alice.id, "not confirmed", NOW)
        credentials.add_credential(scope, stranger.id, SECRET, CredentialKind.COOKIE, NOW, NOW + 30 * DAY)
        devices.revoke_device(scope, stranger.id, RevokedBy.CLINIC, NOW)
        assert credentials.find_shut_out(session, SECRET, NOW - DAY, NOW) is None


def test_a_device_that_is_out_says_who_ended_it(house: House, people: People) -> None:
    with pytest.raises(IntegrityError), house.database.write() as session:
        session.execute(text("UPDATE devices SET revoked_by = 'clinic'"))
    with pytest.raises(IntegrityError), house.database.write() as session:
        session.execute(text("UPDATE devices SET revoked_at = joined_at"))
    assert people.alice.device.revoked_by is None
