"""`afterbeam demo`: everything at once, on this computer, for trying it out."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from typing import Any

import click
import segno

from pwa.cli.opening import read_config
from pwa.cli.operations import create_missing_keys, prepare_database, require_free_port
from pwa.clock import monotonic
from pwa.config import Config
from pwa.domain.errors import Refused
from pwa.protocols.loader import load_seed
from pwa.services import demo as service
from pwa.services.house import require_right_master_keys
from pwa.services.joining import join_url
from pwa.stopping import StopRequest
from pwa.store.database import Database
from pwa.vault.keyring import load_master_keys

STOP_WITHIN_S = 12
UP_WITHIN_S = 30
FASTEST = 100_000
_ANY_TO_OURS = {"0.0.0.0": "127.0.0.1", "::": "::1"}


@click.command()
@click.option("--speed", default=1, show_default=True, type=click.IntRange(1, FASTEST), help="Faster days.")
def demo(speed: int) -> None:
    """Run a demo clinic: web server, dispatcher, a login and a patient treated today."""
    config = read_config()
    require_free_port(config)
    with _Processes() as processes:  # first, since from then on Ctrl-C is a wish that no library can swallow
        prepare_database(config)
        create_missing_keys(config)
        login, link = _set_up(config, speed)
        if not processes.all_run():
            return
        processes.start("serve")
        processes.start("dispatch")
        if _is_up(config, processes):
            _welcome(config, login, link, speed)
        processes.wait()


def _set_up(config: Config, speed: int) -> tuple[service.Login, str]:
    database = Database(config.database_url)
    keys = load_master_keys(config.master_key_file)
    try:
        with database.write() as session:
            require_right_master_keys(session, keys)
            service.set_speed(session, service.now_of(session), speed)
            moment = service.now_of(session)
            login = service.ensure_clinic(session, moment, _zone_here(), config.data_dir, load_seed())
            invitation = service.invite_patient(session, keys, login.clinic_id, moment)
    finally:
        database.close()
    return login, join_url(config.public_url, invitation)


def _zone_here() -> str:
    """This computer's zone, or London where it has none with a place."""
    from tzlocal import get_localzone_name

    name = get_localzone_name()
    return name if name and "/" in name and not name.startswith("Etc/") else "Europe/London"


def _welcome(config: Config, login: service.Login, link: str, speed: int) -> None:
    click.echo(f"\nAfterbeam is running at {config.public_url}")
    click.echo(f"Clinic:  {config.public_url}/clinic")
    click.echo(f"Login:   {login.email}   {login.password}")
    click.echo(f"Patient: {link}")
    if config.is_local:
        click.echo("This link works on this computer only. Phones need https: see docs/try-on-a-phone.")
    else:
        segno.make(link, error="m", micro=False).terminal(compact=True)
    if speed > 1:
        click.echo(f"Time runs {speed} times faster: a day passes in {86400 / speed:.0f} seconds.")
    click.echo("The demo clinic approved its own protocols; no clinician has. Stop with Ctrl-C.\n")


def _is_up(config: Config, processes: _Processes) -> bool:
    """Wait until both programs work; False when one of them ended, or somebody said stop."""
    host = _ANY_TO_OURS.get(config.host, config.host)
    address = f"http://{f'[{host}]' if ':' in host else host}:{config.port}/healthz"
    until = monotonic() + UP_WITHIN_S
    while monotonic() < until and processes.all_run():
        if _both_work(address):
            return True
        processes.pause(0.1)
    if processes.all_run():
        raise Refused(f"The server did not answer on port {config.port} in {UP_WITHIN_S} seconds. Try again.")
    return False


def _both_work(address: str) -> bool:
    """Whether web server and dispatcher do. That no push gets through is no reason not to start."""
    try:
        checks = _health(address)["checks"]
        return bool(checks["database"] and checks["dispatcher"])
    except (OSError, ValueError, KeyError):
        return False


def _health(address: str) -> Any:
    try:
        with urllib.request.urlopen(address, timeout=2) as well:
            return json.load(well)
    except urllib.error.HTTPError as unwell:
        with unwell:
            return json.load(unwell)


class _Processes:
    """The web server and the dispatcher, each a process of its own, stopped together."""

    def __init__(self) -> None:
        self._running: list[subprocess.Popen[bytes]] = []
        self._stop = StopRequest()

    def __enter__(self) -> _Processes:
        return self

    def __exit__(self, *_: object) -> None:
        for process in self._running:
            process.terminate()
        for process in self._running:
            try:
                process.wait(STOP_WITHIN_S)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()

    def start(self, command: str) -> None:
        """Start `afterbeam COMMAND --demo` in a group of its own, so that Ctrl-C reaches it through us only.

        The pipe tells it when we are gone.
        """
        self._running.append(
            subprocess.Popen(
                [sys.executable, "-m", "pwa.cli", command, "--demo"],
                stdin=subprocess.PIPE,
                start_new_session=True,
            )
        )

    def all_run(self) -> bool:
        """Whether none has ended."""
        return not self._stop.is_asked() and all(process.poll() is None for process in self._running)

    def pause(self, seconds: float) -> None:
        """Do nothing for so long, or until somebody says stop."""
        self._stop.wait(seconds)

    def wait(self) -> None:
        """Until somebody says stop. Raises Refused when one of them ends by itself."""
        while self.all_run():
            self.pause(0.5)
        if not self._stop.is_asked():
            raise Refused("One of the demo's programs ended by itself. What it said stands above.")
