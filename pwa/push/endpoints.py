"""Which addresses we push to. A patient's browser names them, so any other is a way into our network.

Hosts are parsed first and then compared label by label: ntfy's start-anchored pattern let
https://169.254.169.254/a.google.com/ through. Browsers offer no choice of push service, so the list is short.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

from pwa.domain.errors import BadInput, ConfigurationError
from pwa.push.message import MAX_ENDPOINT_CHARACTERS

PUSH_HOSTS: Final = (
    "fcm.googleapis.com",
    "jmt17.google.com",  # Chromium without Google's branding
    "updates.push.services.mozilla.com",
    "*.push.services.mozilla.com",
    "web.push.apple.com",
    "*.push.apple.com",
    "*.notify.windows.com",
)
LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})
_HTTPS_PORT: Final = 443
_DEFAULT_PORTS: Final = {"https": 443, "http": 80}
_LABEL: Final = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_RULE: Final = re.compile(rf"(?:\*\.)?{_LABEL}(?:\.{_LABEL})+")
_AUTHORITY: Final = re.compile(r"[^:/?#]+://(?P<authority>[^/?#\\]*)")
# Exactly the characters of RFC 3986, so that no two parsers can read the address differently.
_ENDPOINT: Final = re.compile(
    rf"(?P<scheme>https?)://(?P<host>{_LABEL}(?:\.{_LABEL})*|\[[0-9a-f:.]{{2,45}}\])(?::(?P<port>[0-9]{{1,5}}))?"
    r"(?P<path>[/?][a-z0-9._~!$&'()*+,;=:@%/?-]*)?",
    re.IGNORECASE | re.ASCII,
)
_LOOPBACK_ENTRY: Final = re.compile(
    r"(?P<host>localhost|[0-9.]+|\[[0-9a-f:.]+\]|[0-9a-f:]*::[0-9a-f:.]*)(?::(?P<port>[0-9]+))?"
)


class EndpointRefused(BadInput):
    """This is not the address of a push service we know."""

    code = "endpoint_refused"


class EndpointRulesRefused(ConfigurationError):
    """AFTERBEAM_PUSH_HOSTS must list host names such as fcm.googleapis.com or *.push.apple.com."""

    code = "push_hosts"


class LoopbackRefused(ConfigurationError):
    """AFTERBEAM_PUSH_ALLOW_LOOPBACK may only name loopback addresses such as 127.0.0.1 or localhost:8090."""

    code = "push_allow_loopback"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A push endpoint that the rules admit; `host` is lower case and an IPv6 one has no brackets."""

    scheme: str
    host: str
    port: int
    path: str  # with its query, exactly as the browser gave it: it is opaque (RFC 8030 section 8.3)
    is_loopback: bool = False

    @property
    def origin(self) -> str:
        """What VAPID calls the audience: no default port (RFC 6454 section 6.2)."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == _DEFAULT_PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{host}{port}"

    @property
    def url(self) -> str:
        return self.origin + self.path


@dataclass(frozen=True, slots=True)
class EndpointRules:
    """`hosts`: exact names, or "*.suffix" for every name below it, compared by labels.

    `allow_loopback`, for tests and the demo: "127.0.0.1", "[::1]:8090", "localhost:8090"; no port: any.
    """

    hosts: tuple[str, ...] = PUSH_HOSTS
    allow_loopback: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        for rule in self.hosts:
            if not _RULE.fullmatch(rule):
                raise EndpointRulesRefused(f"{EndpointRulesRefused.__doc__} {rule!r} is not one.")
        for entry in self.allow_loopback:
            _loopback_entry(entry)

    def admits(self, host: str) -> bool:
        return any(_matches(rule, host) for rule in self.hosts)

    def admits_loopback(self, host: str, port: int) -> bool:
        entries = map(_loopback_entry, self.allow_loopback)
        return any(host == name and only in (None, port) for name, only in entries)


def is_below(host: str, suffix: str) -> bool:
    """True for a host strictly below `suffix`, by whole labels."""
    labels, wanted = host.split("."), suffix.split(".")
    return len(labels) > len(wanted) and labels[-len(wanted) :] == wanted


def is_windows(origin: str | None) -> bool:
    """Microsoft's service (WNS) has headers and answers of its own."""
    return is_below(urlsplit(origin or "").hostname or "", "notify.windows.com")


def check_endpoint(url: str, rules: EndpointRules) -> Endpoint:
    """The parsed endpoint, or EndpointRefused with the one reason."""
    endpoint = _parse(url)
    if rules.allow_loopback and rules.admits_loopback(endpoint.host, endpoint.port):
        return Endpoint(endpoint.scheme, endpoint.host, endpoint.port, endpoint.path, is_loopback=True)
    if endpoint.scheme != "https":
        raise EndpointRefused("A push endpoint must start with https://.")
    if endpoint.port != _HTTPS_PORT:
        raise EndpointRefused("A push endpoint must use port 443.")
    if not rules.admits(endpoint.host):
        raise EndpointRefused
    return endpoint


def _parse(url: str) -> Endpoint:
    if len(url) > MAX_ENDPOINT_CHARACTERS:
        raise EndpointRefused(f"A push endpoint is at most {MAX_ENDPOINT_CHARACTERS} characters long.")
    if not url.isascii():
        raise EndpointRefused("A push endpoint is written in plain ASCII characters.")
    authority = _AUTHORITY.match(url)
    if authority is not None and "@" in authority["authority"]:
        raise EndpointRefused("A push endpoint must not carry a user name or password.")
    match = _ENDPOINT.fullmatch(url)
    if match is None:
        raise EndpointRefused("A push endpoint must be a plain web address.")
    scheme = match["scheme"].lower()
    port = int(match["port"] or _DEFAULT_PORTS[scheme])
    path = match["path"] or "/"
    return Endpoint(scheme, _host(match["host"]), port, path if path.startswith("/") else f"/{path}")


def _host(text: str) -> str:
    if not text.startswith("["):
        return text.lower()
    try:
        return str(ip_address(text[1:-1]))
    except ValueError as error:
        raise EndpointRefused("A push endpoint must be a plain web address.") from error


def _matches(rule: str, host: str) -> bool:
    return is_below(host, rule[2:]) if rule.startswith("*.") else host == rule


def _loopback_entry(entry: str) -> tuple[str, int | None]:
    """("127.0.0.1", 8090), or None for any port. LoopbackRefused unless it is a loopback address."""
    match = _LOOPBACK_ENTRY.fullmatch(entry)
    if match is None:
        raise LoopbackRefused
    host = match["host"].strip("[]")
    if host != "localhost":
        try:
            address = ip_address(host)
        except ValueError as error:
            raise LoopbackRefused from error
        if not address.is_loopback:
            raise LoopbackRefused
        host = str(address)
    return host, int(match["port"]) if match["port"] else None
