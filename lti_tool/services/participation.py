"""A learner in an activity: taking it up, and everything known about where they stand."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.catalogue.statements import statements
from lti_tool.db import models
from lti_tool.db.load import activity_value, profile_value, record_value
from lti_tool.db.upsert import insert_once
from lti_tool.domain.activity import Activity, Step
from lti_tool.domain.disclosure import InformationPage, information_page
from lti_tool.domain.errors import NotFound
from lti_tool.domain.learner import Profile
from lti_tool.domain.pathway import require, settled, standing
from lti_tool.domain.record import Record
from lti_tool.domain.standing import Standing
from lti_tool.services.session import Visit
from lti_tool.services.statement import overrides_of_activity


@dataclass(frozen=True, slots=True)
class Progress:
    """One learner in one activity, loaded whole. ``page`` is the information page of the newest version."""

    participation_id: str
    activity_id: str
    learner_id: str
    version: int
    """The version that this learner began with; tests, content and credit come from it."""
    newest_version: int
    """The version whose text is in force for this learner: the newest, or the one that a native face has shown."""
    is_trial: bool
    activity: Activity
    record: Record
    page: InformationPage
    standing: Standing
    profile: Profile | None
    now: datetime
    closed_at: datetime | None = None
    """When the provider closes or closed the activity before its expiry; ``None``: it does not."""

    def require(self, step: Step) -> None:
        """Raises ``Refused("step_locked")`` with the blockers unless ``step`` may be entered now."""
        require(self.standing, step)


def newest_version(session: Session, activity_id: str) -> int:
    """Raises ``NotFound("activity_unknown")``."""
    number = session.scalars(select(models.Activity.version).where(models.Activity.id == activity_id)).first()
    if number is None:
        raise NotFound("activity_unknown")
    return number


def begin_for(session: Session, person: models.Learner, activity_id: str, now: datetime) -> models.Participation:
    """The person's own participation, begun now by staff for somebody who never opened the activity."""
    key = {"learner_id": person.merged_into or person.id, "activity_id": activity_id, "is_trial": False}
    rest = {"version": newest_version(session, activity_id), "started_at": now}
    return insert_once(session, models.Participation, key, rest)


def take_up(session: Session, visit: Visit, now: datetime) -> models.Participation:
    """The visitor's participation in the placement's activity, begun now if it is the first time.

    Staff and the LMS's test users take part in a test run of their own. Raises ``NotFound("placement_unbound")``.
    """
    if visit.activity_id is None:
        raise NotFound("placement_unbound")
    key = {
        "learner_id": visit.learner_id,
        "activity_id": visit.activity_id,
        "is_trial": visit.is_staff or visit.is_test_user,
    }
    rest = {"version": newest_version(session, visit.activity_id), "started_at": now}
    return insert_once(session, models.Participation, key, rest)


def lock(session: Session, participation_id: str) -> models.Participation:
    """The row, locked until the transaction ends: two tabs take turns (SQLite locks the whole database anyway)."""
    query = select(models.Participation).where(models.Participation.id == participation_id)
    locked = query.with_for_update(of=models.Participation).execution_options(populate_existing=True)
    return session.scalars(locked).one()


def with_newest_sessions(session: Session, own: Activity, row: models.Participation, newest: int) -> Activity:
    """A series goes on while it runs: whoever began with an older version attends the same sessions as everybody.

    What was designated, tested and studied stays that of their own version.
    """
    if row.version == newest:
        return own
    programme = activity_value(session, row.activity_id, newest)
    return replace(own, sessions=programme.sessions, lists_sessions=programme.lists_sessions)


def progress_of(session: Session, row: models.Participation, now: datetime) -> Progress:
    """Load and compute everything about one participation."""
    found = session.get_one(models.Activity, row.activity_id)
    activity = with_newest_sessions(session, activity_value(session, row.activity_id, row.version), row, found.version)
    newest = row.text_version or found.version
    shown = activity if newest == row.version else activity_value(session, row.activity_id, newest)
    overrides = overrides_of_activity(session, row.activity_id)
    page = information_page(shown, statements(shown, shown.designated_on, overrides))
    record = settled(activity, record_value(session, row, has_sessions=bool(activity.sessions)), now)
    return Progress(
        participation_id=row.id,
        activity_id=row.activity_id,
        learner_id=row.learner_id,
        version=row.version,
        newest_version=newest,
        is_trial=row.is_trial,
        activity=activity,
        record=record,
        page=page,
        standing=standing(activity, record, page.fingerprint, now, found.closed_at),
        profile=profile_value(row.learner),
        now=now,
        closed_at=found.closed_at,
    )


def progress(session: Session, visit: Visit, now: datetime) -> Progress:
    """Where the visitor stands in the placement's activity (read, after ``take_up`` has happened at the launch)."""
    return progress_of(session, take_up(session, visit, now), now)


def progress_for_update(session: Session, visit: Visit, now: datetime) -> Progress:
    """The same with the participation locked, for use-cases that check and then write."""
    row = lock(session, take_up(session, visit, now).id)
    return progress_of(session, row, now)
