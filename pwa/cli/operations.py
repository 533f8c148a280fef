"""`afterbeam serve`, `dispatch`, `keys ...` and `db ...`: what an operator runs."""

from __future__ import annotations

import os
import socket
import sqlite3
from pathlib import Path

import click

from pwa.cli.opening import opened_house, read_config
from pwa.cli.output import json_option, print_json, print_rows
from pwa.config import Config
from pwa.domain.errors import BadInput, ConfigurationError, Refused
from pwa.logs import get_logger
from pwa.push.vapid import VapidKey
from pwa.services.house import House, open_house
from pwa.stopping import StopRequest, end_by_signals, stop_with_parent
from pwa.store import operations
from pwa.store.database import Database
from pwa.store.revision import current_revision, newest_revision
from pwa.vault.keyring import create_master_key_file

log = get_logger()

WORKER_STOPS_WITHIN_S = 8

demo_option = click.option("--demo", "of_demo", is_flag=True, hidden=True)  # `afterbeam demo` says so itself


@click.command()
@click.option(
    "--workers",
    default=1,
    show_default=True,
    type=click.IntRange(1, 64),
    help="Processes; more than 1 needs PostgreSQL.",
)
@demo_option
def serve(workers: int, of_demo: bool) -> None:
    """Serve the web application."""
    config = read_config()
    # Say what is wrong here, not in a worker that is started again and again.
    if workers > 1 and config.database_url.startswith("sqlite"):
        raise BadInput("An embedded database serves one worker. Leave --workers out, or use PostgreSQL.")
    require_free_port(config)
    house = open_house(config)
    house.close()
    refuse_demo_clock(house, of_demo)
    warn_of_old_sqlite(house)
    if of_demo:
        stop_with_parent()
    # A new worker would take a signal for its parent's, and never end, until it has handlers of its own.
    os.register_at_fork(after_in_child=end_by_signals)
    from granian import Granian  # starting it up is slow, and only this command needs it
    from granian.constants import Interfaces

    Granian(
        "pwa.web.wsgi:create",
        factory=True,
        interface=Interfaces.WSGI,
        address=config.host,
        port=config.port,
        workers=workers,
        blocking_threads=4,
        workers_kill_timeout=WORKER_STOPS_WITHIN_S,
        log_enabled=False,
    ).serve()


def warn_of_old_sqlite(house: House) -> None:
    """Say once, where the program stays, that this SQLite has a rare fault."""
    if house.database.has_wal_fault:
        log.warning("sqlite_has_a_rare_wal_fault", version=sqlite3.sqlite_version)


def refuse_demo_clock(house: House, of_demo: bool) -> None:
    """Refuse to serve real people by a demo's clock, which is ahead of theirs and may run faster."""
    if house.demo is not None and not of_demo:
        raise Refused(
            "This database belongs to a demo whose clock ran faster than ours. "
            "Use `afterbeam demo`, or another database."
        )


def require_free_port(config: Config) -> None:
    """Refuse an address that cannot be listened on. Raises Refused naming the setting."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            config.host, config.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except socket.gaierror:
        raise Refused(f"'{config.host}' is no address of this computer. Mend AFTERBEAM_HOST.") from None
    except OSError as error:
        raise Refused(
            f"Cannot listen on {config.host} port {config.port} ({error.strerror}). "
            "Stop the other program, or choose another port: AFTERBEAM_PORT, or PORT= with make."
        ) from None


@click.command()
@click.option("--once", is_flag=True, help="One pass, then end; prints how much was accepted.")
@demo_option
@json_option
def dispatch(once: bool, of_demo: bool, as_json: bool) -> None:
    """Send what is due, until stopped."""
    from pwa.dispatcher import beats, metronome  # they load all of pywebpush, which only this command needs

    with opened_house() as house:
        refuse_demo_clock(house, of_demo)
        if not once:
            warn_of_old_sqlite(house)
            if of_demo:
                stop_with_parent()
            metronome.run(house)
            return
        stop = StopRequest()
        to = beats.dispatching_of(house, stop.is_asked)
        accepted = beats.one_pass(house, to, beats.relaying_of(house, stop.is_asked))
        to.sender.close()
    if as_json:
        print_json({"accepted": accepted})
    else:
        click.echo(f"{accepted} accepted")


@click.group()
def keys() -> None:
    """The keys that sign pushes and protect names."""


@keys.command("create")
def create_keys() -> None:
    """Create the keys that are missing; those there are stay as they are."""
    for line in create_missing_keys(read_config()):
        click.echo(line)


def make_folder(folder: Path) -> None:
    """Make a folder for its owner alone. Raises ConfigurationError when that cannot be."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigurationError(
            f"{folder} cannot be made ({error.strerror}). "
            "Set AFTERBEAM_DATA_DIR to a folder that can be written."
        ) from None


def create_missing_keys(config: Config) -> list[str]:
    """Make the master key file and the VAPID key unless they exist; says what was done."""
    done = []
    for file, what in ((config.master_key_file, "master keys"), (config.vapid_private_key_file, "VAPID key")):
        if file.exists():
            done.append(f"kept {what}: {file}")
            continue
        make_folder(file.parent)
        if file == config.master_key_file:
            _refuse_a_second_master_key(config)
            create_master_key_file(file)
        else:
            VapidKey.generate().save(file)
        done.append(f"created {what}: {file}. Keep a copy in a safe place.")
    return done


def _refuse_a_second_master_key(config: Config) -> None:
    """Where names are sealed already, a new key would open none of them. Raises ConfigurationError."""
    database = Database(config.database_url)
    try:
        if not database.is_made or current_revision(database) is None:
            return
        with database.read() as session:
            sealed = operations.is_sealed(session)
    finally:
        database.close()
    if sealed:
        raise ConfigurationError(
            f"The database holds sealed names, but there is no master key file {config.master_key_file}. "
            "Put it back, or mend AFTERBEAM_MASTER_KEY_FILE; a new key could open none of them."
        )


@keys.command("list")
@json_option
def list_keys(as_json: bool) -> None:
    """List the public VAPID keys that phones subscribe with."""
    with opened_house() as house, house.database.read() as session:
        found = operations.vapid_keys(session)
        current = house.vapid_key.id
    rows = [{"key_id": one.id, "public_key": one.public_key, "current": one.id == current} for one in found]
    if as_json:
        print_json(rows)
    else:
        print_rows(
            [
                (str(row["key_id"]), "current" if row["current"] else "older", str(row["public_key"]))
                for row in rows
            ]
        )


def prepare_database(config: Config) -> None:
    """Make the data folder if there is none, and migrate."""
    make_folder(config.data_dir)
    database = Database(config.database_url)
    up_to_date = current_revision(database) == newest_revision()
    database.close()
    if up_to_date:
        return
    from pwa.store import migrate  # Alembic takes long to load, and only this needs it

    migrate.upgrade(config.database_url)
