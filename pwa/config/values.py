"""From the text of a setting to a checked value; each function takes one kind of text."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TypeVar
from urllib.parse import SplitResult, urlsplit

from pwa.config.environment import refuse
from pwa.config.settings import LOCAL_VAPID_SUBJECT, PREFIX
from pwa.push.subject import check_form, check_subject

_EVERY_ADDRESS = frozenset({"0.0.0.0", "::"})
_Word = TypeVar("_Word", bound=StrEnum)
_LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_HOST_NAME = re.compile(rf"(?=.{{1,253}}$)({_LABEL}\.)*{_LABEL}")
_POSTGRESQL = re.compile(r"postgres(ql)?(\+psycopg)?://")


class LogFormat(StrEnum):
    JSON = "json"
    TEXT = "text"


class LogLevel(StrEnum):
    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class PushHosts:
    """Push services set by the operator: added to the built-in list, or in its place."""

    added: tuple[str, ...] = ()
    instead: tuple[str, ...] = ()

    def over(self, built_in: Iterable[str]) -> tuple[str, ...]:
        """The list that holds, given the built-in one."""
        return self.instead or (*built_in, *self.added)


def is_local(public_url: str) -> bool:
    """Whether an address is this computer only, where browsers trust a page without https."""
    return is_this_computer(urlsplit(public_url).hostname or "")


def read_port(text: str) -> int:
    if re.fullmatch(r"[0-9]{1,5}", text) and 1 <= int(text) <= 65535:
        return int(text)
    refuse("PORT", f"is '{text}'. Give a number from 1 to 65535.")


def read_proxies(text: str) -> int:
    if re.fullmatch(r"[0-9]", text):
        return int(text)
    refuse("PROXIES", f"is '{text}'. Give how many reverse proxies stand before the web server, from 0 to 9.")


def read_quota(name: str, text: str) -> int:
    if re.fullmatch(r"[0-9]{1,5}", text) and 1 <= int(text) <= 10_000:
        return int(text)
    refuse(name, f"is '{text}'. Give a number from 1 to 10000.")


def read_host(text: str) -> str:
    if _is_address(text) or _HOST_NAME.fullmatch(text.lower()):
        return text.lower()
    refuse("HOST", f"is '{text}'. Give an address of this computer, such as 127.0.0.1 or 0.0.0.0.")


def local_url(host: str, port: int) -> str:
    """Where a browser on this computer finds a server that listens on `host`."""
    if host in _EVERY_ADDRESS or host in ("localhost", "127.0.0.1", "::1"):
        return f"http://localhost:{port}"
    if is_this_computer(host):
        return f"http://{host}:{port}"
    refuse(
        "HOST",
        f"is '{host}', where browsers let nobody sign in without https. Set {PREFIX}PUBLIC_URL to the "
        "https address that leads there, or listen on 127.0.0.1 or 0.0.0.0.",
    )


def read_public_url(text: str) -> str:
    """An origin: the app's cookies and its service worker own the whole of it, so it has no path."""
    url = split_url(text)
    if url is None or url.scheme not in ("http", "https") or not is_host(url.hostname):
        refuse("PUBLIC_URL", "is not a web address. Give one like https://care.clinic.example.")
    if url.username is not None or url.path not in ("", "/") or url.query or url.fragment:
        refuse("PUBLIC_URL", "holds more than an address. Leave out user, path, query and fragment.")
    if url.scheme == "http" and not is_this_computer(url.hostname or ""):
        refuse("PUBLIC_URL", "is http. Give an https address; phones allow reminders on no other.")
    default_port = {"http": 80, "https": 443}[url.scheme]
    host = f"[{url.hostname}]" if ":" in (url.hostname or "") else url.hostname
    port = "" if url.port in (None, default_port) else f":{url.port}"
    return f"{url.scheme}://{host}{port}"


def read_database_url(text: str) -> str:
    """An SQLAlchemy URL. The value is never in an error: it may hold a password."""
    if text.startswith("sqlite:///"):
        file = text.removeprefix("sqlite:///")
        if file and file != ":memory:" and not file.startswith("file:"):
            return f"sqlite:///{Path(file).absolute()}"
        refuse("DATABASE_URL", "keeps nothing. Give a file: sqlite:////path/to/file.db.")
    if _POSTGRESQL.match(text) and split_url(text) is not None:
        return _POSTGRESQL.sub("postgresql+psycopg://", text, count=1)
    refuse(
        "DATABASE_URL",
        "is not a database address. Give sqlite:////path/to/file.db or postgresql://user@host/name.",
    )


def read_vapid_subject(text: str | None, public_url: str) -> str:
    """A mail or web address where somebody answers; on one's own computer any well-formed one will do."""
    local = is_local(public_url)
    if text is None and local:
        return LOCAL_VAPID_SUBJECT
    if text is None:
        refuse("VAPID_SUBJECT", "is missing. Give mailto: and an address that somebody at the clinic reads.")
    return check_form(text) if local else check_subject(text)


def read_flag(name: str, text: str) -> bool:
    if text in ("0", "1"):
        return text == "1"
    refuse(name, f"is '{text}'. Give 0 or 1.")


def read_loopback(text: str, public_url: str) -> bool:
    allowed = read_flag("PUSH_ALLOW_LOOPBACK", text)
    if allowed and not is_local(public_url):
        refuse("PUSH_ALLOW_LOOPBACK", f"is for tests, and {PREFIX}PUBLIC_URL is not localhost. Unset it.")
    return allowed


def read_push_hosts(text: str | None, loopback_allowed: bool) -> PushHosts:
    if text is None:
        return PushHosts()
    hosts = tuple(host.strip().lower() for host in text.removeprefix("+").split(","))
    for host in hosts:
        _check_push_host(host, loopback_allowed)
    return PushHosts(added=hosts) if text.startswith("+") else PushHosts(instead=hosts)


def read_one_of(kind: type[_Word], name: str, text: str) -> _Word:
    try:
        return kind(text.lower())
    except ValueError:
        refuse(name, f"is '{text}'. Give one of: {', '.join(kind)}.")


def read_dead_man_url(text: str | None) -> str | None:
    url = split_url(text) if text else None
    if text and (url is None or url.scheme not in ("http", "https") or not is_host(url.hostname)):
        refuse("DEAD_MAN_URL", "is not a web address. Give the https address that your monitor shows.")
    return text


def _check_push_host(host: str, loopback_allowed: bool) -> None:
    if host == "localhost" or _is_address(host):
        if loopback_allowed and is_this_computer(host):
            return
        refuse(
            "PUSH_HOSTS",
            f"lists '{host}'. Give names of push services; addresses of this computer are for tests, "
            f"with {PREFIX}PUSH_ALLOW_LOOPBACK=1.",
        )
    name = host.removeprefix("*.")
    if "." not in name or not _HOST_NAME.fullmatch(name):
        refuse("PUSH_HOSTS", f"lists '{host}'. Give names like push.example.net or *.push.example.net.")


def split_url(text: str) -> SplitResult | None:
    """The parts of an address; None for what is none."""
    try:
        url = urlsplit(text)
        _ = url.port  # reading it is what checks it
    except ValueError:
        return None
    return None if any(letter.isspace() for letter in text) else url


def is_this_computer(host: str) -> bool:
    """Whether a host is this computer only."""
    return host == "localhost" or (_is_address(host) and ipaddress.ip_address(host).is_loopback)


def is_host(host: str | None) -> bool:
    """Whether this is a name or an address of a host."""
    return bool(host) and (_is_address(host or "") or _HOST_NAME.fullmatch(host or "") is not None)


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
