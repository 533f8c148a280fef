"""Where an admitted name leads right now. Checked at send time, because a name may lead elsewhere by then."""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Final

from pwa.push.endpoints import Endpoint, EndpointRefused

Lookup = Callable[[str, int], Sequence[str]]

_NAT64: Final = IPv6Network("64:ff9b::/96")  # RFC 6052: the last 32 bits are the real, IPv4 destination
_UNICAST: Final = IPv6Network("2000::/3")  # all that IANA has given out for the public network


class AddressRefused(EndpointRefused):
    """The name of this push service leads to an address outside the public network."""

    code = "address_refused"


def system_lookup(host: str, port: int) -> tuple[str, ...]:
    """Every address of `host`, in the system's order of preference. OSError when there is none."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(entry[4][0]) for entry in found))


def resolve(endpoint: Endpoint, lookup: Lookup = system_lookup) -> tuple[str, ...]:
    """The addresses to connect to, all of them checked.

    One bad address refuses the lot: an attacker's name may mix good and bad. AddressRefused for that, OSError
    when the name cannot be resolved.
    """
    addresses = tuple(lookup(endpoint.host, endpoint.port))
    if not addresses:
        raise OSError("the name has no address")
    allowed = _is_loopback if endpoint.is_loopback else is_public
    if not all(allowed(address) for address in addresses):
        raise AddressRefused
    return addresses


def is_public(address: str) -> bool:
    """True for a unicast address of the public network, also where an IPv6 address hides an IPv4 one."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    if isinstance(parsed, IPv4Address):
        return _is_public_v4(parsed)
    hidden = _hidden_v4(parsed)
    if hidden is not None:
        return _is_public_v4(hidden)
    return parsed in _UNICAST and parsed.is_global


def _is_public_v4(address: IPv4Address) -> bool:
    return address.is_global and not address.is_multicast and not address.is_reserved


def _hidden_v4(address: IPv6Address) -> IPv4Address | None:
    if address in _NAT64:
        return IPv4Address(address.packed[-4:])
    if address.teredo is not None:
        return address.teredo[1]
    return address.ipv4_mapped or address.sixtofour


def _is_loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False
