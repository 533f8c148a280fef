"""`afterbeam staff ...`: let people in to a clinic's page."""

from __future__ import annotations

import click

from pwa.cli.clinics import read_id
from pwa.cli.opening import opened_house
from pwa.cli.output import json_option, print_json
from pwa.domain.clinic import StaffRole
from pwa.services.staffing import NewStaff, add_staff
from pwa.services.tokens import new_password
from pwa.store.clinics import get_clinic


@click.group()
def staff() -> None:
    """The people who work in clinics."""


@staff.command("add")
@click.argument("email")
@click.option("--clinic", "clinic_id", required=True, help="The clinic's id.")
@click.option("--name", required=True, help="The person's name.")
@click.option(
    "--role",
    type=click.Choice([role.value for role in StaffRole]),
    default=StaffRole.OWNER.value,
    show_default=True,
)
@json_option
def add(email: str, clinic_id: str, name: str, role: str, as_json: bool) -> None:
    """Let EMAIL sign in to a clinic; prints a password made at random, which is shown only now."""
    password = new_password()
    with opened_house() as house, house.database.write() as session:
        found = get_clinic(session, read_id(clinic_id))
        new = NewStaff(email, name, password, StaffRole(role))
        staff_id = add_staff(session, found.id, new, house.now())
    if as_json:
        print_json({"staff_id": str(staff_id), "email": email.lower(), "password": password})
        return
    click.echo(f"{name} may sign in at {house.config.public_url}/clinic")
    click.echo(f"E-mail:   {email.lower()}")
    click.echo(f"Password: {password}")
