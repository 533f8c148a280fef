"""Serve the built front end: hashed files for ever, everything else fresh."""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, Response, send_from_directory
from werkzeug.security import safe_join

from pwa.domain.errors import NotFound
from pwa.paths import web_dist

PATIENT_PAGES = ("/", "/join", "/plan", "/settings", "/help", "/check-in", "/progress")
FRESH = "no-cache"
FOR_EVER = "public, max-age=31536000, immutable"

blueprint = Blueprint("assets", __name__)


def _send(name: str, caching: str) -> Response:
    if not _is_there(name):
        raise NotFound if _is_there("index.html") else NotFound("The front end is not built. Run `make web`.")
    response = send_from_directory(web_dist(), name)
    response.headers["Cache-Control"] = caching
    response.headers.pop("Content-Disposition", None)
    return response


def _is_there(name: str) -> bool:
    file = safe_join(str(web_dist()), name)
    try:
        return file is not None and Path(file).is_file()
    except OSError:  # a name longer than any file may have
        return False


def _page() -> Response:
    return _send("index.html", FRESH)


for _path in PATIENT_PAGES:
    blueprint.add_url_rule(_path, endpoint=f"page_{_path.strip('/') or 'today'}", view_func=_page)


@blueprint.get("/clinic", defaults={"_rest": ""})
@blueprint.get("/clinic/<path:_rest>")
def clinic(_rest: str) -> Response:
    return _send("clinic.html", FRESH)


@blueprint.get("/sw.js")
def worker() -> Response:
    # At the root, so that its scope is the whole app without a header.
    return _send("sw.js", FRESH)


@blueprint.get("/manifest.webmanifest")
def manifest() -> Response:
    response = _send("manifest.webmanifest", FRESH)
    response.content_type = "application/manifest+json"
    return response


@blueprint.get("/assets/<path:name>")
def asset(name: str) -> Response:
    return _send(f"assets/{name}", FOR_EVER)


@blueprint.get("/icons/<path:name>")
def icon(name: str) -> Response:
    return _send(f"icons/{name}", "public, max-age=86400")


@blueprint.get("/robots.txt")
def robots() -> Response:
    return Response("User-agent: *\nDisallow: /\n", mimetype="text/plain")
