"""What whoever connected a platform can do about a refused launch: the visitor's page only sends people to them."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext

from lti_tool.web.launch_messages import ADMIN
from lti_tool.web.messages import explain_code

_KEYS = lazy_gettext(
    "Press “Test now” below. Compare the public keyset URL with the one that the platform shows for this tool: it may "
    "belong to another platform, or to another registration of this one."
)
_REGISTRATION = lazy_gettext(
    "Compare issuer and client id with those that the platform shows for this tool, letter by letter, and connect it "
    "again where they differ."
)
_CLOCKS = lazy_gettext("Set the clocks of the platform’s machine and of this tool’s by NTP.")
_UPDATE = lazy_gettext(
    "The platform’s message lacks what LTI 1.3 requires. Update the platform, or look at what its settings for this "
    "tool leave out: the claims of the message stand below."
)
_ADDRESS = lazy_gettext(
    "Enter this tool’s address in the platform exactly as “By hand” shows it. A link that was placed with another "
    "address has to be removed and chosen again."
)

_GROUPS: tuple[tuple[Any, str], ...] = (
    (_KEYS, "key_unknown key_id_missing token_signature keyset_unavailable"),
    (lazy_gettext("The platform must sign with RS256."), "token_algorithm"),
    (_REGISTRATION, "issuer_wrong audience_wrong azp_wrong"),
    (_CLOCKS, "token_expired token_from_future token_too_old token_not_yet_valid"),
    (lazy_gettext("The platform’s messages must not be valid for longer than a day."), "token_lifetime"),
    (
        lazy_gettext(
            "If this deployment is yours, accept it here. Where other organisations share the client id, look first."
        ),
        "deployment_unknown",
    ),
    (lazy_gettext("The platform has this tool as LTI 1.1. Set its version to LTI 1.3."), "version_wrong"),
    (_ADDRESS, "target_link_uri_foreign target_link_uri_changed target_link_uri_missing"),
)
_REMEDIES: dict[str, Any] = {code: words for words, codes in _GROUPS for code in codes.split()}


def refusal_remedy(code: str) -> str:
    """By code. A refusal that only the visitor can do something about keeps the words that the visitor read."""
    known = _REMEDIES.get(code)
    read = explain_code(code).remedy
    return str(known or (_UPDATE if read == str(ADMIN) else read))
