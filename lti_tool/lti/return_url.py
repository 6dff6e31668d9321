"""Addresses that a browser is sent back to: https, and for Deep Linking on a host that belongs to the platform."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from typing import Any
from urllib.parse import SplitResult, urlsplit

from lti_tool.domain.errors import LaunchRefused
from lti_tool.domain.launch import Platform
from lti_tool.lti.quirks import quirks_of

PlainHttpRule = Callable[[str, int], bool]


def usable_web_url(value: Any, is_plain_http_allowed: PlainHttpRule) -> str | None:
    """``value`` if a person may be sent there, else ``None``. Never refuses a launch: a way back is a courtesy."""
    return value if isinstance(value, str) and _web_parts(value, is_plain_http_allowed) else None


def check_return_url(value: Any, platform: Platform, is_plain_http_allowed: PlainHttpRule) -> str:
    """The ``deep_link_return_url``, if the signed selection may be posted there.

    Raises ``LaunchRefused``: ``return_url_missing``, ``return_url_unsafe``, ``return_url_foreign``.
    """
    if not isinstance(value, str) or not value:
        raise LaunchRefused("return_url_missing", "the deep linking request has no return address")
    parts = _web_parts(value, is_plain_http_allowed)
    if parts is None:
        raise LaunchRefused("return_url_unsafe", "the return address must be an https address")
    host = (parts.hostname or "").lower()
    if not quirks_of(platform.family).returns_to_any_host and not _is_of_platform(host, platform):
        raise LaunchRefused(
            "return_url_foreign", "the return address is on a host that is not the platform's", host=host
        )
    return value


def _web_parts(value: str, is_plain_http_allowed: PlainHttpRule) -> SplitResult | None:
    if len(value) > 4096 or any(ch <= " " or ch in "\\\x7f" or "\ud800" <= ch <= "\udfff" for ch in value):
        return None
    try:
        parts = urlsplit(value)
        host, port = parts.hostname, parts.port or 80
    except ValueError:
        return None
    if not host or parts.username is not None or parts.password is not None:
        return None
    is_usable = parts.scheme == "https" or (parts.scheme == "http" and is_plain_http_allowed(host, port))
    return parts if is_usable else None


def _is_of_platform(host: str, platform: Platform) -> bool:
    addresses = (platform.issuer, platform.authorization_url, platform.token_url, platform.keyset_url)
    own = {(urlsplit(address).hostname or "").lower() for address in addresses} - {""}
    return host in own or _site(host) in {_site(known) for known in own}


def _site(host: str) -> str:
    """The organisation's part of a host name: its last two labels, three below ``ac.uk`` and the like."""
    try:
        ipaddress.ip_address(host)
        return host
    except ValueError:
        labels = host.split(".")
    depth = 3 if len(labels) > 2 and len(labels[-2]) <= 3 and len(labels[-1]) == 2 else 2
    return ".".join(labels[-depth:])
