"""Before and after every request: who may ask from where, and what a browser may do with the answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, Response, current_app, request

from pwa.photos.limits import MOST_BYTES
from pwa.web.auth import SAFE_METHODS
from pwa.web.errors import problem
from pwa.web.units import the_house

LARGEST_BODY = 256 * 1024
JSON = "application/json"
IMAGES = frozenset({"image/jpeg", "image/png", "image/webp", "image/heic", "image/heif"})

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "manifest-src 'self'",
        "worker-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types worker",
    )
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), geolocation=(), microphone=(), payment=(), usb=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
View = TypeVar("View", bound=Callable[..., Any])
HSTS = "max-age=31536000; includeSubDomains"


def set_up(app: Flask) -> None:
    """Guard every route, those added later too."""
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY
    app.before_request(refuse_other_sites)
    app.after_request(add_headers)


def refuse_other_sites() -> Response | None:
    """Unsafe requests come from our own pages, as JSON. SameSite cookies alone would let subdomains in."""
    if request.method in SAFE_METHODS:
        return None
    if not _is_from_our_pages():
        return problem(403, "other_site", "This request did not come from this site.")
    has_body = bool(request.content_length) or "Transfer-Encoding" in request.headers
    if has_body and _takes_images():
        request.max_content_length = MOST_BYTES + 1  # one more, or a longer one would look whole when cut
        # No form of another site can send these types either, without the browser asking us first.
        return None if request.mimetype in IMAGES | {JSON} else not_an_image()
    if has_body and request.mimetype != JSON:
        return problem(415, "not_json", "Send JSON.")
    return None


def not_an_image() -> Response:
    """What a view that takes photos answers to anything else."""
    return problem(415, "not_an_image", "Send a JPEG, PNG, WebP or HEIC picture.")


def takes_images(view: View) -> View:
    """Let a view take a photo as its body, and nothing else."""
    view.takes_images = True  # type: ignore[attr-defined]  # a mark, read below
    return view


def _takes_images() -> bool:
    view = current_app.view_functions.get(request.endpoint or "")
    return getattr(view, "takes_images", False)


def _is_from_our_pages() -> bool:
    site = request.headers.get("Sec-Fetch-Site")
    origin = request.headers.get("Origin")
    if origin is not None and origin not in _our_origins():
        return False
    if site is not None:
        return site == "same-origin"
    return origin is not None


def _our_origins() -> frozenset[str]:
    config = the_house().config
    if not config.is_local:
        return frozenset({config.public_url})
    # On one's own computer a page may be open as localhost or by number.
    return frozenset(
        {config.public_url, f"http://127.0.0.1:{config.port}", f"http://localhost:{config.port}"}
    )


def add_headers(response: Response) -> Response:
    """Tell the browser to run nothing but our files and to keep nothing it was not told to keep."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if not the_house().config.is_local:
        response.headers.setdefault("Strict-Transport-Security", HSTS)
    if request.path.startswith("/api/"):
        response.headers.setdefault("Cache-Control", "no-store")
    return response
