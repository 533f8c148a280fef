"""Everybody who may come to the door: Alice and those who are not Alice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import update

from pwa.domain.clinic import MembershipStatus
from pwa.domain.patient import RevokedBy
from pwa.store import devices, tables
from pwa.store.scope import in_clinic
from tests.support.push_service import Subscriber
from tests.support.web import Phone, World

# Reaches no server: the tests of this folder send nothing.
ENDPOINT = "https://updates.push.services.mozilla.com/wpush/v2/alice"


@dataclass(frozen=True, slots=True)
class Doors:
    """Alice's things, and one browser for each role."""

    alice_id: UUID
    device_id: str
    notice_id: str
    by_role: dict[str, Phone]

    def __getitem__(self, role: str) -> Phone:
        return self.by_role[role]


def subscription(world: World, subscriber: Subscriber, endpoint: str = ENDPOINT) -> dict[str, str]:
    """What a browser hands over."""
    keys = {"p256dh": subscriber.p256dh, "auth": subscriber.auth}
    return {"endpoint": endpoint, **keys, "key_id": world.house.vapid_key.id}


def new_subscriber() -> Subscriber:
    from cryptography.hazmat.primitives.asymmetric import ec

    return Subscriber(ENDPOINT, ec.generate_private_key(ec.SECP256R1()), b"0123456789abcdef")


def open_doors(world: World) -> Doors:
    """Alice and Bob of Lakeside, Mallory of another clinic; staff of both; and those who were shut out."""
    enrolled = world.enrol(world.lakeside, "Alice-the-marker")
    alice = world.joined(enrolled)
    alice.ask("PUT", "/api/v1/push-subscription", subscription(world, new_subscriber()))
    notice_id = alice.post("/api/v1/test-notices").get_json()["id"]
    world.add_staff(world.lakeside, "olga@lakeside.test")
    world.add_staff(world.elsewhere, "oscar@another.test")
    roles = {
        "anonymous": world.phone(),
        "alice": alice,
        "bob": world.patient("Bob"),
        "mallory": world.patient("Mallory", world.elsewhere),
        "staff": world.signed_in("olga@lakeside.test"),
        "staff_elsewhere": world.signed_in("oscar@another.test"),
        "revoked_device": _revoked_device(world, "Rita", RevokedBy.PATIENT),
        "shut_out_device": _revoked_device(world, "Sam", RevokedBy.CLINIC),
        **_shut_out_staff(world),
    }
    return Doors(enrolled.patient_id, alice.bundle()["device"]["id"], notice_id, roles)


def _revoked_device(world: World, name: str, by: RevokedBy) -> Phone:
    phone = world.patient(name)
    device_id = UUID(phone.bundle()["device"]["id"])
    with world.house.database.write() as session:
        devices.revoke_device(in_clinic(session, world.lakeside.id), device_id, by, world.clock.wall)
    return phone


def _shut_out_staff(world: World) -> dict[str, Phone]:
    browsers: dict[str, Phone] = {}
    ends: dict[str, Callable[[World, UUID], None]] = {
        "revoked_staff": end_membership,
        "disabled_staff": disable,
    }
    for role, end in ends.items():
        email = f"{role}@lakeside.test"
        staff_id = world.add_staff(world.lakeside, email)
        browsers[role] = world.signed_in(email)
        end(world, staff_id)
    return browsers


def end_membership(world: World, staff_id: UUID) -> None:
    table = tables.Membership
    with world.house.database.write() as session:
        session.execute(
            update(table).where(table.staff_id == staff_id).values(status=MembershipStatus.REVOKED)
        )


def disable(world: World, staff_id: UUID) -> None:
    table = tables.StaffAccount
    with world.house.database.write() as session:
        session.execute(update(table).where(table.id == staff_id).values(disabled_at=world.clock.wall))
