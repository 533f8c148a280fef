"""The people of a ward's clinic, and the mail server that writes to them.

desk = Desk(ward, server)
olga = desk.employ("Olga")            # works in the ward's clinic, with an address and a browser
desk.tell(alert); desk.push(); desk.mail()
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import update

from pwa.channels.line import Limits
from pwa.channels.port import Channel
from pwa.channels.smtp_mailer import SmtpMailer
from pwa.channels.smtp_route import Security, SmtpRoute
from pwa.domain.clinic import Clinic, MembershipStatus, StaffRole
from pwa.domain.patient import TargetKind
from pwa.services import relaying, staff_targets, telling_staff
from pwa.services.dispatching import Delivered, Dispatching
from pwa.services.relaying import Relaying
from pwa.store import staff, tables
from pwa.store.ids import new_id
from pwa.store.scope import in_clinic
from tests.support.houses import ENROLLED_AT, Ward, subscription_of
from tests.support.push_service import Subscriber
from tests.support.smtp import Received, SmtpServer

BOTH = (TargetKind.PUSH, TargetKind.EMAIL)
# A machine at its limit answers late, and a test must not take that for a server that hangs.
PATIENT = Limits(connect=timedelta(seconds=10), whole=timedelta(seconds=20))


@dataclass(frozen=True, slots=True)
class TestAlert:
    """What telling needs to know of an alert."""

    clinic_id: UUID
    id: UUID = field(default_factory=lambda: new_id(datetime.now(UTC)))


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who works in a clinic."""

    id: UUID
    email: str
    clinic: Clinic
    browser: Subscriber


@dataclass(slots=True)
class Desk:
    """The staff's side of a ward."""

    ward: Ward
    server: SmtpServer
    limits: Limits = PATIENT

    def employ(self, name: str, clinic: Clinic | None = None) -> Person:
        """An account with its address, and a browser that allowed pushes."""
        clinic = clinic or self.ward.clinic
        email = f"{name.lower()}@clinic.test"
        account = staff.StaffAccount(new_id(ENROLLED_AT), email, name, "no hash")
        with self.ward.database.write() as session:
            staff.add_staff(session, account, clinic.id, StaffRole.CLINICIAN, ENROLLED_AT)
        return Person(account.id, email, clinic, self.open_browser(account.id, clinic))

    def open_browser(self, staff_id: UUID, clinic: Clinic) -> Subscriber:
        browser = self.ward.new_phone()
        with self.ward.database.write() as session:
            staff_targets.subscribe(
                in_clinic(session, clinic.id),
                staff_id,
                self.ward.house.rules,
                subscription_of(self.ward.house, browser),
                self.ward.moment(),
            )
        return browser

    def dismiss(self, person: Person) -> None:
        """They no longer work there."""
        table = tables.Membership
        with self.ward.database.write() as session:
            session.execute(
                update(table).where(table.staff_id == person.id).values(status=MembershipStatus.REVOKED)
            )

    def alert(self, clinic: Clinic | None = None) -> TestAlert:
        return TestAlert((clinic or self.ward.clinic).id)

    def tell(self, alert: TestAlert) -> int:
        with self.ward.database.write() as session:
            scope = in_clinic(session, alert.clinic_id)
            return telling_staff.tell_staff(scope, alert, self.ward.moment())

    def stop(self, alert: TestAlert) -> None:
        with self.ward.database.write() as session:
            scope = in_clinic(session, alert.clinic_id)
            telling_staff.stop_telling_staff(scope, alert.id, self.ward.moment())

    def send_test(self, person: Person) -> None:
        with self.ward.database.write() as session:
            scope = in_clinic(session, person.clinic.id)
            staff_targets.send_test(scope, person.id, self.ward.moment(), None)

    # ------------------------------------------------------------------ the dispatcher's work

    @property
    def settings(self) -> dict[str, str]:
        """What the real programs need to mail by this server."""
        return {"SMTP_URL": self.server.url, "MAIL_FROM": "afterbeam@care.test"}

    def mailer(self, port: int | None = None) -> SmtpMailer:
        route = SmtpRoute("127.0.0.1", port or self.server.port, Security.NONE)
        return SmtpMailer(route, "afterbeam@care.test", "care.test", limits=self.limits)

    def relaying(self, channel: Channel | None = None) -> Relaying:
        return Relaying(
            database=self.ward.database,
            channel=channel or self.mailer(),
            keys=self.ward.house.keys,
            public_url=self.ward.house.config.public_url,
            channels=BOTH,
            chance=lambda: 0.0,
        )

    def dispatching(self) -> Dispatching:
        return replace(self.ward.dispatching(), channels=BOTH)

    def push(self) -> int:
        return self.ward.deliver(self.dispatching())

    def mail(self, by: Relaying | None = None) -> Delivered:
        return relaying.relay_due(by or self.relaying(), self.ward.moment, None)

    # ------------------------------------------------------------------ looking

    def letters_to(self, person: Person) -> list[Received]:
        return self.server.letters_to(person.email)

    def told(self, people: Sequence[Person]) -> list[tuple[int, int]]:
        """How many pushes and letters each of them got."""
        return [(self.ward.pushes_to(one.browser).count(201), len(self.letters_to(one))) for one in people]

    def notice_states(self) -> list[str]:
        query = "SELECT state FROM notices WHERE staff_id IS NOT NULL ORDER BY id"
        return [str(row["state"]) for row in self.ward.rows(query)]

    def deliveries(self, channel: str) -> list[tuple[str, int]]:
        """(state, attempts) of each delivery by this channel."""
        query = "SELECT state, attempts FROM deliveries WHERE channel = :channel ORDER BY id"
        return [(str(row["state"]), int(row["attempts"])) for row in self.ward.rows(query, channel=channel)]
