"""For load balancers and people on call."""

from __future__ import annotations

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from lti_tool.services.transaction import database_fault
from lti_tool.web.access import edge_route
from lti_tool.web.dependencies import Dependencies

blueprint = Blueprint("health", __name__)


@edge_route(blueprint, "/healthz")
def healthz(deps: Dependencies, now: object) -> ResponseReturnValue:
    """The process answers."""
    return jsonify(status="ok")


@edge_route(blueprint, "/readyz")
def readyz(deps: Dependencies, now: object) -> ResponseReturnValue:
    """The database answers and lacks no migration of this release; 503 otherwise."""
    fault = database_fault(deps.sessions)
    return jsonify(status=fault or "ok"), 503 if fault else 200
