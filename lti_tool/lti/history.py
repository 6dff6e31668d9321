"""What a copied course says of its origin: ids of earlier links and courses (LTI Core 1.3, variables ``…history``).

Blackboard, Brightspace and Sakai fill both variables, Moodle that of the course only; others leave them as they were
written. Brightspace sends them in a claim of its own besides, whether or not it was asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from lti_tool.domain.launch import MAX_ID

BRIGHTSPACE = "http://www.brightspace.com"
LTI_1_1 = "https://purl.imsglobal.org/spec/lti/claim/lti1p1"
MAX_HISTORY = 20


def history_of(claims: Mapping[str, Any], custom: Mapping[str, str], parameter: str, variable: str) -> tuple[str, ...]:
    """The ids under one of the two variables, the latest first; empty where nothing is told.

    A link that was made under LTI 1.1 also names its old id there (LTI Core 1.3 migration claim).
    """
    listed = custom.get(parameter, "") or _text(claims.get(BRIGHTSPACE), variable)
    found = [unquote(part.strip()) for part in listed.split(",")]
    if variable.startswith("ResourceLink"):
        found.append(_text(claims.get(LTI_1_1), "resource_link_id"))
    usable = (one for one in found if 0 < len(one) <= MAX_ID and one.isprintable() and not one.startswith("$"))
    return tuple(dict.fromkeys(usable))[:MAX_HISTORY]


def _text(claim: Any, name: str) -> str:
    value = claim.get(name) if isinstance(claim, dict) else None
    return value if isinstance(value, str) else ""
