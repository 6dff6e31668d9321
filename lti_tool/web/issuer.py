"""What anybody may know of a provider as an issuer: profile, keys, and which certificates no longer hold."""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, Response
from flask.typing import ResponseReturnValue

from lti_tool.services.issuer import issuer_did, issuer_profile, status_list
from lti_tool.web.access import PublicWork, public_route

SECONDS = 300
"""How long a copy may be kept: a withdrawal is seen by then."""
blueprint = Blueprint("issuer", __name__)


def _public(body: str, media_type: str) -> Response:
    """For verifiers on any site, in any browser."""
    answer = Response(body, mimetype=media_type)
    answer.headers["Access-Control-Allow-Origin"] = "*"
    answer.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    answer.headers["Cache-Control"] = f"public, max-age={SECONDS}"
    return answer


def _json(values: dict[str, Any], media_type: str = "application/json") -> Response:
    return _public(json.dumps(values, ensure_ascii=False, indent=2) + "\n", media_type)


@public_route(blueprint, "/issuers/<provider_id>")
def profile(work: PublicWork, provider_id: str) -> ResponseReturnValue:
    return _json(issuer_profile(work.db, provider_id, work.deps.press.address), "application/ld+json")


@public_route(blueprint, "/issuers/<provider_id>/did.json")
def did(work: PublicWork, provider_id: str) -> ResponseReturnValue:
    press = work.deps.press
    return _json(issuer_did(work.db, provider_id, press.address, press.keys, press.badges), "application/did+json")


@public_route(blueprint, "/issuers/<provider_id>/status/<int:year>")
def status(work: PublicWork, provider_id: str, year: int) -> ResponseReturnValue:
    """A signed credential. Its key is looked up, or made, outside of the transaction that reads the numbers."""
    press = work.deps.press
    values = status_list(work.db, provider_id, year, press.address, press.badges, work.now)
    work.db.commit()
    key = press.keys.active(provider_id, press.make_key, work.now)
    return _public(press.badges.sign(values, key), "application/vc+jwt")
