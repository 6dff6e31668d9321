"""Staff with all capabilities of the people pages, or with those that a test names."""

from __future__ import annotations

from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.domain.capability import Capability, Grant
from lti_tool.services.office import Officer
from tests.unit.lti_tool.domain.builders import NOW


def officer(db: Session, provider_id: str, *capabilities: Capability) -> Officer:
    row = models.Learner(provider_id=provider_id, issuer="", subject="vega", lms_name="R. Vega", created_at=NOW)
    db.add(row)
    db.flush()
    held = capabilities or tuple(Capability)
    return Officer("0" * 32, provider_id, row.id, "R. Vega", frozenset(Grant(each) for each in held))
