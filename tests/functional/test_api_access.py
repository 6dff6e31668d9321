"""Who gets into the API, and how: keys, assertions, tokens, limits, and the document."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import jwt
import pytest
import requests
from jsonschema import Draft202012Validator

from lti_tool.domain.errors import Refused
from lti_tool.services.native_access import revoke_block_key
from tests.functional.api_calls import DOCUMENT, NAME, fits, raw
from tests.functional.native import key_pair
from tests.functional.world import World
from xblock_cme.client import Credentials, ToolClient

PATHS = [
    ("GET", "/api/v1/activities"),
    ("GET", f"/api/v1/activities/{NAME}"),
    ("GET", f"/api/v1/activities/{NAME}/versions/1"),
    ("GET", f"/api/v1/activities/{NAME}/versions/1/media/x.png"),
    ("GET", f"/api/v1/activities/{NAME}/record"),
    ("GET", f"/api/v1/activities/{NAME}/holding"),
    ("GET", f"/api/v1/activities/{NAME}/certificates.zip"),
    ("POST", "/api/v1/claims"),
    ("PUT", "/api/v1/identifiers"),
    ("POST", "/api/v1/evaluations"),
    ("POST", "/api/v1/evaluation-receipts"),
    ("POST", "/api/v1/retirements"),
    ("GET", "/api/v1/certificates/1/pdf"),
]


@pytest.mark.parametrize(("method", "path"), PATHS)
def test_nothing_without_a_token(tool: ToolClient, method: str, path: str) -> None:
    for token in ("", "wrong", "x" * 3000):
        response = raw(tool, method, path, token)
        assert response.status_code == 401 and "WWW-Authenticate" in response.headers
        fits("Refusal", response.json())


def test_every_operation_is_tried_without_a_token() -> None:
    asked = {(method.upper(), path) for path, found in DOCUMENT["paths"].items() for method in found}
    tried = {("POST", "/api/v1/token"), ("GET", "/api/v1/openapi.json")}
    for method, path in PATHS:
        parts = path.split("/")
        tried |= {known for known in asked if known[0] == method and is_like(known[1].split("/"), parts)}
    assert asked == tried


def is_like(pattern: list[str], parts: list[str]) -> bool:
    same = zip(pattern, parts, strict=False)
    return len(pattern) == len(parts) and all(one == two or one.startswith("{") for one, two in same)


def assertion(found: Credentials, **changes: Any) -> str:
    now = int(datetime.now(UTC).timestamp())
    claims = {
        "iss": found.client_id,
        "sub": found.client_id,
        "aud": f"{found.tool_url}/api/v1/token",
        "iat": now,
        "exp": now + 60,
        "jti": "one",
        **changes,
    }
    claims = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode(claims, found.private_key, algorithm="RS256", headers={"kid": found.key_id})


def ask_token(found: Credentials, sent: str) -> requests.Response:
    kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    form = {"grant_type": "client_credentials", "client_assertion_type": kind, "client_assertion": sent}
    return requests.post(f"{found.tool_url}/api/v1/token", data=form, timeout=30)


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": "https://other.example"},
        {"iss": "other"},
        {"sub": "other"},
        {"exp": 1},
        {"exp": 10**10},
        {"iat": 10**10},
        {"jti": None},
        {"jti": ""},
        {"exp": None},
        {"exp": "soon"},
    ],
    ids=str,
)
def test_an_assertion_that_is_not_right_gets_no_token(tool: ToolClient, changes: dict[str, Any]) -> None:
    response = ask_token(tool.credentials, assertion(tool.credentials, **changes))
    assert response.status_code == 401, response.text


def test_an_assertion_is_good_once(tool: ToolClient) -> None:
    sent = assertion(tool.credentials)
    first = ask_token(tool.credentials, sent)
    fits("Token", first.json())
    assert ask_token(tool.credentials, sent).json()["code"] == "assertion_used"


def test_another_key_and_another_algorithm_get_no_token(tool: ToolClient) -> None:
    found = tool.credentials
    forged = replace(found, private_key=key_pair(3)[0])
    assert ask_token(found, assertion(forged)).status_code == 401
    hs = jwt.encode({"iss": found.client_id}, "x" * 40, algorithm="HS256", headers={"kid": found.key_id})
    for sent in (hs, "no.jwt.atall", "", assertion(replace(found, key_id="unknown"))):
        assert ask_token(found, sent).status_code == 401


def test_a_revoked_key_ends_at_once(tool: ToolClient, world: World) -> None:
    assert tool.activities().activities
    with world.db() as db:
        revoke_block_key(db, tool.credentials.key_id, world.clock())
    with pytest.raises(Refused):
        tool.activities()


def test_a_token_ends(tool: ToolClient, world: World) -> None:
    token = tool._token()
    world.clock.advance(minutes=16)
    assert raw(tool, "GET", "/api/v1/activities", token).status_code == 401


def test_too_many_calls_are_slowed_down(tool: ToolClient, world: World) -> None:
    from lti_tool.web.api.operation import LIMIT
    from lti_tool.web.verify import RateLimit

    world.app.extensions[LIMIT] = RateLimit(2)
    answers = [raw(tool, "GET", "/api/v1/activities").status_code for _ in range(3)]
    assert answers == [200, 200, 429]


def test_the_document_is_served_and_whole(tool: ToolClient) -> None:
    found = requests.get(f"{tool.credentials.tool_url}/api/v1/openapi.json", timeout=30).json()
    assert found == json.loads(json.dumps(DOCUMENT)) and found["openapi"].startswith("3.1")
    for name in found["components"]["schemas"]:
        Draft202012Validator.check_schema(found["components"]["schemas"][name])
