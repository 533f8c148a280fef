"""A house with a clinic, patients and their phones, made through the real services.

with open_ward(database_url, tmp_path, service) as ward:
    alice = ward.admit("Alice")        # enrolled, joined, subscribed at the push service
    ward.care = alice.first_due        # the care clock stands still until a test sets it
    ward.deliver()
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import text

from pwa.cli.operations import create_missing_keys
from pwa.clock import Moment
from pwa.config import Config
from pwa.dispatcher import beats
from pwa.domain.care_plan import OutcomeValue
from pwa.domain.clinic import Clinic
from pwa.domain.notice import Notice, NoticeKind, NoticeState
from pwa.domain.patient import Device
from pwa.domain.protocol import FactName
from pwa.push.curl_sender import CurlSender, Limits
from pwa.push.sender import PushSender
from pwa.services import composing, housekeeping, joining, reaching, syncing
from pwa.services.clinics import NewClinic, create_clinic
from pwa.services.dispatching import Dispatching
from pwa.services.enrolment import Enrolled, enrol
from pwa.services.enrolment_form import Enrolment
from pwa.services.house import House, open_house
from pwa.services.patient_events import PatientEvent, SyncResult
from pwa.store import notices, operations
from pwa.store.database import Database
from pwa.store.ids import new_id
from pwa.store.scope import as_dispatcher, in_clinic
from pwa.vault.keyring import MasterKeys
from tests.support.databases import be_quick
from tests.support.protocols import seed
from tests.support.push_service import PushService, Subscriber
from tests.support.times import utc

ENROLLED_AT = utc("2026-11-20T09:30")  # a Friday
TREATED_AT = "2026-11-20T09:00"  # by the clinic's clock, which is London's
PROCEDURE = "fractional_ablative"
ACTOR = ("staff", "tests")
# A machine at its limit answers late, and a test must not take that for a push service that hangs.
PATIENT_LIMITS = Limits(total_timeout=timedelta(seconds=8))


def settings_of(url: str, folder: Path) -> dict[str, str]:
    """The environment of an installation on this database that may push to 127.0.0.1."""
    return {
        "AFTERBEAM_DATABASE_URL": url,
        "AFTERBEAM_DATA_DIR": str(folder),
        "AFTERBEAM_PUBLIC_URL": "http://localhost:8000",
        "AFTERBEAM_PUSH_ALLOW_LOOPBACK": "1",
        "AFTERBEAM_PUSH_HOSTS": "127.0.0.1",
    }


@contextmanager
def open_test_house(url: str, folder: Path) -> Iterator[House]:
    """The house on a migrated database, with keys of its own."""
    config = Config.from_env(settings_of(url, folder))
    create_missing_keys(config)
    house = open_house(config)
    be_quick(house.database.engine)
    try:
        yield house
    finally:
        house.close()


def make_clinic(house: House, name: str = "Lakeside", hours: str = "Mon-Fri 09:00-17:30") -> Clinic:
    """A clinic in London on trial, with every packaged protocol."""
    asked = NewClinic(name, "Europe/London", "GB", "+44 20 7946 0018", "+44 20 7946 0019", hours)
    with house.database.write() as session:
        return create_clinic(session, Moment(ENROLLED_AT, ENROLLED_AT), asked, seed())


def enrol_patient(
    house: House,
    clinic: Clinic,
    first_name: str,
    procedure: str = PROCEDURE,
    treated_at: str = TREATED_AT,
    at: datetime = ENROLLED_AT,
) -> Enrolled:
    """Enrol somebody treated half an hour before."""
    asked = Enrolment(procedure=procedure, treated_at=treated_at, first_name=first_name)
    with house.database.write() as session:
        return enrol(in_clinic(session, clinic.id), clinic, house.keys, Moment(at, at), asked, ACTOR)


def join_phone(house: House, enrolled: Enrolled, at: datetime = ENROLLED_AT) -> Device:
    """Let a phone in by the link, and say yes to "is this right?"."""
    moment = Moment(at, at)
    with house.database.write() as session:
        joined = joining.join_by_token(session, house.keys, enrolled.invitation.token, "a phone", moment)
        joining.confirm(in_clinic(session, joined.device.clinic_id), joined.device, moment)
    return joined.device


def invite_again(house: House, patient: Patient, at: datetime = ENROLLED_AT) -> Device:
    """One more phone of the same patient."""
    moment = Moment(at, at)
    with house.database.write() as session:
        scope = in_clinic(session, patient.clinic.id)
        invitation = joining.invite(scope, house.keys, patient.id, moment)
        return joining.join_by_token(session, house.keys, invitation.token, "one more phone", moment).device


def subscription_of(house: House, subscriber: Subscriber) -> reaching.Subscription:
    """What the phone's browser hands over."""
    return reaching.Subscription(subscriber.endpoint, subscriber.p256dh, subscriber.auth, house.vapid_key.id)


