"""The demo: a clinic that approves its own protocols and says so, its login, and a patient treated today."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from sqlalchemy.orm import Session

from pwa.clock import DemoClock, Moment, read_moment, rebase
from pwa.domain.clinic import Clinic, StaffRole
from pwa.protocols.document import ProtocolDocument
from pwa.services.clinics import NewClinic, approve_protocol, create_clinic
from pwa.services.enrolment import enrol
from pwa.services.enrolment_form import Enrolment
from pwa.services.joining import Invitation, invite
from pwa.services.staffing import NewStaff, add_staff, set_password
from pwa.services.tokens import new_password
from pwa.store import clinics, operations, patients, plans, staff
from pwa.store.scope import in_clinic
from pwa.vault.keyring import MasterKeys

LOGIN_FILE = "demo-login.json"
EMAIL = "owner@demo.invalid"
PROCEDURE = "fractional_ablative"
TREATED_AGO = timedelta(minutes=20)
# A patient further on than this is left to heal in peace, and a new one is enrolled.
FRESH_DAYS = 14


@dataclass(frozen=True, slots=True)
class Login:
    """How to sign in to the demo clinic; kept in a file of the owner's alone, made at random."""

    clinic_id: UUID
    email: str
    password: str


def set_speed(session: Session, wall_moment: Moment, speed: int) -> DemoClock | None:
    """Let the demo's clock run at `speed` from now on; care time goes on from where it is.

    None, and no clock at all, for a demo that has only ever run at speed 1.
    """
    demo = operations.get_demo_clock(session)
    if demo is None and speed == 1:
        return None
    if demo is None:
        demo = DemoClock(wall_moment.wall, wall_moment.wall, speed)
    else:
        demo = rebase(demo, wall_moment.wall, speed)
    operations.set_demo_clock(session, demo)
    return demo


def now_of(session: Session) -> Moment:
    """Now, by the demo's clock."""
    return read_moment(operations.get_demo_clock(session))


def ensure_clinic(
    session: Session, moment: Moment, zone: str, data_dir: Path, documents: tuple[ProtocolDocument, ...]
) -> Login:
    """The demo clinic's login; clinic and login are made at the first start.

    File and database are two things: whichever of them was deleted is made anew.
    """
    file = data_dir / LOGIN_FILE
    known = staff.find_staff(session, EMAIL)
    kept = _read(file)
    if known is not None and kept is not None:
        return kept
    password = new_password()
    if known is None:
        clinic_id = _make_clinic(session, moment, zone, documents)
        add_staff(session, clinic_id, NewStaff(EMAIL, "Demo owner", password, StaffRole.OWNER), moment)
    else:
        clinic_id = staff.clinics_of(session, known.id)[0]
        set_password(session, known, password)
    login = Login(clinic_id, EMAIL, password)
    _write(file, login)
    return login


def _make_clinic(
    session: Session, moment: Moment, zone: str, documents: tuple[ProtocolDocument, ...]
) -> UUID:
    clinic = create_clinic(session, moment, _new_clinic(zone), documents)
    scope = in_clinic(session, clinic.id)
    for document in documents:
        approve_protocol(scope, moment, document.procedure, "the demo itself: no clinician has read it")
    return clinic.id


def _read(file: Path) -> Login | None:
    try:
        kept = json.loads(file.read_text(encoding="utf-8"))
        return Login(UUID(kept["clinic_id"]), kept["email"], kept["password"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _new_clinic(zone: str) -> NewClinic:
    # Numbers kept for fiction (Ofcom): nobody's phone rings.
    return NewClinic(
        name="Demo Clinic",
        zone=zone,
        country="GB",
        day_phone="+44 20 7946 0018",
        night_phone="+44 20 7946 0019",
        hours="Mon-Fri 09:00-17:30",
    )


def _write(file: Path, login: Login) -> None:
    file.unlink(missing_ok=True)
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as opened:
        json.dump(
            {"clinic_id": str(login.clinic_id), "email": login.email, "password": login.password}, opened
        )


def invite_patient(session: Session, keys: MasterKeys, clinic_id: UUID, moment: Moment) -> Invitation:
    """A new invitation for the demo's patient, who is made when there is none in the acute days."""
    scope = in_clinic(session, clinic_id)
    clinic = clinics.get_clinic(session, clinic_id)
    for patient in patients.all_patients(scope):
        newest = plans.plans_of(scope, patient.id)[-1]
        if moment.care - newest.treated_at < timedelta(days=FRESH_DAYS):
            return invite(scope, keys, patient.id, moment)
    return _enrol_ana(session, keys, clinic, moment)


def _enrol_ana(session: Session, keys: MasterKeys, clinic: Clinic, moment: Moment) -> Invitation:
    treated_at = (moment.care - TREATED_AGO).astimezone(clinic.zone)
    asked = Enrolment(
        procedure=PROCEDURE,
        treated_at=treated_at.isoformat(timespec="minutes"),
        first_name="Ana",
        area="full_face",
    )
    scope = in_clinic(session, clinic.id)
    return enrol(scope, clinic, keys, moment, asked, ("operator", "demo")).invitation
