"""Activities with the same education: credit of a type is given for one of them only."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.db.load import activity_value, identities
from lti_tool.services.participation import Progress


def equivalent_activities(session: Session, found: Progress) -> dict[str, str]:
    """Ids and titles of activities that name this one, or that this one names, among those for which the learner has
    entries in the ledger. Both directions count: the newer of two usually names the older."""
    entry, activity = models.CreditEntry, models.Activity
    here = session.get_one(activity, found.activity_id)
    query = (
        select(activity.id, activity.key, activity.title, activity.version)
        .join(entry, entry.activity_id == activity.id)
        .where(
            entry.learner_id.in_(identities(found.learner_id)),
            activity.id != here.id,
            activity.provider_id == here.provider_id,
        )
        .distinct()
    )
    return {
        activity_id: title
        for activity_id, key, title, version in session.execute(query)
        if key in found.activity.equivalents or here.key in activity_value(session, activity_id, version).equivalents
    }
