"""`afterbeam doctor`: is everything in place, and if not, what to do."""

from __future__ import annotations

import base64
import sqlite3
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import timedelta
from enum import StrEnum
from urllib.parse import urlsplit

import click
from sqlalchemy.exc import SQLAlchemyError

from pwa.channels.port import Failure
from pwa.channels.smtp_mailer import SmtpMailer
from pwa.cli.opening import read_config
from pwa.cli.output import json_option, print_json, print_rows
from pwa.clock import read_moment
from pwa.config import Config
from pwa.domain.errors import AfterbeamError
from pwa.paths import web_dist
from pwa.photos.decoding import Decoder
from pwa.photos.folder import PhotoFolder
from pwa.push.vapid import VapidKey
from pwa.services import watching
from pwa.services.house import require_right_master_keys
from pwa.services.watching import PushHealth
from pwa.store import backups, clinics, operations, staff_targets, waiting
from pwa.store.database import Database
from pwa.store.revision import require_newest_schema
from pwa.store.scope import as_dispatcher
from pwa.vault.keyring import load_master_keys

BACKUP_TOO_OLD = timedelta(hours=2)
GIVEN_UP_WITHIN = timedelta(days=7)
# One grey pixel, as PNG.
TINY_PHOTO = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR42mNoAAAAggCB2kUIOwAAAABJRU5ErkJggg=="
)
_LOOK_FOR = "Look for {} in the log of `afterbeam dispatch`."
_REFUSES = (
    "It refuses our key: look at AFTERBEAM_VAPID_PRIVATE_KEY_FILE, AFTERBEAM_VAPID_SUBJECT "
    "and this server's clock."
)
_MAIL_ADVICE = {
    Failure.SIGN_IN: "Look at user and password in AFTERBEAM_SMTP_URL.",
    Failure.TLS: "It offers no encryption, or its certificate is not for that name.",
    Failure.NAME: "Nobody knows that name.",
}
_IS_AWAY = "It does not answer, or asks us to wait: look at this server's way to the internet."


class State(StrEnum):
    OK = "ok"
    WARNING = "warning"
    FAILING = "failing"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    check: str
    state: State
    detail: str


@click.command()
@json_option
def doctor(as_json: bool) -> None:
    """Look at the whole installation; exit 1 when something does not work."""
    findings = list(examine(read_config()))
    if as_json:
        print_json([asdict(one) for one in findings])
    else:
        print_rows([(one.state, one.check, one.detail) for one in findings])
    sys.exit(1 if any(one.state is State.FAILING for one in findings) else 0)


def examine(config: Config) -> Iterator[Finding]:
    """Every check, in the order an operator would mend things."""
    yield _try("master keys", lambda: load_master_keys(config.master_key_file).current_id)
    yield _try("VAPID key", lambda: VapidKey.load(config.vapid_private_key_file).id)
    yield _subject(config)
    yield _address(config)
    yield _front_end()
    yield _photos(config)
    yield _mail_server(config)
    database = Database(config.database_url)
    try:
        yield from _database(database, config)
    finally:
        database.close()


def _try(check: str, look: Callable[[], str]) -> Finding:
    try:
        return Finding(check, State.OK, look())
    except AfterbeamError as error:
        return Finding(check, State.FAILING, error.message)
    except SQLAlchemyError:
        return Finding(check, State.FAILING, "the database does not answer. Look at AFTERBEAM_DATABASE_URL.")


def _subject(config: Config) -> Finding:
    if config.vapid_subject_is_placeholder:
        return Finding(
            "VAPID subject",
            State.WARNING,
            "Apple refuses it: set AFTERBEAM_VAPID_SUBJECT to a real address.",
        )
    return Finding("VAPID subject", State.OK, config.vapid_subject)


def _address(config: Config) -> Finding:
    if config.is_local:
        return Finding("address", State.WARNING, f"{config.public_url} opens on this computer only.")
    return Finding("address", State.OK, config.public_url)


def _mail_server(config: Config) -> Finding:
    if config.smtp_url is None or config.mail_from is None:
        return Finding(
            "mail server",
            State.WARNING,
            "alerts cannot be mailed to staff. Set AFTERBEAM_SMTP_URL and AFTERBEAM_MAIL_FROM.",
        )
    where = f"{config.smtp_url.host} port {config.smtp_url.port}"
    failure = SmtpMailer(
        config.smtp_url, config.mail_from, urlsplit(config.public_url).hostname or ""
    ).check()
    if failure is not None:
        advice = _MAIL_ADVICE.get(failure, "Look at AFTERBEAM_SMTP_URL, and this server's way there.")
        return Finding("mail server", State.FAILING, f"{where} does not let us in ({failure}). {advice}")
    return Finding("mail server", State.OK, f"{where} lets us in")