def subscribe_phone(house: House, device: Device, subscriber: Subscriber, at: datetime = ENROLLED_AT) -> None:
    """Keep the phone's push subscription."""
    with house.database.write() as session:
        reaching.subscribe(
            in_clinic(session, device.clinic_id),
            device,
            house.rules,
            subscription_of(house, subscriber),
            Moment(at, at),
        )


@dataclass(slots=True)
class Patient:
    """Somebody in the ward, with their phone and its end of the subscription."""

    id: UUID
    care_plan_id: UUID
    clinic: Clinic
    device: Device
    phone: Subscriber
    events: count[int] = field(default_factory=lambda: count(1))


@dataclass
class Ward:
    """A house, its clinic and a push service. `care` is what the care clock shows; the wall runs."""

    house: House
    service: PushService
    clinic: Clinic
    care: datetime = ENROLLED_AT
    treated_at: str = TREATED_AT
    ahead: timedelta = timedelta(0)  # of the wall: how long tests have waited without waiting
    limits: Limits = PATIENT_LIMITS
    _senders: list[CurlSender] = field(default_factory=list)

    @property
    def database(self) -> Database:
        return self.house.database

    def moment(self) -> Moment:
        return Moment(self.care, datetime.now(UTC) + self.ahead)

    # ------------------------------------------------------------------ people

    def admit(self, name: str, clinic: Clinic | None = None, procedure: str = PROCEDURE) -> Patient:
        """Enrol, join and subscribe."""
        clinic = clinic or self.clinic
        at = self.care if self.treated_at != TREATED_AT else ENROLLED_AT
        enrolled = enrol_patient(self.house, clinic, name, procedure, self.treated_at, at)
        device = join_phone(self.house, enrolled, at)
        phone = self.new_phone()
        subscribe_phone(self.house, device, phone, at)
        return Patient(enrolled.patient_id, enrolled.care_plan_id, clinic, device, phone)

    def new_phone(self) -> Subscriber:
        """A new subscription at the push service, for this house's key."""
        return self.service.make_subscriber(self.house.vapid_key.public_key)

    def resubscribe(self, patient: Patient) -> Subscriber:
        """The patient's phone subscribes anew, as after a 410."""
        patient.phone = self.new_phone()
        subscribe_phone(self.house, patient.device, patient.phone, self.moment().wall)
        return patient.phone

    def second_phone(self, patient: Patient) -> Subscriber:
        """One more phone of the patient, subscribed."""
        phone = self.new_phone()
        subscribe_phone(self.house, invite_again(self.house, patient), phone)
        return phone

    def plan_test(
        self,
        patient: Patient,
        useful: timedelta = timedelta(minutes=5),
        kind: NoticeKind = NoticeKind.TEST,
        device_id: UUID | None = None,
    ) -> UUID:
        """A notice that is due now, and no reminder of the plan."""
        moment = self.moment()
        notice = Notice(
            id=new_id(moment.wall),
            clinic_id=patient.clinic.id,
            patient_id=patient.id,
            kind=kind,
            slot_key=f"{kind}/{new_id(moment.wall)}",
            due_at=moment.care,
            useful_until=moment.care + useful,
            state=NoticeState.PLANNED,
            device_id=device_id,
        )
        with self.database.write() as session:
            notices.add_notice(in_clinic(session, patient.clinic.id), notice, moment.wall)
        return notice.id

    def live_now(self) -> None:
        """Go by the real clock from here on, for programs that read it; plans ask for nothing for days."""
        self.care = datetime.now(UTC)
        self.treated_at = (self.care + timedelta(days=50)).isoformat(timespec="minutes")

    # ------------------------------------------------------------------ what a phone sends

    def tap(
        self,
        patient: Patient,
        value: OutcomeValue,
        occurrences: Sequence[UUID],
        put_off: timedelta = timedelta(minutes=30),
    ) -> None:
        """Done, Later, Skip or Undo on a card."""
        until = {"until": (self.care + put_off).isoformat()} if value is OutcomeValue.SNOOZED else {}
        content = {"value": value, "occurrence_ids": [str(one) for one in occurrences], **until}
        self.send(patient, "outcome", content)

    def say(self, patient: Patient, name: FactName, *, holds: bool) -> None:
        """An answer about the skin."""
        content = {"name": name, "value": holds, "plan_id": str(patient.care_plan_id)}
        self.send(patient, "fact", content)

    def choose(self, patient: Patient, **settings: object) -> None:
        """Change settings; those not named are the usual ones."""
        usual: dict[str, object] = {
            "zone": "Europe/London",
            "wake": "08:00",
            "quiet_start": "21:30",
            "quiet_end": "07:30",
            "lock_screen": 0,
        }
        self.send(patient, "settings", {"settings": usual | settings})

    def send(self, patient: Patient, kind: str, content: dict[str, Any]) -> None:
        """One event through the real sync; it must be stored."""
        event = PatientEvent(
            new_id(self.moment().wall), next(patient.events), 1, kind, self.care, {"kind": kind, **content}
        )
        with self.database.write() as session:
            scope = in_clinic(session, patient.clinic.id)
            answers = syncing.take_in(
                scope, patient.clinic, self.house.keys, patient.device, [event], None, self.moment()
            )
        assert [answer.result for answer in answers] == [SyncResult.STORED], answers

    # ------------------------------------------------------------------ the dispatcher's work

    def dispatching(self, sender: PushSender | None = None) -> Dispatching:
        """What delivering needs, with a real sender of its own and no jitter."""
        if sender is None:
            sender = CurlSender(self.house.signer, self.house.rules, self.limits)
            self._senders.append(sender)
        return Dispatching(
            database=self.database,
            sender=sender,
            keys=self.house.keys,
            public_url=self.house.config.public_url,
            chance=lambda: 0.0,
        )

    def deliver(self, to: Dispatching | None = None) -> int:
        """One pass; returns how many pushes were accepted."""
        return beats.deliver(_HouseAt(self), to or self.dispatching())  # type: ignore[arg-type]  # our clock

    def expire(self) -> int:
        return housekeeping.expire_late(self.database, self.moment())

    def compose(self, patient: Patient) -> None:
        """Plan anew, as after any change."""
        with self.database.write() as session:
            composing.recompose(
                in_clinic(session, patient.clinic.id), patient.clinic, patient.id, self.moment()
            )

    def start_again(self) -> int:
        """What a dispatcher does first, at what `care` says now: the order of a whole pass."""
        return beats.one_pass(_HouseAt(self), self.dispatching())  # type: ignore[arg-type]  # our clock

    def wait(self, seconds: float) -> None:
        """Let time pass for both clocks, retries and leases, without waiting."""
        self.care += timedelta(seconds=seconds)
        self.ahead += timedelta(seconds=seconds)
        if not self.database.is_sqlite:  # where the database's own clock counts leases
            with self.database.write() as session:
                as_dispatcher(session)
                session.execute(
                    text("UPDATE deliveries SET next_try_at = next_try_at - make_interval(secs => :seconds)"),
                    {"seconds": seconds},
                )

    # ------------------------------------------------------------------ looking

    def rows(self, query: str, **values: object) -> list[dict[str, Any]]:
        """Rows as the database has them."""
        with self.database.read() as session:
            return [dict(row._mapping) for row in session.execute(text(query), values)]

    def notices_of(self, patient: Patient) -> list[Notice]:
        """The patient's reminders by due time, whatever their state."""
        with self.database.read() as session:
            scope = in_clinic(session, patient.clinic.id)
            return list(notices.reminders_since(scope, patient.id, ENROLLED_AT - timedelta(days=90)))

    def items_of(self, patient: Patient) -> list[notices.ReminderItem]:
        """The occurrences those reminders stand for."""
        with self.database.read() as session:
            scope = in_clinic(session, patient.clinic.id)
            return list(notices.reminder_items_since(scope, patient.id, ENROLLED_AT - timedelta(days=90)))

    def occurrences_in(self, patient: Patient, notice_id: UUID) -> list[UUID]:
        return [item.occurrence_id for item in self.items_of(patient) if item.notice_id == notice_id]

    def go_to(self, patient: Patient, number: int = 0) -> Notice:
        """Set the care clock to the due time of the patient's reminder of that number."""
        notice = self.notices_of(patient)[number]
        self.care = notice.due_at
        return notice

    def state_of(self, notice_id: UUID) -> str:
        return str(self._one("SELECT state FROM notices WHERE id = :id", id=notice_id)["state"])

    def delivery_of(self, notice_id: UUID, phone: Subscriber) -> dict[str, Any]:
        """The delivery of a notice to a phone."""
        return self._one(
            "SELECT d.* FROM deliveries d JOIN targets t ON t.id = d.target_id "
            "WHERE d.notice_id = :id AND t.address = :address",
            id=notice_id,
            address=phone.endpoint,
        )

    def target_state(self, phone: Subscriber) -> str:
        return str(self._one("SELECT state FROM targets WHERE address = :a", a=phone.endpoint)["state"])

    def pushes_to(self, phone: Subscriber) -> list[int]:
        """The answers this phone's pushes got, in order."""
        return [post.status for post in self.service.posts_to(phone.endpoint)]

    def last_beat(self) -> datetime | None:
        with self.database.read() as session:
            return operations.last_beat(session, housekeeping.HEARTBEAT)

    def _one(self, query: str, **values: object) -> dict[str, Any]:
        bound = {name: self._bind(value) for name, value in values.items()}
        (row,) = self.rows(query, **bound)
        return row

    def _bind(self, value: object) -> object:
        """Ids as the database writes them: SQLite has 32 hexadecimal digits."""
        return value.hex if isinstance(value, UUID) and self.database.is_sqlite else value

    def close(self) -> None:
        for sender in self._senders:
            sender.close()


@dataclass(frozen=True, slots=True)
class _HouseAt:
    """The ward's house as the beats see it, with the ward's clock."""

    ward: Ward

    @property
    def database(self) -> Database:
        return self.ward.database

    @property
    def keys(self) -> MasterKeys:
        return self.ward.house.keys

    @property
    def demo(self) -> None:
        return None

    def now(self) -> Moment:
        return self.ward.moment()


@contextmanager
def open_ward(url: str, folder: Path, service: PushService, clinic: Clinic | None = None) -> Iterator[Ward]:
    """A house with one clinic, on a migrated database; made unless it is there already."""
    with open_test_house(url, folder) as house:
        ward = Ward(house, service, clinic or make_clinic(house))
        try:
            yield ward
        finally:
            ward.close()
