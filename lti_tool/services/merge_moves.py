"""What changes hands when two identities become one person, and back: each kind of row by its keys."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from lti_tool.db import models

Moved = Mapping[str, Sequence[str]]
"""Row keys by kind, as ``LearnerMerge.moved`` keeps them."""


def move(session: Session, kept_id: str, absorbed_id: str) -> dict[str, list[str]]:
    """Everything that belongs to the person and not to the identity, where the one that stays has none of its own."""
    table = models.Learner
    reparented = list(session.scalars(select(table.id).where(table.merged_into == absorbed_id)))
    session.execute(update(table).where(table.id.in_([*reparented, absorbed_id])).values(merged_into=kept_id))
    moved = {
        "identities": reparented,
        "participations": _participations(session, kept_id, absorbed_id),
        "courses": _memberships(session, kept_id, absorbed_id),
        "credentials": _credentials(session, kept_id, absorbed_id),
        "waiting_awards": _waiting_awards(session, kept_id, absorbed_id),
        "contacts": _contact(session, kept_id, absorbed_id),
        "people": _people(session, kept_id, absorbed_id),
    }
    session.flush()
    session.expire_all()
    return moved


def _without_twin(session: Session, table: Any, kept_id: str, absorbed_id: str, *columns: Any) -> list[Any]:
    """Rows of the identity that is taken in, but for those of which the one that stays has an equal in ``columns``."""
    own = session.execute(select(*columns).where(table.learner_id == kept_id))
    taken = {tuple(row) for row in own}
    rows = session.scalars(select(table).where(table.learner_id == absorbed_id)).all()
    return [row for row in rows if tuple(getattr(row, column.key) for column in columns) not in taken]


def _participations(session: Session, kept_id: str, absorbed_id: str) -> list[str]:
    table = models.Participation
    moved = _without_twin(session, table, kept_id, absorbed_id, table.activity_id, table.is_trial)
    for row in moved:
        row.learner_id = kept_id
    return sorted(row.id for row in moved)


def _memberships(session: Session, kept_id: str, absorbed_id: str) -> list[str]:
    """Courses in which the person is now listed instead of the identity; the LMS goes on knowing the identity."""
    table = models.CourseMember
    moved = _without_twin(session, table, kept_id, absorbed_id, table.course_id)
    for row in moved:
        row.learner_id, row.seen_as = kept_id, row.seen_as or absorbed_id
    return sorted(row.course_id for row in moved)


def _credentials(session: Session, kept_id: str, absorbed_id: str) -> list[str]:
    table = models.Credential
    moved = _without_twin(session, table, kept_id, absorbed_id, table.kind, table.place)
    for row in moved:
        row.learner_id = kept_id
    return sorted(f"{row.kind}:{row.place}" for row in moved)


def _waiting_awards(session: Session, kept_id: str, absorbed_id: str) -> list[str]:
    table = models.PendingAward
    rows = session.scalars(select(table).where(table.learner_id == absorbed_id, table.settled_at.is_(None))).all()
    for row in rows:
        row.learner_id = kept_id
    return sorted(row.id for row in rows)


def _contact(session: Session, kept_id: str, absorbed_id: str) -> list[str]:
    row = session.get(models.LearnerContact, absorbed_id)
    if row is None or session.get(models.LearnerContact, kept_id) is not None:
        return []
    row.learner_id = kept_id
    return [kept_id]


def _people(session: Session, kept_id: str, absorbed_id: str) -> list[str]:
    """The person in control of content, where the record that stays is none yet."""
    table = models.Person
    rows = session.scalars(select(table).where(table.learner_id.in_((kept_id, absorbed_id)))).all()
    if [row.learner_id for row in rows] != [absorbed_id]:
        return []
    rows[0].learner_id = kept_id
    return [rows[0].id]


def move_back(session: Session, kept_id: str, absorbed_id: str, moved: Moved) -> None:
    """Each row that was moved, if it is still there, to the identity that it came from."""
    for name, table in (
        ("participations", models.Participation),
        ("waiting_awards", models.PendingAward),
        ("people", models.Person),
    ):
        session.execute(update(table).where(table.id.in_(moved[name])).values(learner_id=absorbed_id))
    for course_id in moved["courses"]:
        member = session.get(models.CourseMember, (course_id, kept_id))
        if member is not None:
            seen_as = None if member.seen_as == absorbed_id else member.seen_as
            member.learner_id, member.seen_as = absorbed_id, seen_as
    for key in moved["credentials"]:
        kind, _, place = key.partition(":")
        held = session.get(models.Credential, (kept_id, kind, place))
        if held is not None:
            held.learner_id = absorbed_id
    contact = session.get(models.LearnerContact, kept_id) if moved["contacts"] else None
    if contact is not None:
        contact.learner_id = absorbed_id
    learner = models.Learner
    session.execute(update(learner).where(learner.id.in_(moved["identities"])).values(merged_into=absorbed_id))
    session.execute(update(learner).where(learner.id == absorbed_id).values(merged_into=None))
    session.flush()
    session.expire_all()
