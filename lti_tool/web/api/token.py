"""Access tokens for platforms' servers: OAuth 2 client credentials with a signed assertion (RFC 7523)."""

from __future__ import annotations

from flask import jsonify, request
from flask.typing import ResponseReturnValue

from lti_tool.domain.errors import BadInput
from lti_tool.lti.assertion import ASSERTION_TYPE, check_assertion, key_id
from lti_tool.services.native_access import TOKEN_LIFE, find_block_key, issue_token
from lti_tool.web.access import PublicWork
from lti_tool.web.api.operation import Operation, operation
from lti_tool.web.page import absolute

TOKEN = Operation(
    name="token",
    method="POST",
    rule="/token",
    summary="Get an access token with a client assertion that is signed with the platform's block key.",
    body="TokenRequest",
    answer="Token",
    is_public=True,
)


@operation(TOKEN)
def token(work: PublicWork) -> ResponseReturnValue:
    """Each assertion is good for one token."""
    form = request.form
    if form.get("grant_type") != "client_credentials" or form.get("client_assertion_type") != ASSERTION_TYPE:
        raise BadInput("grant_unsupported", "only client_credentials with a JWT bearer assertion is supported")
    sent = form.get("client_assertion", "")
    key = find_block_key(work.db, key_id(sent))
    audience, leeway = absolute("api.token"), work.deps.edge.leeway
    checked = check_assertion(sent, key.public_pem, key.client_id, audience, work.now, leeway)
    issued = issue_token(work.db, key, checked.jti, checked.expires_at, work.now)
    lasts = int(TOKEN_LIFE.total_seconds())
    return jsonify({"access_token": issued, "token_type": "Bearer", "expires_in": lasts})
