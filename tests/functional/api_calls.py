"""Calls of the API by the block's own client, and what is asked of every answer."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import requests
from jsonschema import Draft202012Validator
from sqlalchemy import func, select

from lti_tool.domain.native import NativeAnswer, NativeClaim
from lti_tool.web.api.document import openapi
from tests.functional.native import NativeLearner
from tests.functional.world import World
from xblock_cme.client import ToolClient

NAME = "hypertension-2026"
DOCUMENT = openapi()


def fits(name: str, value: Any) -> None:
    """``value`` is what the document says of the schema ``name``."""
    schema = {"$ref": f"#/components/schemas/{name}", "components": DOCUMENT["components"]}
    Draft202012Validator(schema).validate(value)


def learner(tool: ToolClient, days: int = 1, name: str = NAME) -> NativeLearner:
    """Somebody who began some days ago."""
    return NativeLearner(tool.copy(name, 1), datetime.now(UTC) - timedelta(days=days))


def raw(tool: ToolClient, method: str, path: str, token: str | None = None, **options: Any) -> requests.Response:
    """One request as it stands, with the client's token."""
    headers = {"Authorization": f"Bearer {tool._token() if token is None else token}", **options.pop("headers", {})}
    return tool.http.request(method, tool.credentials.tool_url + path, headers=headers, timeout=30, **options)


def count(world: World, table: Any) -> int:
    with world.db() as db:
        return db.scalar(select(func.count()).select_from(table)) or 0


def reasons(answer: NativeAnswer) -> set[str]:
    assert not answer.is_awarded
    return {reason.code for reason in answer.reasons}


def walked(tool: ToolClient) -> NativeClaim:
    ada = learner(tool)
    ada.walk()
    return ada.claim()
