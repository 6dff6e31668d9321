"""Routes for platforms' servers: each call carries an access token of the API."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Any

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from lti_tool.services.native_access import NativeClient, client_of
from lti_tool.services.transaction import transaction
from lti_tool.web.access import Access, PublicWork, register_route
from lti_tool.web.dependencies import dependencies


@dataclass(frozen=True, slots=True)
class ApiWork(PublicWork):
    """A request of a platform's server."""

    client: NativeClient


def platform_route(
    blueprint: Blueprint, rule: str, methods: Sequence[str] = ("GET",)
) -> Callable[[Callable[..., ResponseReturnValue]], Callable[..., ResponseReturnValue]]:
    """Declare a route for platforms' servers. The view is called with an :class:`ApiWork`."""

    def declare(view: Callable[..., ResponseReturnValue]) -> Callable[..., ResponseReturnValue]:
        @wraps(view)
        def answer(**arguments: Any) -> ResponseReturnValue:
            deps = dependencies()
            now = deps.clock()
            with transaction(deps.sessions) as db:
                client = client_of(db, _bearer(), now)
                return view(ApiWork(db, now, deps, client), **arguments)

        register_route(blueprint, rule, answer, methods, Access.PLATFORM)
        return answer

    return declare


def _bearer() -> str:
    """The access token of the request (RFC 6750, 2.1), ``""`` if there is none."""
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if kind.lower() == "bearer" else ""
