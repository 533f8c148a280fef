"""Builds the web application."""

from __future__ import annotations

from apiflask import APIFlask
from werkzeug.middleware.proxy_fix import ProxyFix

from pwa import __version__
from pwa.services.house import House
from pwa.web import assets, errors, guards, health, json_bodies, units
from pwa.web.api import alerts, clinic, devices, joins, patients, photos, push, staff_push


def create_app(house: House) -> APIFlask:
    """The application on a house; several may live in one process."""
    app = APIFlask(
        "afterbeam",
        title="Afterbeam",
        version=__version__,
        spec_path="/api/v1/openapi.json",
        docs_path=None,  # its pages load scripts from elsewhere
        static_folder=None,  # type: ignore[arg-type]  # Flask takes None: we serve files ourselves
    )
    json_bodies.set_up(app)
    # No address is corrected by sending the browser on: that would repeat a Host header that anybody may set.
    app.url_map.strict_slashes = False
    app.url_map.merge_slashes = False
    if house.config.proxies:
        # Only the caller's address is taken from them: our own address is a setting, not a header.
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=house.config.proxies, x_proto=0)  # type: ignore[method-assign]  # as Flask documents it
    units.set_up(app, house)
    photos.set_up(app)
    guards.set_up(app)
    errors.set_up(app)
    for part in (health, joins, patients, photos, push, clinic, alerts, devices, staff_push, assets):
        app.register_blueprint(part.blueprint)
    return app
