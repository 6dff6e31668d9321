"""Where platforms deliver notices, server to server. Nobody is signed in, and the answer is for a program."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue

from lti_tool.domain.errors import CmeError, ServiceUnavailable
from lti_tool.domain.notice import Notice
from lti_tool.services.notice import take_notice
from lti_tool.services.transaction import transaction
from lti_tool.web.access import edge_route
from lti_tool.web.dependencies import Dependencies
from lti_tool.web.errors import status_of

blueprint = Blueprint("notices", __name__)
log = logging.getLogger("cme_tool.web")


@edge_route(blueprint, "/lti/notices", ("POST",))
def notices(deps: Dependencies, now: datetime) -> ResponseReturnValue:
    """Take a delivery of notices: each once, the good ones whatever the others are."""
    try:
        found = deps.notice_reader.read(request.get_data(), now)
    except CmeError as error:
        return _answer(0, [(0, error)])
    outcomes = [_taken(deps, one, now) for one in found]
    refused = [(place, error) for place, error in enumerate(outcomes) if error is not None]
    return _answer(len(outcomes) - len(refused), refused)


def _taken(deps: Dependencies, one: Notice | CmeError, now: datetime) -> CmeError | None:
    if isinstance(one, CmeError):
        return one
    try:
        with transaction(deps.sessions) as db:
            take_notice(db, one, now)
    except CmeError as error:
        return error
    return None


def _answer(taken: int, refused: Sequence[tuple[int, CmeError]]) -> Response:
    """Good if anything was taken, unless a repeat of the whole may bring in more: what was taken stays taken once."""
    for _, error in refused:
        log.warning("notice refused: %s: %s", error.code, error, extra={"code": error.code})
    passing = [error for _, error in refused if isinstance(error, ServiceUnavailable)]
    worst = passing[0] if passing else refused[0][1] if refused and not taken else None
    body = {"taken": taken, "refused": [{"notice": place, "code": error.code} for place, error in refused]}
    response = jsonify(body)
    response.status_code = 200 if worst is None else _status(worst)
    wait = worst.facts.get("retry_after") if worst is not None else None
    if wait:
        response.headers["Retry-After"] = str(wait)
    return response


def _status(error: CmeError) -> int:
    return {"notices_too_many": 413, "notices_too_fast": 429}.get(error.code) or status_of(error)
