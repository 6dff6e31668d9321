"""The one table from refusals to a status and a page."""

from __future__ import annotations

import logging
import secrets

from flask import Flask, Response, g, request
from werkzeug.exceptions import HTTPException

from lti_tool.domain.errors import (
    BadInput,
    CmeError,
    Conflict,
    Forbidden,
    LaunchRefused,
    NotFound,
    Refused,
    ServiceUnavailable,
)
from lti_tool.services.transaction import is_unreachable
from lti_tool.web.headers import allow_framing
from lti_tool.web.messages import blocker_rows, explain
from lti_tool.web.page import page

log = logging.getLogger("cme_tool.web")
RETRY_SECONDS = 10
"""For programs that ask again by themselves."""

STATUS: dict[type[CmeError], int] = {
    NotFound: 404,
    Forbidden: 403,
    Refused: 403,
    BadInput: 422,
    Conflict: 409,
    LaunchRefused: 400,
    ServiceUnavailable: 503,
}


def reference() -> str:
    """A short number for the help desk; the same one stands in the log."""
    if "reference" not in g:
        g.reference = secrets.token_hex(4).upper()
    return str(g.reference)


def status_of(error: CmeError) -> int:
    return next((status for kind, status in STATUS.items() if isinstance(error, kind)), 500)


def _wants_page() -> bool:
    return not request.headers.get("X-Autosave") and request.accept_mimetypes.accept_html


def refuse(error: CmeError) -> Response:
    """A page that says what, why and what to do; the log gets the code and no personal data."""
    status = status_of(error)
    log.warning(
        "refused: %s: %s", error.code, error, extra={"code": error.code, "status": status, "reference": reference()}
    )
    if not _wants_page():
        return Response(f"{error.code} {reference()}\n", status, mimetype="text/plain")
    if g.get("visit") is None and g.get("officer") is None:
        allow_framing("*")  # a refused launch must be readable inside the course; it shows nothing of a person
    template = "errors/launch.html" if isinstance(error, LaunchRefused) else "errors/refused.html"
    return page(
        template,
        status=status,
        explanation=explain(error),
        blockers=blocker_rows(error.facts.get("blockers", ())),
        code=error.code,
        words=error.facts.get("words", ""),
        reference=reference(),
    )


def _http_error(error: HTTPException) -> Response:
    status = error.code or 500
    if not _wants_page():
        return Response(f"{status} {error.name}\n", status, mimetype="text/plain")
    codes = {404: "page_unknown", 405: "method_wrong", 413: "request_too_large"}
    known = CmeError(codes.get(status, "request_wrong"))
    return page(
        "errors/refused.html",
        status=status,
        explanation=explain(known),
        blockers=(),
        code=known.code,
        reference=reference(),
    )


def _crash(error: Exception) -> Response:
    if is_unreachable(error):
        answer = refuse(ServiceUnavailable("database_unreachable", "the database does not answer"))
        answer.headers["Retry-After"] = str(RETRY_SECONDS)
        return answer
    log.error("unexpected error", exc_info=error, extra={"reference": reference()})
    known = CmeError("unexpected")
    return page(
        "errors/refused.html",
        status=500,
        explanation=explain(known),
        blockers=(),
        code="unexpected",
        reference=reference(),
    )


def set_up_errors(app: Flask) -> None:
    app.register_error_handler(CmeError, refuse)
    app.register_error_handler(HTTPException, _http_error)
    if not app.testing:
        app.register_error_handler(Exception, _crash)
