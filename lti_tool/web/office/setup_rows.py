"""What is copied into an LMS by hand, under the names that its own form has for it.

The names are those of the products' English forms (sources: the pages ``docs/how-to/connect-*.md``). Another language
of the LMS has other names: then place and value tell.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from flask_babel import lazy_gettext

from lti_tool.domain.launch import LmsFamily
from lti_tool.lti.registration import HISTORY
from lti_tool.lti.settings import EdgeSettings

Row = tuple[Any, Any]


class Copied(StrEnum):
    """What an LMS may ask for."""

    TARGET = "target"
    REDIRECTS = "redirects"
    LOGIN = "login"
    PICKER = "picker"
    KEYSET = "keyset"
    CUSTOM = "custom"
    ICON = "icon"
    DOMAIN = "domain"


GENERAL: Mapping[Copied, Any] = {
    Copied.TARGET: lazy_gettext("Tool URL, target link URL"),
    Copied.REDIRECTS: lazy_gettext("Redirect URIs"),
    Copied.LOGIN: lazy_gettext("Login initiation URL"),
    Copied.PICKER: lazy_gettext("Deep linking URL"),
    Copied.KEYSET: lazy_gettext("Public keyset URL"),
    Copied.CUSTOM: lazy_gettext("Custom parameters"),
    Copied.ICON: lazy_gettext("Icon"),
}
NAMES: Mapping[LmsFamily, Mapping[Copied, str]] = {
    LmsFamily.MOODLE: {
        Copied.TARGET: "Tool URL",
        Copied.KEYSET: "Public keyset",
        Copied.LOGIN: "Initiate login URL",
        Copied.REDIRECTS: "Redirection URI(s)",
        Copied.CUSTOM: "Custom parameters",
        Copied.PICKER: "Content Selection URL",
        Copied.ICON: "Icon URL, Secure icon URL",
    },
    LmsFamily.CANVAS: {
        Copied.REDIRECTS: "Redirect URIs",
        Copied.TARGET: "Target Link URI",
        Copied.LOGIN: "OpenID Connect Initiation Url",
        Copied.KEYSET: "Public JWK URL",
        Copied.CUSTOM: "Custom Fields",
        Copied.ICON: "Icon Url",
    },
    LmsFamily.BRIGHTSPACE: {
        Copied.DOMAIN: "Domain",
        Copied.REDIRECTS: "Redirect URLs",
        Copied.LOGIN: "OpenID Connect Login URL",
        Copied.TARGET: "Target Link URI",
        Copied.KEYSET: "Keyset URL",
        Copied.CUSTOM: "Custom Parameters",
    },
    LmsFamily.BLACKBOARD: {
        Copied.LOGIN: "Login Initiation URL",
        Copied.REDIRECTS: "Tool Redirect URL(s)",
        Copied.KEYSET: "Tool JWKS URL",
        Copied.TARGET: "Target Link URI",
        Copied.CUSTOM: "Tool Provider Custom Parameters",
        Copied.ICON: "Icon",
    },
    LmsFamily.SAKAI: {
        Copied.TARGET: "Launch URL (1.1) / Target Link URI (1.3)",
        Copied.LOGIN: "LTI 1.3 Tool OpenID Connect/Initialization Endpoint",
        Copied.REDIRECTS: "LTI 1.3 Tool Redirect Endpoint(s)",
        Copied.KEYSET: "LTI 1.3 Tool Keyset / JWK URL",
        Copied.CUSTOM: "Custom Parameters",
    },
    LmsFamily.OPEN_EDX: {
        Copied.TARGET: "Tool Launch URL",
        Copied.LOGIN: "Tool Initiate Login URL",
        Copied.REDIRECTS: "Registered Redirect URIs",
        Copied.KEYSET: "Tool Keyset URL",
        Copied.PICKER: "Deep Linking Launch URL",
    },
}
CHOICES: Mapping[LmsFamily, tuple[tuple[str, str], ...]] = {
    LmsFamily.MOODLE: (("LTI version", "LTI 1.3"), ("Public key type", "Keyset URL"), ("Supports Deep Linking", "✓")),
    LmsFamily.CANVAS: (("JWK Method", "Public JWK URL"), ("Privacy Level", "Name Only")),
    LmsFamily.BLACKBOARD: (("Signing Algorithm", "RS256"),),
    LmsFamily.SAKAI: (
        ("Tool supports LTI 1.3", "✓"),
        ("Allow External Tool to return grades", "✓"),
        ("Allow External Tool to create grade columns", "✓"),
        ("Provide Roster to External Tool", "✓"),
        ("Send User Names to External Tool", "✓"),
    ),
    LmsFamily.OPEN_EDX: (
        ("LTI Version", "LTI 1.3"),
        ("Tool Public Key Mode", "Keyset URL"),
        ("Deep Linking", "True"),
    ),
}
"""What has to be chosen before the fields appear, or beside them."""


def setup_rows(family: LmsFamily, edge: EdgeSettings) -> list[Row]:
    """Names and values in the order of the LMS's form; a value is a text or a list of lines."""
    names = NAMES.get(family, GENERAL)
    return [*CHOICES.get(family, ()), *((name, _value(kind, edge)) for kind, name in names.items())]


def _value(kind: Copied, edge: EdgeSettings) -> str | list[str]:
    values: dict[Copied, str | list[str]] = {
        Copied.TARGET: edge.redirect_uri,
        Copied.REDIRECTS: [edge.redirect_uri, f"{edge.base_url}/lti/deep-link"],
        Copied.LOGIN: edge.login_url,
        Copied.PICKER: edge.redirect_uri,
        Copied.KEYSET: f"{edge.base_url}/lti/jwks",
        Copied.CUSTOM: [f"{name}={variable}" for name, variable in HISTORY.items()],
        Copied.ICON: f"{edge.base_url}/static/icon.svg",
        Copied.DOMAIN: edge.base_url,
    }
    return values[kind]
