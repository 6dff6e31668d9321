"""How an operation of the API is declared: its route, its words and its shapes stand in one place.

Every refusal is JSON: ``{"code", "message", "reference"}`` with the same codes as the tool's pages.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import wraps
from typing import Any

from flask import current_app, jsonify, request
from flask.sansio.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue

from lti_tool.domain.errors import BadInput, CmeError
from lti_tool.web.access import public_route
from lti_tool.web.api import blueprint
from lti_tool.web.api_access import ApiWork, platform_route
from lti_tool.web.dependencies import EXTENSION
from lti_tool.web.errors import reference, status_of
from lti_tool.web.verify import RateLimit

log = logging.getLogger("cme_tool.api")

UNAUTHORISED = frozenset(
    {"token_unknown", "block_key_refused", "assertion_refused", "assertion_malformed", "assertion_used"}
)
LIMIT = "cme_api_limit"

View = Callable[..., ResponseReturnValue]


@dataclass(frozen=True, slots=True)
class Operation:
    """What the document says of one operation. ``answer`` and ``body`` name schemas of ``document.SCHEMAS``."""

    name: str
    method: str
    rule: str
    summary: str
    answer: str = ""
    body: str = ""
    query: Mapping[str, str] = field(default_factory=dict)
    """Query parameters and what they mean."""
    is_idempotent: bool = False
    """Needs an ``Idempotency-Key`` header."""
    media_type: str = "application/json"
    is_public: bool = False


OPERATIONS: list[Operation] = []
"""In the order of declaration."""


def operation(what: Operation) -> Callable[[View], View]:
    """Declare a route of the API. The view gets an ``ApiWork``, a public one a ``PublicWork``."""

    def declare(view: View) -> View:
        OPERATIONS.append(what)
        if what.is_public:
            return public_route(blueprint, what.rule, (what.method,))(view)
        return platform_route(blueprint, what.rule, (what.method,))(_limited(view))

    return declare


def _limited(view: View) -> View:
    """So many calls a minute for each deployment and process."""

    @wraps(view)
    def answer(work: ApiWork, **arguments: Any) -> ResponseReturnValue:
        limit: RateLimit = current_app.extensions[LIMIT]
        if limit.allows(work.client.deployment_id, work.now):
            return view(work, **arguments)
        response = jsonify(code="too_many_requests", message="too many calls; wait a minute", reference=reference())
        response.headers["Retry-After"] = "60"
        return response, 429

    return answer


@blueprint.record
def _set_up_limit(state: BlueprintSetupState) -> None:
    state.app.extensions[LIMIT] = RateLimit(state.app.extensions[EXTENSION].settings.api_per_minute)


@blueprint.errorhandler(CmeError)
def refuse_in_json(error: CmeError) -> ResponseReturnValue:
    """A refusal as a program reads it; nothing of the request is kept."""
    status = 401 if error.code in UNAUTHORISED else status_of(error)
    log.warning("refused: %s", error.code, extra={"code": error.code, "status": status, "reference": reference()})
    body: dict[str, Any] = {"code": error.code, "message": str(error), "reference": reference()}
    if isinstance(error, BadInput) and error.faults:
        body["faults"] = dict(error.faults)
    response = jsonify(body)
    if status == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="cme-tool"'
    return response, status


def json_body() -> Any:
    """The request's JSON. Raises ``BadInput("body_not_json")``."""
    found = request.get_json(silent=True)
    if found is None:
        raise BadInput("body_not_json", "the body must be JSON, sent as application/json")
    return found


def idempotency_key() -> str:
    """The request's ``Idempotency-Key``, ``""`` if there is none."""
    return request.headers.get("Idempotency-Key", "").strip()
