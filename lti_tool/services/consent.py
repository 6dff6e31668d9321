"""Permissions to report credit to boards and registries: what a learner has given, and taking it back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.domain.credential import CONSENTS, IdKind
from lti_tool.domain.errors import NotFound
from lti_tool.services.audit import ToolActor, note
from lti_tool.services.session import Visit

WITHDRAWN = "consent.withdrawn"


@dataclass(frozen=True, slots=True)
class GivenConsent:
    """One permission that stands. ``at``: when it was confirmed last."""

    kind: IdKind
    at: datetime


def _kinds() -> list[str]:
    return sorted(kind.value for kind in CONSENTS)


def own_consents(session: Session, visit: Visit) -> Sequence[GivenConsent]:
    """The visitor's own."""
    table = models.Credential
    query = select(table.kind, table.confirmed_at).where(table.learner_id == visit.learner_id)
    rows = session.execute(query.where(table.kind.in_(_kinds())).order_by(table.kind))
    return [GivenConsent(IdKind(kind), at) for kind, at in rows]


def withdraw_consent(session: Session, visit: Visit, kind: str, now: datetime) -> None:
    """Nothing is reported with it from now on; to withdraw what was not given changes nothing.

    Credit stays as it was awarded: a body that takes it only as a report is told by nobody then. Raises
    ``NotFound("record_unknown")`` for what is no permission.
    """
    if kind not in _kinds():
        raise NotFound("record_unknown")
    table = models.Credential
    held = (table.learner_id == visit.learner_id, table.kind == kind)
    if session.scalar(select(table.kind).where(*held)) is None:
        return
    session.execute(delete(table).where(*held))
    actor, subject = ToolActor(visit.provider_id, visit.learner_id), f"person:{visit.learner_id}"
    note(session, actor, WITHDRAWN, subject, now, detail={"kind": kind})
