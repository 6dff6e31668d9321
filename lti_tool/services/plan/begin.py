"""Where plans come from: nothing, another year, a file, or an activity that was imported."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.db.load import activity_value
from lti_tool.domain.activity import Activity, LearningFormat
from lti_tool.domain.capability import Capability
from lti_tool.domain.document import Document, tidied
from lti_tool.domain.errors import BadInput, Conflict, NotFound
from lti_tool.domain.plan import PlanState, blank_document, copied
from lti_tool.services.office import Officer
from lti_tool.services.plan.convert import document_of
from lti_tool.services.plan.media import keep_files, version_files
from lti_tool.services.plan.people import counted, held_for
from lti_tool.services.plan.readiness import days_of
from lti_tool.services.plan.settings import place_of, provider_part
from lti_tool.services.plan.work import note_revision, plan_row
from lti_tool.services.subject import take_over

LONGEST_KEY = 60
MAX_PLAN_TITLE = 200
MAX_YEARS = 10


def key_from(title: str) -> str:
    """``Hypertension in 2027`` as ``hypertension-in-2027``: 3 to 60 of a-z, 0-9 and -."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    key = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:50].strip("-")
    return key if len(key) >= 3 else f"activity-{key}".strip("-")


def _is_taken(db: Session, provider_id: str, key: str) -> bool:
    tables: tuple[type[models.ActivityPlan] | type[models.Activity], ...] = (models.ActivityPlan, models.Activity)
    return any(
        db.scalars(select(table.id).where(table.provider_id == provider_id, table.key == key)).first()
        for table in tables
    )


def _free_key(db: Session, provider_id: str, title: str) -> str:
    key, number = key_from(title), 1
    candidate = key
    while _is_taken(db, provider_id, candidate):
        number += 1
        candidate = f"{key}-{number}"
    return candidate


def _added(
    db: Session, officer: Officer, document: Document, now: datetime, act: str, **values: object
) -> models.ActivityPlan:
    row = models.ActivityPlan(
        provider_id=officer.provider_id,
        title=str(document.get("title") or ""),
        revision=0,
        document={},
        errors=0,
        created_by=officer.person_id or None,
        created_at=now,
        updated_at=now,
        **{"state": PlanState.DRAFT.value, "key": "", **values},
    )
    row.key = row.key or _free_key(db, officer.provider_id, row.title)
    db.add(row)
    db.flush()
    note_revision(db, row, officer, act, document, now)
    return row


def create_plan(db: Session, officer: Officer, title: str, learning_format: str, language: str, now: datetime) -> str:
    """A draft with a title, and what the provider's settings say; ``language`` is for where they say none.

    Raises ``BadInput("plan_unusable")`` with a fault for ``title`` or ``format``.
    """
    officer.require(Capability.PLAN)
    title = " ".join(title.split())
    faults = {}
    if not title or len(title) > MAX_PLAN_TITLE:
        faults["title"] = "too_long" if title else "missing"
    if learning_format not in {one.value for one in LearningFormat}:
        faults["format"] = "missing"
    if faults:
        raise BadInput("plan_unusable", faults=faults)
    blank = blank_document(title, learning_format, language)
    blank |= place_of(db, officer.provider_id)
    provider = provider_part(db, officer.provider_id, days_of(blank, None, now).today)
    document = tidied({**blank, "provider": provider})
    return _added(db, officer, document, now, "created").id


def copy_plan(db: Session, officer: Officer, plan_id: str, years: int, now: datetime) -> str:
    """A new draft with the same content and dates moved on. Raises ``BadInput("plan_unusable")`` for odd years."""
    source = plan_row(db, officer, plan_id)
    officer.require(Capability.PLAN)
    if not 0 <= years <= MAX_YEARS:
        raise BadInput("plan_unusable", faults={"years": "not_possible"})
    row = _added(
        db,
        officer,
        copied(counted(source.document, held_for(db, officer, plan_id, now)), years),
        now,
        "copied",
        copied_from=source.id,
    )
    files = db.scalars(select(models.PlanMedia).where(models.PlanMedia.plan_id == source.id))
    keep_files(db, row.id, {file.name: file.body for file in files}, now)
    return row.id


def plan_from_activity(
    db: Session, officer: Officer, activity: Activity, media: Mapping[str, bytes], now: datetime
) -> str:
    """A draft from a checked activity file. Its key stays if it is free."""
    officer.require(Capability.PLAN)
    key = "" if _is_taken(db, officer.provider_id, activity.key) else activity.key
    row = _added(db, officer, document_of(activity), now, "imported", key=key)
    keep_files(db, row.id, media, now)
    return row.id


def adopt_activity(
    db: Session, officer: Officer, activity_id: str, now: datetime, document: Document | None = None
) -> str:
    """The plan of an activity that came as a file: approved and published, as it is.

    Raises ``NotFound("activity_unknown")``, ``Conflict("activity_planned")`` if it has a plan already.
    """
    activity_row = db.get(models.Activity, activity_id)
    if activity_row is None or activity_row.provider_id != officer.provider_id or activity_row.version == 0:
        raise NotFound("activity_unknown")
    officer.require(Capability.PLAN, activity_id)
    if db.scalars(select(models.ActivityPlan.id).where(models.ActivityPlan.activity_id == activity_id)).first():
        raise Conflict("activity_planned")
    activity = activity_value(db, activity_id, activity_row.version)
    row = _added(
        db,
        officer,
        document or document_of(activity),
        now,
        "imported",
        key=activity.key,
        state=(PlanState.CLOSED if activity_row.closed_at else PlanState.PUBLISHED).value,
        activity_id=activity_id,
        designated_on=activity.designated_on,
        opens_at=activity.opens_at,
        closes_at=activity.closes_at,
    )
    take_over(db, officer.provider_id, activity_id, row.id)
    row.approved_revision = row.revision
    keep_files(db, row.id, version_files(db, activity_id, activity_row.version), now)
    return row.id
