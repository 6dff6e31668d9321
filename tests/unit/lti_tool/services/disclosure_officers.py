"""Staff with all capabilities over a provider, or with those that a test names."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.domain.capability import Capability, Grant, Powers
from lti_tool.services.office import Officer
from tests.unit.lti_tool.domain.builders import NOW


def officer(db: Session, provider_id: str) -> Officer:
    row = models.Learner(provider_id=provider_id, issuer="", subject="vega", lms_name="R. Vega", created_at=NOW)
    db.add(row)
    db.flush()
    powers = Powers(frozenset(Grant(each) for each in Capability))
    return Officer("0" * 32, provider_id, "Example Medical School", row.id, "R. Vega", powers, disclosure_months=12)


def with_only(officer: Officer, *capabilities: Capability, activity_id: str = "") -> Officer:
    """The same person with less."""
    grants = frozenset(Grant(each, activity_id) for each in capabilities)
    return replace(officer, powers=Powers(grants))
