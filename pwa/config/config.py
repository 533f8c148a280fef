"""All settings in one frozen value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pwa.channels.smtp_route import SmtpRoute
from pwa.config.environment import Environment, refuse_unknown
from pwa.config.mail import read_mail_from, read_smtp_url
from pwa.config.settings import LOCAL_VAPID_SUBJECT
from pwa.config.values import (
    LogFormat,
    LogLevel,
    PushHosts,
    is_local,
    local_url,
    read_database_url,
    read_dead_man_url,
    read_host,
    read_loopback,
    read_one_of,
    read_port,
    read_proxies,
    read_public_url,
    read_push_hosts,
    read_quota,
    read_vapid_subject,
)


@dataclass(frozen=True, slots=True)
class Config:
    """All settings, checked. Paths are absolute; `public_url` is an origin without a slash at its end."""

    database_url: str = field(repr=False)  # it may hold a password
    data_dir: Path
    public_url: str
    host: str
    port: int
    proxies: int
    vapid_subject: str
    vapid_private_key_file: Path
    master_key_file: Path
    push_hosts: PushHosts
    push_allow_loopback: bool
    photos_dir: Path
    photos_per_patient: int
    photo_mb_per_patient: int
    log_level: LogLevel
    log_format: LogFormat
    dead_man_url: str | None = field(repr=False)  # whoever knows it can keep a monitor quiet
    smtp_url: SmtpRoute | None = field(repr=False)  # it may hold a password
    mail_from: str | None

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Config:
        """Read every setting; ConfigurationError names the first one that is wrong, and the mend."""
        refuse_unknown(environ)
        env = Environment(environ)
        data_dir = env.path("DATA_DIR", Path("var"))
        port = read_port(env.text("PORT") or "8000")
        host = read_host(env.text("HOST") or "127.0.0.1")
        public_url = read_public_url(env.text("PUBLIC_URL") or local_url(host, port))
        loopback = read_loopback(env.text("PUSH_ALLOW_LOOPBACK") or "0", public_url)
        smtp = read_smtp_url(env.secret("SMTP_URL"))
        return cls(
            database_url=read_database_url(
                env.secret("DATABASE_URL") or f"sqlite:///{data_dir / 'afterbeam.db'}"
            ),
            data_dir=data_dir,
            public_url=public_url,
            host=host,
            port=port,
            proxies=read_proxies(env.text("PROXIES") or "0"),
            vapid_subject=read_vapid_subject(env.text("VAPID_SUBJECT"), public_url),
            vapid_private_key_file=env.path("VAPID_PRIVATE_KEY_FILE", data_dir / "keys" / "vapid.pem"),
            master_key_file=env.path("MASTER_KEY_FILE", data_dir / "keys" / "master-keys.json"),
            push_hosts=read_push_hosts(env.text("PUSH_HOSTS"), loopback),
            push_allow_loopback=loopback,
            photos_dir=env.path("PHOTOS_DIR", data_dir / "photos"),
            photos_per_patient=read_quota("PHOTOS_PER_PATIENT", env.text("PHOTOS_PER_PATIENT") or "200"),
            photo_mb_per_patient=read_quota(
                "PHOTO_MB_PER_PATIENT", env.text("PHOTO_MB_PER_PATIENT") or "200"
            ),
            log_level=read_one_of(LogLevel, "LOG_LEVEL", env.text("LOG_LEVEL") or "info"),
            log_format=read_one_of(LogFormat, "LOG_FORMAT", env.text("LOG_FORMAT") or "text"),
            dead_man_url=read_dead_man_url(env.secret("DEAD_MAN_URL")),
            smtp_url=smtp,
            mail_from=read_mail_from(env.text("MAIL_FROM"), smtp),
        )

    @property
    def backups_dir(self) -> Path:
        """Where the dispatcher puts copies of an embedded database."""
        return self.data_dir / "backups"

    @property
    def is_local(self) -> bool:
        """Whether the public address is this computer only."""
        return is_local(self.public_url)

    @property
    def vapid_subject_is_placeholder(self) -> bool:
        """Whether nobody can be written to: such a subject must not go to a real push service."""
        return self.vapid_subject == LOCAL_VAPID_SUBJECT
