"""Single claims, typed and bounded: what every kind of message from a platform has in common.

Absent and ``null`` are the same. Optional text that is too long is cut; identifiers never are.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from lti_tool.domain.errors import LaunchRefused
from lti_tool.domain.launch import MAX_ID, CourseContext, Platform

LTI = "https://purl.imsglobal.org/spec/lti/claim/"
MAX_TEXT = 1000
MAX_ADDRESS = 2048
"""Addresses of services are kept; a longer one could not be."""
CONTROL = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]+")
"""Control characters, and halves of surrogate pairs: JSON can hold them, no database and no UTF-8 can."""


def deployment_of(claims: Mapping[str, Any], platform: Platform) -> str:
    value = identifier(claims.get(LTI + "deployment_id"), "deployment_id")
    if value not in platform.deployment_ids and not platform.takes_deployments:
        raise LaunchRefused(
            "deployment_unknown", "this deployment is not connected", issuer=platform.issuer, deployment=value
        )
    return value


def identifier(value: Any, name: str) -> str:
    if value is None or value == "":
        raise LaunchRefused(f"{name}_missing", f"the message has no {name}", claim=name)
    if not isinstance(value, str):
        raise LaunchRefused(f"{name}_malformed", f"{name} must be a string", claim=name)
    if len(value) > MAX_ID:
        raise LaunchRefused(f"{name}_too_long", f"{name} has more than {MAX_ID} characters", claim=name)
    if CONTROL.search(value):
        raise LaunchRefused(f"{name}_malformed", f"{name} holds control characters", claim=name)
    return value


def object_of(claims: Mapping[str, Any], claim: str, name: str) -> Mapping[str, Any]:
    value = claims.get(claim)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise LaunchRefused(f"{name}_malformed", f"{name} must be an object", claim=name)
    return value


def text_of(value: Any, limit: int = MAX_TEXT) -> str:
    return CONTROL.sub(" ", value).strip()[:limit] if isinstance(value, str) else ""


def context_of(claims: Mapping[str, Any]) -> CourseContext | None:
    if claims.get(LTI + "context") is None:
        return None
    context = object_of(claims, LTI + "context", "context")
    return CourseContext(
        identifier(context.get("id"), "context_id"), text_of(context.get("label")), text_of(context.get("title"))
    )


def service_url(value: Any, name: str) -> str | None:
    if value is None or value == "":
        return None
    is_web = isinstance(value, str) and value.startswith(("https://", "http://")) and not CONTROL.search(value)
    if not is_web or len(value) > MAX_ADDRESS:
        raise LaunchRefused(f"{name}_malformed", f"an address in {name} is not a web address", claim=name)
    return str(value)
