"""`afterbeam`: every command, and the one place where an error becomes a sentence and exit code 2."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import Any

import click
from sqlalchemy.exc import DBAPIError, OperationalError

from pwa import __version__
from pwa.domain.errors import AfterbeamError
from pwa.logs import get_logger

DATABASE_TROUBLE = (
    "The database cannot be used: it is busy, not there, or not prepared. "
    "Look at AFTERBEAM_DATABASE_URL and AFTERBEAM_DATA_DIR, then run `afterbeam db upgrade`."
)
DATABASE_REFUSED = "The database refused this. Nothing was stored."
NO_DATABASE = (
    "The file is there and is no database. "
    "Mend AFTERBEAM_DATABASE_URL or AFTERBEAM_DATA_DIR, or put the right file back."
)

# Each command's module is read when it is asked for: a start costs only what that command needs.
COMMANDS = {
    "demo": "demo",
    "serve": "operations",
    "dispatch": "operations",
    "clinic": "clinics",
    "enrol": "clinics",
    "protocol": "protocols",
    "triage": "triage",
    "staff": "staff",
    "keys": "operations",
    "db": "database",
    "doctor": "doctor",
}

log = get_logger()


def load(name: str) -> click.Command | None:
    """The command of that name, if there is one."""
    if name not in COMMANDS:
        return None
    found: click.Command = getattr(import_module(f"pwa.cli.{COMMANDS[name]}"), name)
    return found


class Afterbeam(click.Group):
    """Prints what went wrong in one sentence, and exits with 2; nothing is stored then."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, _ctx: click.Context, name: str) -> click.Command | None:
        return load(name)

    def main(self, *args: Any, **kwargs: Any) -> Any:
        try:
            # Not click's own ending, which prints four lines where one sentence will do.
            sys.exit(super().main(*args, **{**kwargs, "standalone_mode": False}))
        except AfterbeamError as error:
            click.echo(error.message, err=True)
        except click.Abort:
            click.echo("Stopped.", err=True)
        except click.ClickException as error:
            click.echo(f"{error.format_message().rstrip('.')}. `--help` shows what there is.", err=True)
        except OperationalError as error:
            # Its text may hold an address with a password.
            log.error("database_unavailable", error=type(error.orig).__name__)
            click.echo(DATABASE_TROUBLE, err=True)
        except DBAPIError as error:
            is_database = getattr(error.orig, "sqlite_errorname", "") != "SQLITE_NOTADB"
            if is_database:
                log.exception("database_refused", exc_info=error)
            click.echo(DATABASE_REFUSED if is_database else NO_DATABASE, err=True)
        sys.exit(2)


@click.group(cls=Afterbeam, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="afterbeam")
def main() -> None:
    """Afterbeam: care after laser skin treatment."""
    os.umask(0o077)  # keys and the database are their owner's alone
