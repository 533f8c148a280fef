"""`afterbeam protocol ...`: read, check and rehearse protocols."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import click
from sqlalchemy.orm import Session

from pwa.cli.clinics import read_id
from pwa.cli.opening import opened_house
from pwa.cli.output import json_option, print_json, print_rows
from pwa.domain import opening_hours
from pwa.domain.errors import BadInput
from pwa.domain.protocol import Area
from pwa.protocols.document import ProtocolDocument
from pwa.protocols.linter import lint as lint_document
from pwa.protocols.loader import load_file, load_seed
from pwa.protocols.simulator import LONGEST, SimulatedReminder
from pwa.protocols.simulator import simulate as rehearse
from pwa.services import clinics as service
from pwa.services.enrolment_form import check_prescribed, read_treatment
from pwa.services.instants import instant
from pwa.store import clinics
from pwa.store import protocols as store
from pwa.store.scope import ClinicScope, in_clinic

USUAL_HOURS = "Mon-Fri 09:00-17:30"
# Far from the ends of the calendar, where a day has no instant in every zone.
FIRST_YEAR, LAST_YEAR = 1970, 2200


@click.group()
def protocol() -> None:
    """Read, check and rehearse protocols."""


@protocol.command("list")
@click.option("--clinic", "clinic_id", help="As this clinic has them, with approvals.")
@json_option
def list_protocols(clinic_id: str | None, as_json: bool) -> None:
    """List the shipped protocols, or a clinic's."""
    rows = [_shipped(one) for one in load_seed()] if clinic_id is None else _of_clinic(clinic_id)
    if as_json:
        print_json(rows)
    else:
        print_rows([(row["procedure"], row["version"], row["status"], row["name"]) for row in rows])


def _shipped(one: ProtocolDocument) -> dict[str, Any]:
    content = one.protocol
    return {
        "procedure": one.procedure,
        "version": one.version,
        "name": content.texts[content.name_text_id].in_language("en").title,
        "status": one.status,
        "content_hash": one.content_hash,
        "variants": list(content.variants),
        "areas": list(content.areas),
    }


def _of_clinic(clinic_id: str) -> list[dict[str, Any]]:
    shipped = {one.content_hash: _shipped(one) for one in load_seed()}
    with opened_house() as house, house.database.read() as session:
        versions = store.versions(_clinic_scope(session, clinic_id))
    return [
        {
            **shipped.get(
                one.content_hash, {"procedure": one.procedure, "version": "", "name": one.procedure}
            ),
            "content_hash": one.content_hash,
            "status": f"approved by {one.approved_by}" if one.approved_by else "needs clinical approval",
        }
        for one in versions
    ]


def _clinic_scope(session: Session, clinic_id: str) -> ClinicScope:
    return in_clinic(session, clinics.get_clinic(session, read_id(clinic_id)).id)


@protocol.command("approve")
@click.argument("procedure")
@click.option("--clinic", "clinic_id", required=True, help="The clinic's id.")
@click.option("--by", required=True, help="The clinician's name and role.")
def approve(procedure: str, clinic_id: str, by: str) -> None:
    """Record that a clinician approved the clinic's version of PROCEDURE."""
    with opened_house() as house, house.database.write() as session:
        service.approve_protocol(_clinic_scope(session, clinic_id), house.now(), procedure, by)
    click.echo(f"{procedure}: approved by {by}.")


@protocol.command("lint")
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@json_option
def lint(files: tuple[Path, ...], as_json: bool) -> None:
    """Check FILES, or all shipped protocols; exit 1 when there is anything to mend."""
    documents = [load_file(file) for file in files] or list(load_seed())
    findings = [
        {"file": document.file, "level": found.level, "path": found.path, "message": found.message}
        for document in documents
        for found in lint_document(document)
    ]
    if as_json:
        print_json(findings)
    else:
        print_rows([tuple(map(str, found.values())) for found in findings])
        click.echo(f"{len(documents)} protocols, {len(findings)} findings")
    sys.exit(1 if findings else 0)


