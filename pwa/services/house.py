"""What every process of Afterbeam is built from, put together once from the settings."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from pwa.clock import DemoClock, Moment, read_moment
from pwa.config import Config
from pwa.domain.errors import ConfigurationError
from pwa.domain.patient import TargetKind
from pwa.push.endpoints import PUSH_HOSTS, EndpointRules
from pwa.push.subject import VapidSubject
from pwa.push.vapid import VapidKey, VapidSigner
from pwa.store import operations
from pwa.store.database import Database
from pwa.store.operations import PublicVapidKey
from pwa.store.revision import require_newest_schema
from pwa.vault.keyring import SETTING, MasterKeys, load_master_keys

LOOPBACK = frozenset({"127.0.0.1", "[::1]", "localhost"})


@dataclass(frozen=True, slots=True)
class House:
    """The settings, the database, the keys, and the demo's clock if there is one."""

    config: Config
    database: Database = field(repr=False)
    keys: MasterKeys = field(repr=False)
    signer: VapidSigner = field(repr=False)
    rules: EndpointRules
    demo: DemoClock | None

    def now(self) -> Moment:
        """Read the clock: once per request, command or dispatch batch."""
        return read_moment(self.demo)

    @property
    def channels(self) -> tuple[TargetKind, ...]:
        """By what this installation can tell people something."""
        return (TargetKind.PUSH,) if self.config.smtp_url is None else (TargetKind.PUSH, TargetKind.EMAIL)

    @property
    def vapid_key(self) -> PublicVapidKey:
        """The key that phones subscribe with."""
        return PublicVapidKey(self.signer.primary.id, self.signer.primary.public_key)

    def close(self) -> None:
        """Close the database's connections."""
        self.database.close()


def open_house(config: Config) -> House:
    """Build everything from the settings. Raises ConfigurationError naming what to mend."""
    database = Database(config.database_url)
    require_newest_schema(database)
    signer = VapidSigner(
        [VapidKey.load(config.vapid_private_key_file)],
        VapidSubject(config.vapid_subject),
    )
    house = House(
        config=config,
        database=database,
        keys=load_master_keys(config.master_key_file),
        signer=signer,
        rules=endpoint_rules(config),
        demo=_demo(database),
    )
    _announce(house)
    return house


def require_right_master_keys(session: Session, keys: MasterKeys) -> None:
    """Refuse keys that cannot open what is stored, before more is sealed. Raises ConfigurationError."""
    for key_id, mark in operations.master_key_marks(session).items():
        is_here = key_id in keys.ids and keys.mark(key_id) == mark
        if not is_here and operations.is_sealed_by(session, key_id):
            raise ConfigurationError(
                f"{SETTING}: names in this database are sealed with master key '{key_id}', "
                "which the file does not hold. Put back the file that does; no other can open them."
            )


def endpoint_rules(config: Config) -> EndpointRules:
    """Where pushes may go. Loopback addresses are for tests, and only ever with the setting for it."""
    hosts = config.push_hosts.over(PUSH_HOSTS)
    named = frozenset(host for host in hosts if _is_loopback(host))
    return EndpointRules(
        hosts=tuple(host for host in hosts if host not in named),
        allow_loopback=(named or LOOPBACK) if config.push_allow_loopback else frozenset(),
    )


def _is_loopback(host: str) -> bool:
    return host == "localhost" or host.startswith(("127.", "[::1]", "::1"))


def _demo(database: Database) -> DemoClock | None:
    with database.read() as session:
        return operations.get_demo_clock(session)


def _announce(house: House) -> None:
    """Remember the keys we have, and the server's epoch, made at the first start."""
    with house.database.read() as session:
        require_right_master_keys(session, house.keys)
        known = {key.id for key in operations.vapid_keys(session)}
        marks = operations.master_key_marks(session)
        is_met = all(marks.get(key_id) == house.keys.mark(key_id) for key_id in house.keys.ids)
        if is_met and house.vapid_key.id in known and operations.get_epoch(session) is not None:
            return
    with house.database.write() as session:
        _write_announcement(session, house)


def _write_announcement(session: Session, house: House) -> None:
    operations.ensure_epoch(session)
    for key_id in house.keys.ids:
        operations.put_master_key_mark(session, key_id, house.keys.mark(key_id))
    operations.put_vapid_key(session, house.vapid_key, house.now().wall)
