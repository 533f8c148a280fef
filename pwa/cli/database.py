"""`afterbeam db ...`: the schema, backups, and putting one back."""

from __future__ import annotations

from pathlib import Path

import click

from pwa.cli.opening import opened_house, read_config
from pwa.cli.operations import make_folder, prepare_database
from pwa.cli.output import json_option, print_json
from pwa.clock import read_moment
from pwa.domain.errors import Refused
from pwa.store import backups, operations
from pwa.store.database import Database
from pwa.store.revision import current_revision, newest_revision


@click.group()
def db() -> None:
    """The database: its schema and its backups."""


@db.command("upgrade")
def upgrade_db() -> None:
    """Bring the database to the newest schema; makes an embedded one."""
    config = read_config()
    prepare_database(config)
    click.echo(f"The database is at revision {newest_revision()}.")


@db.command("check")
@json_option
def check_db(as_json: bool) -> None:
    """Say whether the database is at the newest schema; exit 2 when it is not."""
    database = Database(read_config().database_url)
    current, newest = current_revision(database), newest_revision()
    database.close()
    if as_json:
        print_json({"current": current, "newest": newest, "up_to_date": current == newest})
    if current != newest:
        raise Refused(f"The database is at {current or 'nothing'}, not {newest}. Run `afterbeam db upgrade`.")
    if not as_json:
        click.echo(f"Up to date: {newest}.")


@db.command("backup")
@click.argument("file", required=False, type=click.Path(path_type=Path))
@json_option
def back_up(file: Path | None, as_json: bool) -> None:
    """Copy an embedded database to FILE while it is in use, and check the copy."""
    config = read_config()
    folder = config.backups_dir
    if file is None:
        make_folder(folder)
    to = (file or folder / backups.name_at(read_moment().wall)).absolute()
    database = Database(config.database_url)
    try:
        backups.back_up(database, to)
    finally:
        database.close()
    if as_json:
        print_json({"file": str(to)})
    else:
        click.echo(f"Copied and checked: {to}")


@db.command("restore")
@click.argument("file", type=click.Path(path_type=Path))
def restore(file: Path) -> None:
    """Put the backup FILE in the place of an embedded database; phones then offer again what they kept."""
    config = read_config()
    database = Database(config.database_url)
    try:
        aside = backups.restore(database, file, read_moment().wall)
    finally:
        database.close()
    if aside is not None:
        click.echo(f"The database before is kept: {aside}")
    click.echo("Restored. Run `afterbeam db upgrade`, then start the programs again.")


@db.command("new-epoch")
def new_epoch() -> None:
    """Let phones offer again what they kept: after a backup of PostgreSQL was restored."""
    with opened_house() as house, house.database.write() as session:
        operations.change_epoch(session, house.now().wall)
    click.echo("Phones will offer again what they kept in the last 14 days.")
