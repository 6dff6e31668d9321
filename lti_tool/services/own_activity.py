"""An activity that an address names, if it is this provider's."""

from __future__ import annotations

from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.domain.errors import NotFound


def own_activity(session: Session, provider_id: str, activity_id: str) -> models.Activity:
    """Raises ``NotFound("activity_unknown")``, also for another provider's."""
    row = session.get(models.Activity, activity_id[:32])
    if row is None or row.provider_id != provider_id or not row.version:
        raise NotFound("activity_unknown")
    return row
