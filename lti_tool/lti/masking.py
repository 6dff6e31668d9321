"""Claims as an administrator may see them: what connects an LMS is shown, what tells of a person is not.

What is not listed here is masked, so that a claim that nobody thought of shows nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from lti_tool.lti.settings import origin_of

MASK = "•••"
LTI = "https://purl.imsglobal.org/spec/lti/claim/"
OWN_PARAMETERS = frozenset({"cme_activity", "cme_open", "cme_step", "context_history", "link_history"})
MAX_TEXT = 300
MAX_ENTRIES = 60

_PLAIN = frozenset(
    {
        "iss",
        "aud",
        "azp",
        "iat",
        "exp",
        *(LTI + name for name in ("message_type", "version", "deployment_id", "target_link_uri", "roles")),
        "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint",
        "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice",
        LTI + "platformnotificationservice",
    }
)
_PARTS: Mapping[str, frozenset[str]] = {
    LTI + "context": frozenset({"id", "label", "title", "type"}),
    LTI + "resource_link": frozenset({"id", "title"}),
    LTI + "tool_platform": frozenset({"product_family_code", "version", "guid", "name"}),
    LTI + "launch_presentation": frozenset({"locale", "document_target", "width", "height"}),
    LTI + "lti1p1": frozenset({"oauth_consumer_key", "resource_link_id"}),
    LTI + "custom": OWN_PARAMETERS,
    "https://purl.imsglobal.org/spec/lti-dl/claim/deep_linking_settings": frozenset(
        {"accept_types", "accept_multiple", "accept_lineitem", "accept_presentation_document_targets"}
    ),
}
_ORIGINS = frozenset({"return_url", "deep_link_return_url"})
"""Addresses that may hold a session key of the person: only where they lead is shown."""


def masked(claims: Mapping[str, Any]) -> dict[str, Any]:
    """The claims by their names as sent; bounded in size."""
    return {_plain(name): _shown(name, value) for name, value in list(claims.items())[:MAX_ENTRIES]}


def _shown(name: str, value: Any) -> Any:
    if name in _PLAIN:
        return _bounded(value)
    parts = _PARTS.get(name)
    if parts is None or not isinstance(value, Mapping):
        return MASK
    return {_plain(key): _part(key, one, parts) for key, one in list(value.items())[:MAX_ENTRIES]}


def _part(key: str, value: Any, parts: frozenset[str]) -> Any:
    if key in _ORIGINS and isinstance(value, str):
        return _origin(value)
    return _bounded(value) if key in parts else MASK


def _origin(value: str) -> str:
    try:
        return origin_of(value)[:MAX_TEXT]
    except ValueError:
        return MASK


def _plain(text: str) -> str:
    """Short, and without what JSON can hold and a database cannot."""
    short = text[:MAX_TEXT]
    return short if short.isprintable() else "".join(mark if mark.isprintable() else " " for mark in short)


def _bounded(value: Any, depth: int = 3) -> Any:
    """Plain JSON, short."""
    kinds: dict[type, Callable[[Any], Any]] = {
        str: _plain,
        list: lambda many: [_bounded(one, depth - 1) for one in many[:MAX_ENTRIES]],
        dict: lambda pairs: {_plain(key): _bounded(one, depth - 1) for key, one in list(pairs.items())[:MAX_ENTRIES]},
    }
    if value is None or isinstance(value, (bool, int, float)):
        return value
    return kinds[type(value)](value) if depth and type(value) in kinds else MASK
