"""One id for each request, from the proxy in front or made here: it goes into the log and to the LMS."""

from __future__ import annotations

import re
import secrets

from flask import Flask, Response, request

from lti_tool.logs import REQUEST_ID

HEADER = "X-Request-ID"
_USABLE = re.compile(r"[A-Za-z0-9._-]{8,64}")


def _begin() -> None:
    given = request.headers.get(HEADER, "")
    REQUEST_ID.set(given if _USABLE.fullmatch(given) else secrets.token_hex(8))


def _end(response: Response) -> Response:
    response.headers.setdefault(HEADER, REQUEST_ID.get())
    return response


def _forget(_error: BaseException | None) -> None:
    """What the thread does next belongs to nobody's request."""
    REQUEST_ID.set("")


def set_up_request_ids(app: Flask) -> None:
    app.before_request(_begin)
    app.after_request(_end)
    app.teardown_request(_forget)
