"""What a change of a plan does to native faces (the Open edX block) that show its activity already."""

from __future__ import annotations

from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.db.load import activity_value
from lti_tool.domain.activity import Activity
from lti_tool.domain.document import Document, records
from lti_tool.domain.plan import section_of
from lti_tool.domain.readiness import Severity, Unmet
from lti_tool.services.native_access import has_native_client
from lti_tool.services.native_activity import link_reason

SESSIONS_END_FACES = "sessions_end_faces"
FACES = "what native faces can show"
_PATH = "sessions"


def unmet_of_faces(db: Session, row: models.ActivityPlan, document: Document) -> tuple[Unmet, ...]:
    """Advice before sessions take an activity away from the learners of a connected platform's own pages."""
    if not records(document.get("sessions")) or not has_native_client(db, row.provider_id):
        return ()
    if not ends_faces(document, _shown(db, row.activity_id)):
        return ()
    return (Unmet(SESSIONS_END_FACES, _PATH, section_of(_PATH), FACES, Severity.WARNING),)


def ends_faces(document: Document, shown: Activity | None) -> bool:
    """Sessions of the newest version count for everybody, and a native face cannot show them.

    ``shown``: what its learners have by now, ``None`` for nothing.
    """
    return shown is not None and link_reason(shown) is None and bool(records(document.get("sessions")))


def _shown(db: Session, activity_id: str | None) -> Activity | None:
    """The newest approved version of what is or was published: nothing else was ever given to a native face."""
    row = db.get(models.Activity, activity_id) if activity_id is not None else None
    return None if row is None or row.published_at is None else activity_value(db, row.id, row.version)
