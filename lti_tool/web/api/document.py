"""The OpenAPI 3.1 document, made from the declared operations and the values that they really read and write."""

from __future__ import annotations

import importlib
import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from flask import jsonify
from flask.typing import ResponseReturnValue
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from lti_tool.domain.native import EARLIER, VERSIONS
from lti_tool.services.native_activity import ApprovedActivity, LinkActivity
from lti_tool.web.access import PublicWork
from lti_tool.web.api import MODULES
from lti_tool.web.api.operation import OPERATIONS, Operation, operation

_ARGUMENT = re.compile(r"<(?:(\w+):)?(\w+)>")
REFUSALS = {
    "401": "No token, or one that is over or revoked.",
    "404": "Not here, or not this platform's.",
    "409": "The Idempotency-Key belongs to another request.",
    "422": "The request cannot be read; a message of an unknown version is refused like this.",
    "429": "Too many calls in this minute.",
}


class TokenRequest(BaseModel):
    """Sent as a form."""

    grant_type: str = Field(pattern="^client_credentials$")
    client_assertion_type: str
    client_assertion: str = Field(description="A JWT signed with RS256; `kid` names the block key.")


class Token(BaseModel):
    model_config = ConfigDict(extra="forbid")
    access_token: str
    token_type: str = Field(pattern="^Bearer$")
    expires_in: int = Field(description="Seconds.")


class Activities(BaseModel):
    model_config = ConfigDict(extra="forbid")
    activities: list[ApprovedActivity]
    by_link: list[LinkActivity] = Field(description="Approved as well, but no native face can show them.")


class Kept(BaseModel):
    model_config = ConfigDict(extra="forbid")
    is_kept: bool


class Received(BaseModel):
    model_config = ConfigDict(extra="forbid")
    is_first: bool = Field(description="False: answered before, in another face; the answers are not to be sent.")


class Noted(BaseModel):
    model_config = ConfigDict(extra="forbid")
    is_known: bool = Field(description="False: nothing is known of this person, and nothing was written.")


class Refusal(BaseModel):
    """Why nothing was done. `code` is stable; `message` is English, for logs."""

    code: str
    message: str
    reference: str = ""
    faults: dict[str, str] = {}


PLAIN: dict[str, Any] = {
    "TokenRequest": TokenRequest,
    "Token": Token,
    "Activities": Activities,
    "Activity": ApprovedActivity,
    "Kept": Kept,
    "Received": Received,
    "Noted": Noted,
    "Refusal": Refusal,
}
REFERENCE = "#/components/schemas/{model}"


def _schema(kind: Any, schemas: dict[str, Any]) -> dict[str, Any]:
    """The schema of a value; what it consists of goes to the components."""
    found = TypeAdapter(kind).json_schema(ref_template=REFERENCE, mode="serialization")
    schemas.update(found.pop("$defs", {}))
    return found


def _message(kind: type, version: str, schemas: dict[str, Any]) -> dict[str, Any]:
    """The envelope of a versioned message; an earlier version that is read as well lacks some of its fields."""
    envelope = {
        "type": "object",
        "required": ["version", "body"],
        "additionalProperties": False,
        "properties": {"version": {"const": version}, "body": _schema(kind, schemas)},
    }
    earlier = EARLIER.get(kind, {})
    if not earlier:
        return envelope
    return {"oneOf": [envelope, *(_earlier(envelope, name, absent) for name, absent in earlier.items())]}


def _earlier(envelope: Mapping[str, Any], version: str, absent: Collection[str]) -> dict[str, Any]:
    body = envelope["properties"]["body"]
    kept = {name: part for name, part in body["properties"].items() if name not in absent}
    inside = [_without(path) for path in sorted(absent) if "." in path]
    narrow = {**body, "properties": kept, "additionalProperties": False, **({"allOf": inside} if inside else {})}
    return {**envelope, "properties": {"version": {"const": version}, "body": narrow}}


def _without(path: str) -> dict[str, Any]:
    """That nothing stands at a path of ``native.EARLIER``."""
    name, _, rest = path.partition(".")
    inner: Any = _without(rest) if rest else False
    return {"additionalProperties": inner} if name == "*" else {"properties": {name: inner}}


def _schemas() -> dict[str, Any]:
    schemas: dict[str, Any] = {}
    for name, kind in PLAIN.items():
        schemas[name] = _schema(kind, schemas)
    messages = {kind.__name__: _message(kind, version, schemas) for kind, version in VERSIONS.items()}
    return dict(sorted({**schemas, **messages}.items()))


def _parameters(what: Operation) -> Iterable[dict[str, Any]]:
    for kind, name in _ARGUMENT.findall(what.rule):
        schema = {"type": "integer" if kind == "int" else "string"}
        yield {"name": name, "in": "path", "required": True, "schema": schema}
    for name, words in what.query.items():
        yield {"name": name, "in": "query", "description": words, "schema": {"type": "string"}}
    if what.is_idempotent:
        words = "1 to 64 characters, new for each new request; a repeat with the same key gets the same answer."
        key: dict[str, Any] = {"type": "string", "minLength": 1, "maxLength": 64}
        yield {"name": "Idempotency-Key", "in": "header", "required": True, "description": words, "schema": key}


def _content(media_type: str, name: str) -> dict[str, Any]:
    schema = {"$ref": f"#/components/schemas/{name}"} if name else {"type": "string", "format": "binary"}
    return {media_type: {"schema": schema}}


def _described(what: Operation) -> dict[str, Any]:
    answers: dict[str, Any] = {"200": {"description": "Done.", "content": _content(what.media_type, what.answer)}}
    for status, words in REFUSALS.items():
        answers[status] = {"description": words, "content": _content("application/json", "Refusal")}
    found: dict[str, Any] = {"operationId": what.name, "summary": what.summary, "responses": answers}
    parameters = list(_parameters(what))
    if parameters:
        found["parameters"] = parameters
    if what.body:
        media_type = "application/x-www-form-urlencoded" if what.is_public else "application/json"
        found["requestBody"] = {"required": True, "content": _content(media_type, what.body)}
    if what.is_public:
        found["security"] = []
    return found


def openapi() -> dict[str, Any]:
    """The whole document. The rooms are loaded first: an operation that nobody imported would be missing."""
    for room in MODULES:
        importlib.import_module(room)
    paths: dict[str, Any] = {}
    for what in sorted(OPERATIONS, key=lambda one: (one.rule, one.method)):
        address = "/api/v1" + _ARGUMENT.sub(r"{\2}", what.rule)
        paths.setdefault(address, {})[what.method.lower()] = _described(what)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "CME tool: API for native faces",
            "version": "1",
            "description": "For servers of learning platforms that show accredited activities in pages of their own. "
            "The face shows and collects facts; the tool decides and records.",
        },
        "security": [{"block_key": []}],
        "paths": paths,
        "components": {
            "schemas": _schemas(),
            "securitySchemes": {
                "block_key": {
                    "type": "oauth2",
                    "description": "Client credentials with private_key_jwt (RFC 7523).",
                    "flows": {"clientCredentials": {"tokenUrl": "/api/v1/token", "scopes": {}}},
                }
            },
        },
    }


@operation(
    Operation(
        name="openapi_document",
        method="GET",
        rule="/openapi.json",
        summary="This document.",
        is_public=True,
        media_type="application/json",
    )
)
def openapi_document(work: PublicWork) -> ResponseReturnValue:
    return jsonify(openapi())