def _front_end() -> Finding:
    missing = [name for name in ("index.html", "sw.js", "clinic.html") if not (web_dist() / name).is_file()]
    if missing:
        return Finding("front end", State.FAILING, f"{', '.join(missing)} not built. Run `make web`.")
    return Finding("front end", State.OK, "built")


def _photos(config: Config) -> Finding:
    """Whether one can be decoded and kept."""
    try:
        PhotoFolder(config.photos_dir).try_writing()
        Decoder().clean(TINY_PHOTO)
    except OSError as error:
        detail = f"{config.photos_dir} cannot be written ({error.strerror}). Look at AFTERBEAM_PHOTOS_DIR."
        return Finding("photos", State.FAILING, detail)
    except AfterbeamError:
        return Finding("photos", State.FAILING, "none can be decoded. Install Afterbeam again.")
    return Finding("photos", State.OK, f"kept in {config.photos_dir}")


def _database(database: Database, config: Config) -> Iterator[Finding]:
    if database.has_wal_fault:
        yield Finding(
            "SQLite",
            State.WARNING,
            f"{sqlite3.sqlite_version} has a rare fault with several processes. "
            "Use PostgreSQL for real patients, or SQLite 3.51.3.",
        )
    schema = _try("schema", lambda: _newest(database))
    yield schema
    if schema.state is State.OK:
        yield _try("sealed names", lambda: _openable(database, config))
        yield _clinics(database)
        yield from _reminders(database)
        yield from _addresses(database)
        if database.is_sqlite:
            yield _backup(config)


def _newest(database: Database) -> str:
    require_newest_schema(database)
    return "up to date"


def _backup(config: Config) -> Finding:
    made_at = backups.newest_at(config.backups_dir)
    if made_at is None or read_moment().wall - made_at > BACKUP_TOO_OLD:
        since = "no backup yet" if made_at is None else f"the last one is of {made_at:%Y-%m-%d %H:%M} UTC"
        return Finding("backup", State.WARNING, f"{since}. `afterbeam dispatch` makes one each hour.")
    return Finding("backup", State.OK, f"{made_at:%Y-%m-%d %H:%M} UTC in {config.backups_dir}")


def _openable(database: Database, config: Config) -> str:
    with database.read() as session:
        require_right_master_keys(session, load_master_keys(config.master_key_file))
    return "the master keys open them"


def _clinics(database: Database) -> Finding:
    with database.read() as session:
        found = clinics.all_clinics(session)
    if not found:
        return Finding("clinics", State.WARNING, "none yet. Make one with `afterbeam clinic create`.")
    return Finding("clinics", State.OK, str(len(found)))


def _reminders(database: Database) -> Iterator[Finding]:
    with database.read() as session:
        as_dispatcher(session)
        moment = read_moment(operations.get_demo_clock(session))
        dispatcher = watching.dispatcher_health(session, moment)
        push = watching.push_health(session, moment)
        unplanned = watching.unplanned(session, moment)
        given_up = waiting.given_up_since(session, moment.wall - GIVEN_UP_WITHIN)
    if dispatcher.well:
        yield Finding("dispatcher", State.OK, "sending")
    else:
        yield Finding("dispatcher", State.FAILING, "nobody is sending. Run `afterbeam dispatch`.")
    yield from _push(push)
    if unplanned:
        what = f"Patients without reminders planned for the next 24 hours: {unplanned}."
        yield Finding("plans", State.FAILING, f"{what} {_LOOK_FOR.format('compose_failed')}")
    if given_up:
        what = f"Pushes of the last 7 days that could never be delivered: {given_up}."
        yield Finding("given up", State.WARNING, f"{what} {_LOOK_FOR.format('push_failed')}")


def _addresses(database: Database) -> Iterator[Finding]:
    with database.read() as session:
        as_dispatcher(session)
        refused = staff_targets.refused_addresses(session)
    if refused.addresses:
        state = State.FAILING if refused.clinics else State.WARNING
        what = f"E-mail addresses of staff that refuse mail: {refused.addresses}"
        nobody = f"; clinics where none takes any: {refused.clinics}" if refused.clinics else ""
        yield Finding("addresses", state, f"{what}{nobody}. {_LOOK_FOR.format('letter_failed')}")


def _push(health: PushHealth) -> Iterator[Finding]:
    """One line for each push service that takes nothing, or one that says that all is well."""
    if not health.failing:
        yield Finding("push services", State.OK, "none is failing")
    for one in health.failing:
        advice = _REFUSES if one.refused_phones else _IS_AWAY
        yield Finding(
            "push service",
            State.WARNING if health.well else State.FAILING,
            f"{one.origin} has taken nothing since {one.since:%Y-%m-%d %H:%M} UTC "
            f"(tries in a row: {one.failures}; key {one.key_id}). {advice}",
        )
