"""What an administrator copies into an LMS by hand, LMS by LMS, and Canvas's own file for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from lti_tool.domain.launch import LmsFamily
from lti_tool.lti.registration import CANVAS_PRIVACY, HISTORY, PICKER_PLACEMENTS, SCOPES
from lti_tool.lti.settings import EdgeSettings

CANVAS_PLACEMENTS = ("assignment_selection", "link_selection", "module_index_menu_modal", "course_assignments_menu")


@dataclass(frozen=True, slots=True)
class Known:
    """Addresses of an LMS that are the same everywhere, or follow from the site's own with ``{site}`` filled in."""

    issuer: str
    authorization_url: str
    token_url: str
    keyset_url: str


KNOWN: dict[LmsFamily, Known] = {
    LmsFamily.MOODLE: Known(
        "{site}", "{site}/mod/lti/auth.php", "{site}/mod/lti/token.php", "{site}/mod/lti/certs.php"
    ),
    LmsFamily.CANVAS: Known(
        "https://canvas.instructure.com",
        "https://sso.canvaslms.com/api/lti/authorize_redirect",
        "{site}/login/oauth2/token",
        "https://sso.canvaslms.com/api/lti/security/jwks",
    ),
    LmsFamily.BRIGHTSPACE: Known(
        "{site}",
        "{site}/d2l/lti/authenticate",
        "https://auth.brightspace.com/core/connect/token",
        "{site}/d2l/.well-known/jwks",
    ),
    LmsFamily.BLACKBOARD: Known(
        "https://blackboard.com",
        "https://developer.blackboard.com/api/v1/gateway/oidcauth",
        "https://developer.blackboard.com/api/v1/gateway/oauth2/jwttoken",
        "https://developer.blackboard.com/api/v1/management/applications/{client}/jwks.json",
    ),
    LmsFamily.SAKAI: Known(
        "{site}", "{site}/imsoidc/lti13/oidc_auth", "{site}/imsblis/lti13/token/{client}", "{site}/imsblis/lti13/keyset"
    ),
}
"""Open edX names its addresses per block, and others anything: there they are copied from the LMS."""


def filled(text: str, site: str, client_id: str) -> str:
    """An address of ``KNOWN`` for one site (without a slash at its end) and client id."""
    return text.replace("{site}", site.rstrip("/")).replace("{client}", client_id)


def canvas_configuration(settings: EdgeSettings, name: str) -> dict[str, Any]:
    """The tool as Canvas's JSON (Developer Keys, LTI Key, "Enter URL" or "Paste JSON"); read in canvas-lms doc/api."""
    icon = f"{settings.base_url}/static/icon.svg"
    placements = [
        {
            "placement": place,
            "message_type": "LtiDeepLinkingRequest",
            "target_link_uri": settings.redirect_uri,
            "text": name,
            "icon_url": icon,
        }
        for place in CANVAS_PLACEMENTS
        if place in PICKER_PLACEMENTS
    ]
    return {
        "title": name,
        "description": "Accredited education: activities, credit and certificates.",
        "oidc_initiation_url": settings.login_url,
        "target_link_uri": settings.redirect_uri,
        "redirect_uris": [settings.redirect_uri, f"{settings.base_url}/lti/deep-link"],
        "public_jwk_url": f"{settings.base_url}/lti/jwks",
        "scopes": list(SCOPES),
        "custom_fields": dict(HISTORY),
        "extensions": [
            {
                "platform": urlsplit(CANVAS_PRIVACY).hostname,
                "domain": urlsplit(settings.base_url).netloc,
                "privacy_level": "name_only",
                "settings": {"text": name, "icon_url": icon, "placements": placements},
            }
        ],
    }
