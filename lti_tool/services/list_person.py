"""Whom a row of a list names: a learner by key, or somebody by e-mail address who may not have come yet."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.domain.errors import BadInput
from lti_tool.domain.roll import AttendanceRow, RollFault, RollRow
from lti_tool.services.team import clean_email

_KEY = re.compile(r"[0-9a-f]{32}")


def known_learner(session: Session, provider_id: str, key: str) -> models.Learner | None:
    """``None`` also for another provider's."""
    found = session.get(models.Learner, key) if _KEY.fullmatch(key) else None
    return found if found is not None and found.provider_id == provider_id else None


def naming_faults(session: Session, provider_id: str, row: RollRow | AttendanceRow) -> Iterator[RollFault]:
    """``learner_unknown``, ``email_wrong``."""
    if row.learner and known_learner(session, provider_id, row.learner) is None:
        yield RollFault(row.line, "learner", "learner_unknown", row.learner[:40])
    if row.email:
        try:
            clean_email(row.email)
        except BadInput:
            yield RollFault(row.line, "email", "email_wrong", row.email[:60])
