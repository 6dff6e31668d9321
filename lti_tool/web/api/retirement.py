"""Accounts that a platform has retired."""

from __future__ import annotations

from flask import jsonify
from flask.typing import ResponseReturnValue

from lti_tool.services.native_retirement import receive_retirement
from lti_tool.web.api.operation import Operation, idempotency_key, json_body, operation
from lti_tool.web.api_access import ApiWork


@operation(
    Operation(
        name="retirement",
        method="POST",
        rule="/retirements",
        summary="Tell that the account of a learner was retired. What is known of the person is sent nowhere from then "
        "on, and the provider's staff are asked for its erasure. A person who is not known leaves no trace.",
        body="NativeRetirement",
        answer="Noted",
        is_idempotent=True,
    )
)
def retirement(work: ApiWork) -> ResponseReturnValue:
    return jsonify(receive_retirement(work.db, work.client, idempotency_key(), json_body(), work.now))
