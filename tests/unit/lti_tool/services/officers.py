"""Staff of a provider, as the office makes them of a session."""

from __future__ import annotations

from lti_tool.domain.capability import Capability, Grant, Powers
from lti_tool.services.office import Officer


def officer(provider_id: str, *capabilities: Capability, activity_id: str = "") -> Officer:
    """Somebody with these capabilities (none given: all) over the provider, or over one activity."""
    grants = frozenset(Grant(one, activity_id) for one in capabilities or tuple(Capability))
    return Officer(
        "s" * 32, provider_id, "Example Medical School", "9" * 32, "Avery Admin", Powers(grants), disclosure_months=12
    )
