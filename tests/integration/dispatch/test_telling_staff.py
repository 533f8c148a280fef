"""An alert reaches everybody who works in its clinic, by push and by e-mail, until somebody has taken it."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from sqlalchemy import text

from pwa.channels.port import Channel, Failure, K, Letter, LetterResult
from pwa.cli.doctor import examine
from pwa.clock import DemoClock
from pwa.domain.errors import NotFound
from pwa.domain.notice import NoticeKind
from pwa.protocols.lint_words import HEALTH_WORDS
from pwa.services import dispatching, relaying, telling_staff, watching
from pwa.services.dispatching import LEASE
from pwa.services.telling_staff import ALERT_USEFUL
from pwa.services.watching import MailHealth
from pwa.store import operations
from pwa.store.scope import in_clinic
from tests.support.desk import BOTH, Desk, Person
from tests.support.houses import Patient, Ward, make_clinic, subscribe_phone
from tests.support.push_service import Script
from tests.support.smtp import SmtpServer, dripping


@pytest.fixture
def server() -> Iterator[SmtpServer]:
    with SmtpServer() as running:
        yield running


@pytest.fixture
def desk(ward: Ward, server: SmtpServer) -> Desk:
    return Desk(ward, server)


@pytest.fixture
def small_desk(small_ward: Ward, server: SmtpServer) -> Desk:
    return Desk(small_ward, server)


@pytest.fixture
def olga(desk: Desk) -> Person:
    return desk.employ("Olga")


@pytest.fixture
def bob(desk: Desk) -> Person:
    return desk.employ("Bob")


# ---------------------------------------------------------------------- who is told, and what


def test_an_alert_reaches_everybody_who_works_there_by_push_and_by_e_mail(
    desk: Desk, olga: Person, bob: Person
) -> None:
    assert desk.tell(desk.alert()) == 2
    assert desk.push() == 2
    assert desk.mail().accepted == 2
    assert desk.told([olga, bob]) == [(1, 1), (1, 1)]
    assert desk.notice_states() == ["sent", "sent"]
    assert (desk.push(), desk.mail().tried) == (0, 0)


def test_another_clinic_hears_nothing(desk: Desk, olga: Person) -> None:
    mallory = desk.employ("Mallory", make_clinic(desk.ward.house, "Elsewhere"))
    desk.tell(desk.alert())
    desk.push()
    desk.mail()
    assert desk.told([olga, mallory]) == [(1, 1), (0, 0)]


def test_nobody_tells_staff_of_another_clinics_alert(desk: Desk, olga: Person) -> None:
    theirs = desk.alert(make_clinic(desk.ward.house, "Elsewhere"))
    with desk.ward.database.write() as session, pytest.raises(NotFound):
        telling_staff.tell_staff(in_clinic(session, olga.clinic.id), theirs, desk.ward.moment())
    assert desk.notice_states() == []


def test_stopping_another_clinics_alert_stops_nothing(desk: Desk, olga: Person) -> None:
    alert, elsewhere = desk.alert(), make_clinic(desk.ward.house, "Elsewhere")
    desk.tell(alert)
    desk.stop(replace(alert, clinic_id=elsewhere.id))
    assert desk.notice_states() == ["planned"]


def words_of(message: EmailMessage) -> set[str]:
    """Everything a letter says, without the addresses in it."""
    said = " ".join([*map(str, message.values()), *message.keys(), message.get_content()])
    plain = re.sub(r"https?://\S+|<\S+@\S+>|\S+@\S+", " ", said)
    return set(re.findall(r"[a-z]+", plain.lower()))


def test_neither_push_nor_e_mail_says_a_word_about_health_or_anybody(small_desk: Desk) -> None:
    desk = small_desk
    olga = desk.employ("Olga")
    desk.ward.admit("Anastasia")
    desk.tell(desk.alert())
    desk.push()
    desk.mail()
    (letter,) = desk.letters_to(olga)
    message = letter.message
    assert message["Subject"] == "Afterbeam: please open the inbox"
    assert "http://localhost:8000/clinic" in message.get_content().splitlines()
    assert words_of(message) & (HEALTH_WORDS | {"anastasia", "lakeside", "alert", "emergency"}) == set()

    (post,) = desk.ward.service.posts_to(olga.browser.endpoint)
    told = json.loads(olga.browser.decrypt(post.body))["notification"]
    assert (told["title"], told["body"]) == ("Afterbeam", "Please open the inbox")
    assert told["navigate"] == "http://localhost:8000/clinic"
    assert post.headers["urgency"] == "high"


def test_what_a_mail_server_sees_does_not_name_the_alert(small_desk: Desk) -> None:
    desk = small_desk
    olga = desk.employ("Olga")
    alert = desk.alert()
    desk.tell(alert)
    desk.mail()
    (notice,) = desk.ward.rows("SELECT id, slot_key FROM notices WHERE staff_id IS NOT NULL")
    content = desk.letters_to(olga)[0].content.decode()
    for secret in (str(alert.id), alert.id.hex, str(notice["id"]).replace("-", "")):
        assert secret not in content


def test_a_test_goes_to_one_person_by_every_way(desk: Desk, olga: Person, bob: Person) -> None:
    desk.send_test(olga)
    desk.push()
    desk.mail()
    assert desk.told([olga, bob]) == [(1, 1), (0, 0)]
    assert desk.letters_to(olga)[0].message["Subject"] == "Afterbeam: this is a test"


def test_all_browsers_of_a_person_are_told(small_desk: Desk) -> None:
    desk = small_desk
    olga = desk.employ("Olga")
    second = desk.open_browser(olga.id, olga.clinic)
    desk.tell(desk.alert())
    assert desk.push() == 2
    assert desk.ward.pushes_to(second) == [201]


def test_a_browser_that_a_patient_takes_over_is_no_longer_the_staffs(desk: Desk, olga: Person) -> None:
    alice = desk.ward.admit("Alice")
    subscribe_phone(desk.ward.house, alice.device, olga.browser)
    desk.tell(desk.alert())
    desk.push()
    desk.mail()
    assert desk.told([olga]) == [(0, 1)]

    desk.ward.plan_test(alice)
    desk.push()
    assert desk.told([olga]) == [(1, 1)]


# ---------------------------------------------------------------------- until when


def test_who_was_not_told_when_somebody_took_it_is_not_told_any_more(desk: Desk, olga: Person) -> None:
    alert = desk.alert()
    desk.tell(alert)
    desk.stop(alert)
    assert (desk.push(), desk.mail().tried) == (0, 0)
    assert desk.notice_states() == ["cancelled"]


def test_a_letter_that_waits_is_not_sent_once_somebody_took_it(
    desk: Desk, olga: Person, server: SmtpServer
) -> None:
    alert = desk.alert()
    desk.tell(alert)
    desk.push()
    server.refuse(olga.email, 450)
    desk.mail()
    assert desk.deliveries("email") == [("pending", 1)]
    desk.stop(alert)
    server.refuse(olga.email, 250, 0)
    desk.ward.wait(600)
    assert desk.mail().tried == 0
    assert desk.notice_states() == ["sent"]  # by push
    desk.push()
    assert desk.deliveries("email") == [("expired", 1)]


def test_a_letter_under_way_when_somebody_takes_it_is_settled_as_what_it_was(
    desk: Desk, olga: Person
) -> None:
    alert = desk.alert()
    desk.tell(alert)
    inner = desk.mailer()

    class TakenMeanwhile:
        def send(self, letters: Sequence[Letter[K]], now: datetime) -> list[LetterResult[K]]:
            desk.stop(alert)
            return inner.send(letters, now)

        def check(self) -> Failure | None:
            return None

    desk.mail(desk.relaying(TakenMeanwhile()))
    assert desk.deliveries("email") == [("accepted", 1)]
    assert desk.notice_states() == ["sent"]


def test_the_next_round_takes_the_place_of_what_waits(desk: Desk, olga: Person, server: SmtpServer) -> None:
    alert = desk.alert()
    server.stop()
    for _ in range(5):
        desk.tell(alert)
        desk.push()
        desk.mail()
        desk.ward.wait(300)
    server.start()
    desk.mail()
    desk.ward.wait(600)
    desk.mail()
    assert desk.told([olga]) == [(5, 1)]


def test_rounds_of_one_alert_replace_each_other_at_the_push_service(small_desk: Desk) -> None:
    desk = small_desk
    olga = desk.employ("Olga")
    alert, other = desk.alert(), desk.alert()
    for each in (alert, alert, other):
        desk.tell(each)
        desk.push()
    posts = desk.ward.service.posts_to(olga.browser.endpoint)
    topics = [post.headers["topic"] for post in posts]
    assert topics[0] == topics[1] != topics[2]
    tags = [json.loads(olga.browser.decrypt(post.body))["notification"]["tag"] for post in posts]
    assert len(set(tags)) == 3, "a browser shows a second one without a sound when the tag is the same"


def test_two_rounds_in_one_moment_leave_one_that_is_sent(desk: Desk, olga: Person) -> None:
    alert, moment = desk.alert(), desk.ward.moment()
    with desk.ward.database.write() as session:
        scope = in_clinic(session, alert.clinic_id)
        for _ in range(2):
            telling_staff.tell_staff(scope, alert, moment)
    desk.push()
    desk.mail()
    assert desk.told([olga]) == [(1, 1)]


def test_nothing_is_sent_past_its_hours(desk: Desk, olga: Person) -> None:
    desk.tell(desk.alert())
    desk.ward.wait(ALERT_USEFUL.total_seconds())
    assert (desk.push(), desk.mail().tried) == (0, 0)
    desk.ward.expire()
    assert desk.notice_states() == ["expired"]


def test_in_a_fast_demo_staff_have_as_long_as_ever(small_desk: Desk) -> None:
    desk = small_desk
    desk.employ("Olga")
    with desk.ward.database.write() as session:
        operations.set_demo_clock(session, DemoClock(desk.ward.care, desk.ward.moment().wall, speed=60))
    desk.tell(desk.alert())
    desk.ward.care += ALERT_USEFUL * 59
    assert desk.push() == 1


def test_who_no_longer_works_there_is_told_nothing(desk: Desk, olga: Person, bob: Person) -> None:
    desk.dismiss(olga)
    assert desk.tell(desk.alert()) == 1
    desk.push()
    desk.mail()
    assert desk.told([olga, bob]) == [(0, 0), (1, 1)]


def test_who_leaves_while_a_letter_waits_does_not_get_it(
    desk: Desk, olga: Person, server: SmtpServer
) -> None:
    desk.tell(desk.alert())
    server.refuse(olga.email, 450, times=1)
    desk.mail()
    desk.dismiss(olga)
    desk.ward.wait(600)
    desk.push()
    desk.mail()
    assert desk.told([olga]) == [(0, 0)]


# ---------------------------------------------------------------------- whatever goes wrong


def test_a_letter_arrives_when_the_mail_server_is_back(small_desk: Desk, server: SmtpServer) -> None:
    desk = small_desk
    olga = desk.employ("Olga")
    server.stop()
    desk.tell(desk.alert())
    for _ in range(30):
        assert desk.mail().accepted == 0
        desk.ward.wait(600)
    server.start()
    assert desk.mail().accepted == 1
    assert desk.told([olga]) == [(0, 1)]


def test_while_the_mail_server_is_down_a_beat_costs_one_conversation(
    small_desk: Desk, server: SmtpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = small_desk
    desk.employ("Olga")
    monkeypatch.setattr(relaying, "CHUNK", 1)
    desk.employ("Bob")
    desk.tell(desk.alert())
    server.stop()
    assert desk.mail().tried == 1


def test_an_address_that_is_refused_is_given_up_alone_and_tried_with_the_next_round(
    desk: Desk, olga: Person, bob: Person, server: SmtpServer
) -> None:
    alert = desk.alert()
    server.refuse(olga.email, 550)
    desk.tell(alert)
    desk.mail()
    desk.ward.wait(3600)
    assert desk.mail().tried == 0
    assert desk.told([olga, bob]) == [(0, 0), (0, 1)]
    assert sorted(desk.deliveries("email")) == [("accepted", 1), ("refused", 1)]
    assert health(desk).refused.addresses == 1
    assert notes(desk) == ("E-mail addresses of staff that refuse mail: 1.",)

    server.refuse(olga.email, 250, 0)
    desk.tell(alert)
    desk.mail()
    assert desk.told([olga, bob]) == [(0, 1), (0, 2)]
    assert health(desk).refused.addresses == 0
    assert notes(desk) == ()


def test_an_address_is_never_retired_however_often_it_is_refused(
    desk: Desk, olga: Person, server: SmtpServer
) -> None:
    alice = desk.ward.admit("Alice")
    server.refuse(olga.email, 550)
    for _ in range(6):
        desk.tell(desk.alert())
        desk.mail()
    desk.ward.service.script(alice.phone.endpoint, Script(403))
    desk.ward.plan_test(alice)
    desk.push()  # which looks for phones to retire
    states = desk.ward.rows("SELECT state FROM targets WHERE kind = 'email'")
    assert [row["state"] for row in states] == ["live"]


def test_an_address_that_is_none_is_given_up(small_desk: Desk) -> None:
    desk = small_desk
    olga = desk.employ("Olga")
    bob = desk.employ("Bob")
    with desk.ward.database.write() as session:
        session.execute(
            text("UPDATE targets SET address = :bad WHERE address = :good"),
            {"bad": f"x@y.test\r\nRCPT TO:<{bob.email}>", "good": olga.email},
        )
    desk.tell(desk.alert())
    desk.mail()
    assert desk.told([olga, bob]) == [(0, 0), (0, 1)]
    assert sorted(desk.deliveries("email")) == [("accepted", 1), ("refused", 1)]


class Died(BaseException):
    """The process ended here: nothing after this line happens."""


class DyingChannel:
    """Sends, and dies before anybody hears the answers."""

    def __init__(self, inner: Channel) -> None:
        self.inner = inner

    def send(self, letters: Sequence[Letter[K]], now: datetime) -> list[LetterResult[K]]:
        self.inner.send(letters, now)
        raise Died

    def check(self) -> Failure | None:
        return None


def test_who_dies_between_acceptance_and_settling_has_it_sent_again(desk: Desk, olga: Person) -> None:
    desk.tell(desk.alert())
    with pytest.raises(Died):
        desk.mail(desk.relaying(DyingChannel(desk.mailer())))
    assert desk.mail().tried == 0  # somebody may still be at it
    desk.ward.wait(LEASE.total_seconds() + 1)
    assert desk.mail().accepted == 1
    first, second = desk.letters_to(olga)
    assert first.message["Message-ID"] == second.message["Message-ID"]
    assert desk.deliveries("email") == [("accepted", 2)]


def test_two_dispatchers_write_each_letter_once(pg_ward: Ward, server: SmtpServer) -> None:
    desk = Desk(pg_ward, server)
    people = [desk.employ(f"Nurse{number}") for number in range(25)]
    desk.tell(desk.alert())
    gate = threading.Barrier(2)

    def run() -> None:
        by = desk.relaying()
        gate.wait(10)
        for _ in range(4):
            desk.mail(by)

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert [len(desk.letters_to(one)) for one in people] == [1] * 25
    assert set(desk.deliveries("email")) == {("accepted", 1)}


def test_a_mail_server_that_hangs_holds_up_no_push(small_desk: Desk) -> None:
    desk = small_desk
    desk.employ("Olga")
    desk.limits = replace(desk.limits, whole=timedelta(seconds=6))
    desk.tell(desk.alert())
    with dripping() as port:
        hanging = threading.Thread(target=lambda: desk.mail(desk.relaying(desk.mailer(port))))
        hanging.start()
        end = time.monotonic() + 20
        while ("leased", 1) not in desk.deliveries("email"):
            assert time.monotonic() < end
            time.sleep(0.02)
        assert desk.push() == 1
        assert hanging.is_alive()
        hanging.join(20)
    assert desk.deliveries("push") == [("accepted", 1)]
    assert desk.deliveries("email") == [("pending", 1)]


def test_a_push_service_that_hangs_holds_up_no_letter(small_desk: Desk) -> None:
    desk = small_desk
    olga = desk.employ("Olga")
    desk.ward.service.script(olga.browser.endpoint, Script(201, hang=5.0))
    desk.tell(desk.alert())
    hanging = threading.Thread(target=desk.push)
    hanging.start()
    end = time.monotonic() + 20
    while not desk.ward.service.posts:
        assert time.monotonic() < end
        time.sleep(0.02)
    assert desk.mail().accepted == 1
    assert hanging.is_alive()
    hanging.join(20)


# ---------------------------------------------------------------------- alerts first


def test_an_alert_goes_before_reminders_that_were_due_long_before(
    desk: Desk, olga: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    ward = desk.ward
    patients = [ward.admit(f"Patient {number}") for number in range(6)]
    for patient in patients:
        ward.plan_test(patient, kind=NoticeKind.REMINDER, useful=timedelta(hours=2))
    monkeypatch.setattr(dispatching, "CHUNK", 2)
    to = desk.dispatching()
    inner = to.sender

    class AlertedMeanwhile:
        """The alert comes while the second chunk of reminders is on its way."""

        calls = 0

        def send(self, batch: Any, now: Any) -> Any:
            self.calls += 1
            if self.calls == 2:
                desk.tell(desk.alert())
            return inner.send(batch, now)

        def close(self) -> None: ...

    ward.deliver(replace(to, sender=AlertedMeanwhile()))
    order = [post.token for post in ward.service.posts]
    staff = olga.browser.endpoint.rpartition("/")[2]
    assert len(order) == 7
    assert order.index(staff) in (4, 5)  # in the very next chunk


# ---------------------------------------------------------------------- without a mail server


def test_without_a_mail_server_staff_are_pushed_to_and_no_letter_waits(desk: Desk, olga: Person) -> None:
    desk.tell(desk.alert())
    assert desk.ward.deliver() == 1
    assert desk.deliveries("email") == []
    assert desk.notice_states() == ["sent"]


def test_who_can_be_told_by_e_mail_only_is_told_once_there_is_a_mail_server(desk: Desk, olga: Person) -> None:
    desk.ward.service.forget(olga.browser.endpoint)
    desk.tell(desk.alert())
    desk.ward.deliver()
    desk.ward.care += timedelta(minutes=10)
    with desk.ward.database.read() as session:
        assert watching.dispatcher_health(session, desk.ward.moment()).well, "no fault of the dispatcher"
        assert not watching.dispatcher_health(session, desk.ward.moment(), BOTH).well
    assert desk.mail().accepted == 1
    assert desk.notice_states() == ["sent"]


# ---------------------------------------------------------------------- somebody notices


def health(desk: Desk) -> MailHealth:
    with desk.ward.database.read() as session:
        return watching.mail_health(session, desk.ward.moment())


def notes(desk: Desk) -> tuple[str, ...]:
    with desk.ward.database.read() as session:
        return watching.notes(session, BOTH)


def parts(desk: Desk) -> dict[str, bool]:
    with desk.ward.database.read() as session:
        return watching.reminders_go_out(session, desk.ward.moment(), BOTH)


def listen(desk: Desk) -> None:
    relaying.ask_whether_it_listens(desk.relaying(), desk.ward.moment)


def test_a_mail_server_that_does_not_listen_shows_before_an_alert_needs_it(
    small_desk: Desk, server: SmtpServer
) -> None:
    desk = small_desk
    assert not parts(desk)["mail"]
    listen(desk)
    assert parts(desk)["mail"]
    assert server.letters == []
    server.stop()
    for _ in range(2):
        desk.ward.wait(7 * 60)
        listen(desk)
        assert parts(desk)["mail"]
    desk.ward.wait(2 * 60)
    listen(desk)
    assert not parts(desk)["mail"]
    server.start()
    listen(desk)
    assert parts(desk)["mail"]


def test_a_letter_that_is_answered_shows_that_the_server_listens(small_desk: Desk) -> None:
    desk = small_desk
    desk.employ("Olga")
    desk.tell(desk.alert())
    desk.mail()
    assert health(desk).heard_at is not None
    assert health(desk).well


def test_a_clinic_whose_every_address_is_refused_sounds_the_alarm(
    desk: Desk, olga: Person, bob: Person, server: SmtpServer
) -> None:
    for number, person in enumerate((olga, bob)):
        server.refuse(person.email, 550)
        desk.tell(desk.alert())
        desk.mail()
        assert parts(desk)["mail"] == (number == 0)
    assert health(desk).refused.clinics == 1


def test_the_doctor_counts_addresses_that_refuse_mail(small_desk: Desk, server: SmtpServer) -> None:
    people = [small_desk.employ(name) for name in ("Olga", "Bob")]
    said: list[tuple[str, str]] = []
    for person in people:
        server.refuse(person.email, 550)
        small_desk.tell(small_desk.alert())
        small_desk.mail()
        said += [
            (one.state, one.detail)
            for one in examine(small_desk.ward.house.config)
            if one.check == "addresses"
        ]
    (warned, one_refuses), (failing, nobody_left) = said
    assert (warned, "refuse mail: 1. " in one_refuses) == ("warning", True)
    assert (failing, "none takes any: 1. " in nobody_left) == ("failing", True)


def test_who_left_refuses_nothing_any_more(desk: Desk, olga: Person, bob: Person, server: SmtpServer) -> None:
    server.refuse(olga.email, 550)
    desk.tell(desk.alert())
    desk.mail()
    desk.dismiss(olga)
    assert health(desk).refused.addresses == 0


def test_without_a_mail_server_health_says_that_alerts_cannot_be_mailed(small_ward: Ward) -> None:
    ward = small_ward
    with ward.database.read() as session:
        assert "mail" not in watching.reminders_go_out(session, ward.moment())
        (note,) = watching.notes(session, ward.house.channels)
    assert note == "Alerts cannot be mailed: AFTERBEAM_SMTP_URL is not set."


def test_staff_and_patients_are_told_side_by_side(desk: Desk, olga: Person, alice: Patient) -> None:
    desk.ward.go_to(alice)
    desk.tell(desk.alert())
    assert desk.push() == 2
    assert desk.ward.pushes_to(alice.phone) == [201]
    assert desk.told([olga]) == [(1, 0)]
