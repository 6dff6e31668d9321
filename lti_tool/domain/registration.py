"""Dynamic registration as values: what an LMS says of itself, what the tool asks for, what it was given.

Source: 1EdTech LTI Dynamic Registration 1.0.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from lti_tool.domain.launch import LmsFamily


@dataclass(frozen=True, slots=True)
class PlatformConfiguration:
    """The OpenID configuration of an LMS once its addresses have been checked against each other."""

    issuer: str
    authorization_url: str
    token_url: str
    keyset_url: str
    registration_url: str
    token_audience: str | None = None
    """``authorization_server``, where the LMS names one."""
    family: LmsFamily = LmsFamily.GENERIC
    product: str = ""
    """Product code and version as it names them, for people to read."""
    scopes: frozenset[str] | None = None
    """Scopes that it offers; ``None`` where it does not say."""
    messages: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Message types that it sends, each with the placements that it knows for it."""


@dataclass(frozen=True, slots=True)
class Registered:
    """What the LMS answered."""

    client_id: str
    deployment_id: str | None
    """``None`` where it is told by the first launch only (Canvas)."""
    scopes: frozenset[str]
    """As the answer says. Moodle's overstates: what counts is what tokens and launches grant."""