@protocol.command("simulate")
@click.argument("procedure")
@click.option("--treated-at", required=True, help="Wall clock in --zone: 2026-03-20T10:00.")
@click.option("--zone", required=True, help="IANA time zone of patient and clinic.")
@click.option("--days", default=21, show_default=True, help="How many days, from the day of treatment on.")
@click.option("--healed-day", type=int, help="Day the patient says the skin has closed; typical by default.")
@click.option("--variant", help="Where care differs.")
@click.option("--area", help="Where on the body.")
@click.option("--prescribed", multiple=True, help="A medicine to remind of, such as antiviral. Repeatable.")
@click.option("--hours", default=USUAL_HOURS, show_default=True, help="The clinic's opening hours.")
@click.option(
    "--first-day",
    default=0,
    show_default=True,
    type=click.IntRange(-LONGEST, LONGEST),
    help="Negative for days before the treatment.",
)
@json_option
def simulate(
    procedure: str,
    treated_at: str,
    zone: str,
    days: int,
    healed_day: int | None,
    variant: str | None,
    area: str | None,
    prescribed: tuple[str, ...],
    hours: str,
    first_day: int,
    as_json: bool,
) -> None:
    """Print every reminder PROCEDURE would send, ordered by due time."""
    content = find_protocol(procedure)
    where = service.read_zone(zone)
    reminders = rehearse(
        content.protocol,
        _treatment(treated_at),
        where,
        days,
        opening_hours.parse(hours, where),
        service.place_of_zone(zone),
        healed_day=healed_day,
        variant=variant,
        area=read_area(area, content),
        prescribed=check_prescribed(frozenset(prescribed), content.protocol),
        first_day=first_day,
    )
    rows = [_row(one) for one in reminders]
    if as_json:
        print_json(rows)
    else:
        print_rows([(row["local"], f"day {row['day']}", row["kind"], row["step"]) for row in rows])


def find_protocol(procedure: str) -> ProtocolDocument:
    """A shipped protocol by its procedure, or a file. Raises BadInput, ProtocolError."""
    if procedure.endswith((".yaml", ".yml")):
        return load_file(Path(procedure))
    shipped = {one.procedure: one for one in load_seed()}
    if procedure not in shipped:
        raise BadInput(f"There is no procedure '{procedure}'. Choose one of: {', '.join(sorted(shipped))}.")
    return shipped[procedure]


def _treatment(text: str) -> datetime:
    typed = read_treatment(text)
    if not FIRST_YEAR <= typed.year <= LAST_YEAR:
        raise BadInput(f"A simulation works for the years {FIRST_YEAR} to {LAST_YEAR}.")
    return typed


def read_area(text: str | None, content: ProtocolDocument) -> Area | None:
    """An area that the protocol has; None when none is given. Raises BadInput."""
    if text is None:
        return None
    if text not in content.protocol.areas:
        names = ", ".join(content.protocol.areas)
        raise BadInput(f"'{content.procedure}' has no area '{text}'. Choose one of: {names}.")
    return Area(text)


def read_variant(text: str | None, content: ProtocolDocument) -> str | None:
    """A variant that the protocol has; None when none is given. Raises BadInput."""
    variants = content.protocol.variants
    if text is None or text in variants:
        return text
    choice = f"Choose one of: {', '.join(variants)}." if variants else "Leave --variant out."
    raise BadInput(f"'{content.procedure}' has no variant '{text}'. {choice}")


def _row(one: SimulatedReminder) -> dict[str, Any]:
    return {
        "due_at": instant(one.due_at),
        "local": one.local.isoformat(timespec="minutes"),
        "day": one.day,
        "kind": one.kind,
        "step": one.step,
        "useful_until": instant(one.useful_until),
    }
