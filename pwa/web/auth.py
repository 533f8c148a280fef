"""Who is asking: a patient's device, or somebody signed in at a clinic."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from ipaddress import IPv4Address, IPv6Network, ip_address
from typing import Any, TypeVar

from flask import Response, g, request
from sqlalchemy.orm import Session

from pwa.clock import Moment
from pwa.domain.errors import NotAllowed
from pwa.domain.patient import Device
from pwa.services import joining, quarantine, staffing
from pwa.store.staff import SignedIn
from pwa.web.units import reading, the_house, writing

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
DEVICE_COOKIE = "__Host-afterbeam"
STAFF_COOKIE = "__Host-afterbeam-staff"

View = TypeVar("View", bound=Callable[..., Any])
WayIn = Callable[[Session, str, Moment], Device | None]


class NotJoined(NotAllowed):
    """This phone is not connected to a clinic. Open the link from your clinic again."""

    code = "not_joined"


class NotSignedIn(NotAllowed):
    """You are not signed in."""

    code = "not_signed_in"


def moment() -> Moment:
    """The one moment of this request."""
    if "moment" not in g:
        g.moment = the_house().now()
    read: Moment = g.moment
    return read


def this_device() -> Device:
    """The device that is asking; only in views marked `for_devices`."""
    device: Device = g.device
    return device


def this_person() -> SignedIn:
    """Who is signed in; only in views marked `for_staff`."""
    person: SignedIn = g.person
    return person


def for_devices(view: View) -> View:
    """Let in devices whose person said that this is their treatment, by cookie or by the token beside it."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        g.device = _device_asking(joining.find_device)
        if g.device.confirmed_at is None:
            raise joining.NotConfirmed
        return view(*args, **kwargs)

    return guarded  # type: ignore[return-value]  # wraps keeps the signature


def for_devices_and_shut_out(view: View) -> View:
    """As `for_devices`, and for a while also a device that its clinic shut out: `this_device().state` tells.

    Such a device may add to the quarantine and read nothing.
    """

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        g.device = _device_asking(joining.find_device, quarantine.find_device)
        if g.device.confirmed_at is None:
            raise joining.NotConfirmed
        return view(*args, **kwargs)

    return guarded  # type: ignore[return-value]  # wraps keeps the signature


def for_new_devices(view: View) -> View:
    """Let in any device that joined, also one that has not yet answered "is this right?"."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        g.device = _device_asking(joining.find_device)
        return view(*args, **kwargs)

    return guarded  # type: ignore[return-value]  # wraps keeps the signature


def _device_asking(*ways: WayIn) -> Device:
    """Let in by the first way that a credential opens: a phone that joined anew may show an old one too."""
    with reading() as session:
        found = (find(session, secret, moment()) for find in ways for secret in _shown())
        device = next(filter(None, found), None)
    if device is None:
        raise NotJoined
    return device


def for_staff(view: View) -> View:
    """Let in people with a live session who still work in its clinic."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        token = request.cookies.get(STAFF_COOKIE, "")
        with reading() as session:
            g.person = staffing.who_is(session, token, moment()) if token else None
        if g.person is None:
            raise NotSignedIn
        # A page that asks by itself every 3 seconds is no sign that anybody sits there.
        if request.method not in SAFE_METHODS:
            with writing() as session:
                staffing.used(session, token, moment())
        return view(*args, **kwargs)

    return guarded  # type: ignore[return-value]  # wraps keeps the signature


def _shown() -> tuple[str, ...]:
    cookie = request.cookies.get(DEVICE_COOKIE)
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    bearer = token if kind == "Bearer" and token else None
    return tuple(secret for secret in (cookie, bearer) if secret)


def set_cookie(response: Response, name: str, value: str, seconds: int) -> None:
    """A cookie for this host alone, out of reach of scripts and of other sites' forms."""
    response.set_cookie(name, value, max_age=seconds, path="/", secure=True, httponly=True, samesite="Lax")


def clear_cookie(response: Response, name: str) -> None:
    """Take a cookie back."""
    response.delete_cookie(name, path="/", secure=True, httponly=True, samesite="Lax")


def caller() -> str:
    """Where a request came from, for counting tries. Headers can be forged, so none is read.

    IPv6 by its /64: whoever has one such address has 2^64 of them.
    """
    try:
        address = ip_address(request.remote_addr or "")
    except ValueError:
        return "unknown"
    if isinstance(address, IPv4Address):
        return str(address)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(IPv6Network((address.packed[:8] + bytes(8), 64)))


def device_label() -> str:
    """What to call this phone in a list, from its User-Agent: "Firefox on Android"."""
    agent = request.headers.get("User-Agent", "")
    system = _first(agent, _SYSTEMS) or "a browser"
    browser = _first(agent, _BROWSERS)
    return f"{browser} on {system}" if browser else system


def keeps_apps_apart() -> bool:
    """Whether an app on this system's Home Screen shares nothing with its browser (iOS; an iPad says Mac)."""
    agent = request.headers.get("User-Agent", "")
    return any(name in agent for name in ("iPhone", "iPad")) or ("Macintosh" in agent and "Safari" in agent)


# In this order: what names itself after others comes before them.
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "Mac"),
    ("CrOS", "Chromebook"),
    ("Linux", "Linux"),
)
_BROWSERS = (
    ("Edg", "Edge"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)


def _first(agent: str, names: tuple[tuple[str, str], ...]) -> str | None:
    return next((name for mark, name in names if mark in agent), None)
