"""For watchdogs: is the server there, can it work, is somebody sending?"""

from __future__ import annotations

from flask import Blueprint, Response, jsonify
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from pwa.domain.errors import ConfigurationError
from pwa.services import watching
from pwa.store.revision import require_newest_schema
from pwa.web.auth import moment
from pwa.web.units import reading, the_house

blueprint = Blueprint("health", __name__, url_prefix="/healthz")


def _answer(checks: dict[str, bool], notes: tuple[str, ...] = ()) -> Response:
    well = all(checks.values())
    response = jsonify(status="ok" if well else "failing", checks=checks, notes=notes)
    response.status_code = 200 if well else 503
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.get("/live")
def live() -> Response:
    return _answer({"web": True})


@blueprint.get("/ready")
def ready() -> Response:
    return _answer({"database": _database_answers()})


@blueprint.get("/dispatcher")
def dispatcher() -> Response:
    return _answer(*_reminders_go_out())


@blueprint.get("")
def all_of_it() -> Response:
    checks, notes = _reminders_go_out()
    return _answer({"database": _database_answers(), **checks}, notes)


def _database_answers() -> bool:
    try:
        with reading() as session:
            session.execute(select(1))
        require_newest_schema(the_house().database)
    except (SQLAlchemyError, ConfigurationError):
        return False
    return True


def _reminders_go_out() -> tuple[dict[str, bool], tuple[str, ...]]:
    """Each part that must be well, and what else somebody should know."""
    channels = the_house().channels
    try:
        with reading() as session:
            return watching.reminders_go_out(session, moment(), channels), watching.notes(session, channels)
    except SQLAlchemyError:
        return {"dispatcher": False}, ()
