"""Mail that waits to be sent."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.db import models


def letters(db: Session) -> Sequence[models.Mail]:
    """Oldest first."""
    table = models.Mail
    return db.scalars(select(table).order_by(table.created_at, table.recipient)).all()
