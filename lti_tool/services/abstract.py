"""The structured abstract of an activity: written in the office, beginning from what was planned."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.db.load import activity_value
from lti_tool.db.upsert import insert_once
from lti_tool.domain.abstract import ABSTRACT, Abstract, abstract, read_abstract, suggested
from lti_tool.domain.activity import Activity
from lti_tool.domain.fields import Typed
from lti_tool.services.audit import Actor
from lti_tool.services.own_activity import own_activity
from lti_tool.services.provider_settings import Kept
from lti_tool.services.revision import put

NeedOf = Callable[[Session, str], Mapping[str, Any]]
"""From an activity's key to the ``need`` of its plan, empty where there is none."""


def no_need(session: Session, activity_id: str) -> Mapping[str, Any]:
    """Of an activity that came without a plan."""
    return {}


@dataclass(frozen=True, slots=True)
class AbstractForm:
    """The form with what was written, else the draft; ``abstract`` is how a reviewer would see it."""

    activity: Activity
    kept: Kept
    abstract: Abstract


def _stored(session: Session, activity_id: str) -> tuple[Mapping[str, Any], int]:
    row = session.get(models.ActivityAbstract, activity_id)
    return (row.answers, row.revision) if row else ({}, 0)


def abstract_of(session: Session, activity: Activity, activity_id: str, need_of: NeedOf = no_need) -> Abstract:
    """As it goes into the review file."""
    return abstract(activity, _stored(session, activity_id)[0], need_of(session, activity_id))


def abstract_form(session: Session, provider_id: str, activity_id: str, need_of: NeedOf = no_need) -> AbstractForm:
    """Raises ``NotFound("activity_unknown")``."""
    row = own_activity(session, provider_id, activity_id)
    activity = activity_value(session, row.id, row.version)
    stored, revision = _stored(session, row.id)
    answers = {
        **suggested(activity, need_of(session, row.id)),
        **{key: value for key, value in stored.items() if value},
    }
    values = {rule.name: answers.get(rule.name) or "" for rule in ABSTRACT}
    kept = Kept(row.id, values, revision)
    return AbstractForm(activity, kept, abstract_of(session, activity, row.id, need_of))


def save_abstract(session: Session, actor: Actor, activity_id: str, typed: Typed, based_on: int, now: datetime) -> bool:
    """Raises ``NotFound("activity_unknown")``, ``BadInput("fields_unusable")``, ``Conflict("changed_meanwhile")``."""
    own_activity(session, actor.provider_id, activity_id)
    values = {key: list(value) if isinstance(value, tuple) else value for key, value in read_abstract(typed).items()}
    first = {"answers": {}, "revision": 0, "updated_at": now}
    row = insert_once(session, models.ActivityAbstract, {"activity_id": activity_id}, first)
    how: dict[str, Any] = {"subject": f"activity:{activity_id}", "activity_id": activity_id}
    return put(session, actor, row, {"answers": values}, based_on, now, action="abstract.written", **how)
