"""`afterbeam clinic ...` and `afterbeam enrol`."""

from __future__ import annotations

from uuid import UUID

import click
from sqlalchemy.exc import IntegrityError

from pwa.cli.opening import opened_house
from pwa.cli.output import json_option, print_json, print_rows
from pwa.domain.clinic import Clinic, ClinicStage
from pwa.domain.errors import BadInput
from pwa.protocols.loader import load_seed
from pwa.services import clinics as service
from pwa.services import joining
from pwa.services.enrolment import Enrolled
from pwa.services.enrolment import enrol as enrol_patient
from pwa.services.enrolment_form import Enrolment
from pwa.services.house import House
from pwa.store import clinics as store
from pwa.store.scope import in_clinic


@click.group()
def clinic() -> None:
    """Set up and list clinics."""


@clinic.command("create")
@click.argument("name")
@click.option("--zone", required=True, help="IANA time zone, such as Europe/London.")
@click.option("--country", required=True, help="Two letters, such as GB.")
@click.option("--day-phone", required=True, help="Number for patients while the clinic is open.")
@click.option("--night-phone", required=True, help="Number for patients while it is closed.")
@click.option("--hours", required=True, help='Opening hours, such as "Mon-Fri 09:00-17:30; Sat 09:00-13:00".')
@click.option("--live", is_flag=True, help="For real patients: approved protocols only.")
@json_option
def create_clinic(
    name: str,
    zone: str,
    country: str,
    day_phone: str,
    night_phone: str,
    hours: str,
    live: bool,
    as_json: bool,
) -> None:
    """Create a clinic called NAME. Without --live it is a trial, and every screen says so."""
    stage = ClinicStage.LIVE if live else ClinicStage.TRIAL
    new = service.NewClinic(name, zone, country, day_phone, night_phone, hours, stage)
    with opened_house() as house, house.database.write() as session:
        made = service.create_clinic(session, house.now(), new, load_seed())
    if as_json:
        print_json(_clinic(made))
        return
    click.echo(f"Clinic {made.name} ({made.stage}): {made.id}")
    click.echo("Its protocols need clinical approval: `afterbeam protocol list --clinic ID` shows them.")


@clinic.command("list")
@json_option
def list_clinics(as_json: bool) -> None:
    """List the clinics."""
    with opened_house() as house, house.database.read() as session:
        found = store.all_clinics(session)
    if as_json:
        print_json([_clinic(one) for one in found])
        return
    print_rows([(str(one.id), one.stage, one.zone.key, one.name) for one in found])


def _clinic(one: Clinic) -> dict[str, str]:
    return {
        "clinic_id": str(one.id),
        "name": one.name,
        "zone": one.zone.key,
        "country": one.country,
        "stage": one.stage,
        "triage_mode": one.triage_mode,
    }


@click.command()
@click.option("--clinic", "clinic_id", required=True, help="The clinic's id.")
@click.option("--procedure", required=True, help="One of `afterbeam protocol list`.")
@click.option("--variant", help="Where care differs; left out, the stricter rule holds.")
@click.option("--area", help="Where on the body, such as full_face.")
@click.option("--treated-at", required=True, help="The clinic's wall clock: 2026-11-20T10:00.")
@click.option("--first-name", required=True, help="What the app calls the patient.")
@click.option("--language", default="en", show_default=True, help="The patient's language.")
@click.option("--prescribed", multiple=True, help="A medicine to remind of, such as antiviral. Repeatable.")
@click.option("--risks", help="What makes signs more urgent, with commas: diabetes,smoking; or none.")
@click.option("--external-id", help="SYSTEM=VALUE; enrolling the same one again changes nothing.")
@json_option
def enrol(
    clinic_id: str,
    procedure: str,
    variant: str | None,
    area: str | None,
    treated_at: str,
    first_name: str,
    language: str,
    prescribed: tuple[str, ...],
    risks: str | None,
    external_id: str | None,
    as_json: bool,
) -> None:
    """Enrol a patient, and print the link and the code for their phone."""
    asked = Enrolment(
        procedure=procedure,
        treated_at=treated_at,
        first_name=first_name,
        variant=variant,
        area=area,
        language=language,
        prescribed=frozenset(prescribed),
        external_id=external_id,
        risks=_names(risks),
    )
    wanted = read_id(clinic_id)
    with opened_house() as house:
        try:
            done = _enrol(house, wanted, asked)
        except IntegrityError:  # somebody stored the same external id a moment sooner: now it is found
            done = _enrol(house, wanted, asked)
        answer = _answer(house, done)
    if as_json:
        print_json(answer)
        return
    for name, value in answer.items():
        click.echo(f"{name}: {value}")


def _names(text: str | None) -> frozenset[str] | None:
    """What was given with commas between; None when nothing was given."""
    return None if text is None else frozenset(filter(None, (name.strip() for name in text.split(","))))


def _answer(house: House, done: Enrolled) -> dict[str, str]:
    return {
        "patient_id": str(done.patient_id),
        "care_plan_id": str(done.care_plan_id),
        "join_url": joining.join_url(house.config.public_url, done.invitation),
        "join_code": done.invitation.code,
    }


def _enrol(house: House, clinic_id: UUID, asked: Enrolment) -> Enrolled:
    with house.database.write() as session:
        found = store.get_clinic(session, clinic_id)
        scope = in_clinic(session, found.id)
        return enrol_patient(scope, found, house.keys, house.now(), asked, ("operator", "cli"))


def read_id(text: str) -> UUID:
    """An id as typed. Raises BadInput."""
    try:
        return UUID(text)
    except ValueError:
        raise BadInput(f"'{text}' is not an id. `afterbeam clinic list` shows those there are.") from None
