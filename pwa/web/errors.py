"""One error shape for the whole API: RFC 9457 problem+json. Counterpart: static/shared/api.ts `Problem`."""

from __future__ import annotations

from http import HTTPStatus

from apiflask import APIFlask
from apiflask.exceptions import HTTPError
from flask import Response, jsonify
from sqlalchemy.exc import DataError, IntegrityError, OperationalError
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from pwa.domain.errors import AfterbeamError, BadInput, NotAllowed, NotFound, Refused, TooManyTries
from pwa.logs import get_logger
from pwa.photos.errors import PhotosBusy, PhotoTooLarge
from pwa.services.joining import LinkNotUsable, NotConfirmed
from pwa.services.reaching import EndpointIsGone
from pwa.web.api.schemas import FIELD_NAMES

STATUS = {
    BadInput: HTTPStatus.UNPROCESSABLE_ENTITY,
    NotFound: HTTPStatus.NOT_FOUND,
    LinkNotUsable: HTTPStatus.GONE,
    NotAllowed: HTTPStatus.UNAUTHORIZED,
    EndpointIsGone: HTTPStatus.GONE,
    NotConfirmed: HTTPStatus.FORBIDDEN,
    Refused: HTTPStatus.CONFLICT,
    TooManyTries: HTTPStatus.TOO_MANY_REQUESTS,
    PhotoTooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    PhotosBusy: HTTPStatus.SERVICE_UNAVAILABLE,
}
RETRY_AFTER_S: dict[type[AfterbeamError], int] = {PhotosBusy: 10}

log = get_logger()


def problem(status: int, code: str, detail: str) -> Response:
    """An answer that says what is wrong and what to do, and never what was sent."""
    answer = jsonify(
        type="about:blank",
        title=HTTPStatus(status).phrase,
        status=status,
        detail=detail,
        code=code,
    )
    answer.status_code = status
    answer.content_type = "application/problem+json"
    answer.headers["Cache-Control"] = "no-store"
    return answer


def set_up(app: APIFlask) -> None:
    """Turn every error into a problem."""
    app.register_error_handler(AfterbeamError, _ours)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(IntegrityError, _clash)
    app.register_error_handler(OperationalError, _busy)
    app.register_error_handler(DataError, _not_text)
    app.register_error_handler(RecursionError, _not_text)
    app.register_error_handler(Exception, _unexpected)
    # Not by error_processor: that would answer werkzeug's errors too, in words that are not ours.
    app.register_error_handler(HTTPError, _validation)


def _ours(error: AfterbeamError) -> Response:
    for kind in type(error).__mro__:
        if kind in STATUS:
            answer = problem(STATUS[kind], error.code, error.message)
            if kind in RETRY_AFTER_S:
                answer.headers["Retry-After"] = str(RETRY_AFTER_S[kind])
            return answer
    return _unexpected(error)


def _validation(error: HTTPError) -> Response:
    """What APIFlask refused before our code saw it; field names only, never the values."""
    fields = error.detail.get("json", {}) if isinstance(error.detail, dict) else {}
    # The first part of "events.3", and our own names only: an unknown field's name is somebody's text.
    names = ", ".join(sorted({str(name).partition(".")[0] for name in fields} & FIELD_NAMES))
    where = f" Look at: {names}." if names else ""
    return problem(422, "bad_input", f"What was sent does not have the right form.{where}")


def _http(error: HTTPException) -> Response:
    status = error.code or 500
    if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        return problem(413, "too_large", "This is too much at once. Send it in smaller parts.")
    answer = problem(status, "http", _PLAIN.get(status, f"{HTTPStatus(status).phrase}."))
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        answer.headers["Allow"] = ", ".join(sorted(error.valid_methods))  # RFC 9110, 15.5.6
    return answer


_PLAIN = {
    400: "This request cannot be read.",
    404: "There is nothing at this address.",
    405: "This address does not take that kind of request.",
    415: "Send JSON.",
}


def _clash(_error: IntegrityError) -> Response:
    return problem(409, "clash", "Somebody else was faster. Load the page again and repeat it.")


def _not_text(_error: Exception) -> Response:
    """A NUL in a text, or lists in lists in lists: nothing that our pages send."""
    return problem(422, "bad_input", "What was sent does not have the right form.")


def _busy(error: OperationalError) -> Response:
    log.error("database_unavailable", error=type(error.orig).__name__)
    return problem(503, "unavailable", "The server is busy. Nothing was lost; it will be tried again.")


def _unexpected(error: Exception) -> Response:
    log.exception("unexpected", exc_info=error)
    return problem(500, "error", "Something went wrong on the server. Try again in a minute.")
