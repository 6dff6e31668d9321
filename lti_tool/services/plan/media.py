"""Files of a plan: images and PDFs that its content and questions show."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from datetime import datetime
from pathlib import PurePosixPath

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.domain.capability import Capability
from lti_tool.domain.errors import BadInput, NotFound
from lti_tool.services.activity import MEDIA_TYPES
from lti_tool.services.activity_file.media import media_fault
from lti_tool.services.office import Officer
from lti_tool.services.plan.powers import require_on
from lti_tool.services.plan.work import note_revision, plan_row, require_open

MAX_FILES = 200


def keep_files(db: Session, plan_id: str, files: Mapping[str, bytes], now: datetime) -> None:
    """Add or replace, without looking at what is in them."""
    for name, body in files.items():
        row = db.get(models.PlanMedia, (plan_id, name)) or models.PlanMedia(plan_id=plan_id, name=name)
        row.media_type = MEDIA_TYPES.get(PurePosixPath(name).suffix.lower(), "application/octet-stream")
        row.content_hash, row.body, row.added_at = hashlib.sha256(body).hexdigest(), body, now
        db.add(row)
    db.flush()


def version_files(db: Session, activity_id: str, number: int) -> dict[str, bytes]:
    """The media of one version of an activity."""
    table = models.Media
    rows = db.scalars(select(table).where(table.activity_id == activity_id, table.version == number))
    return {row.name: row.body for row in rows}


def plan_files(db: Session, plan_id: str, names: Collection[str]) -> dict[str, bytes]:
    """The bytes of some of the files."""
    table = models.PlanMedia
    rows = db.scalars(select(table).where(table.plan_id == plan_id, table.name.in_(names)))
    return {row.name: row.body for row in rows}


def restore_files(db: Session, plan_id: str, files: Mapping[str, bytes], now: datetime) -> None:
    """Exactly these files and no others."""
    table = models.PlanMedia
    db.execute(delete(table).where(table.plan_id == plan_id, table.name.not_in(files)))
    db.expire_all()
    keep_files(db, plan_id, files, now)


def add_file(db: Session, officer: Officer, plan_id: str, name: str, body: bytes, now: datetime) -> None:
    """Take in an image or PDF, in the place of one of the same name.

    Raises ``BadInput("file_unusable")`` with a fault for ``file``: ``name``, ``content`` or ``too_many``.
    """
    row = plan_row(db, officer, plan_id, is_locked=True)
    require_on(officer, row, Capability.PLAN)
    require_open(db, row)
    fault = media_fault(name, body)
    count = len(list(db.scalars(select(models.PlanMedia.name).where(models.PlanMedia.plan_id == plan_id))))
    if fault or count >= MAX_FILES:
        raise BadInput("file_unusable", faults={"file": fault or "too_many"})
    keep_files(db, plan_id, {name: body}, now)
    note_revision(db, row, officer, "file-added", row.document, now, note=name)


def remove_file(db: Session, officer: Officer, plan_id: str, name: str, now: datetime) -> None:
    """Raises ``NotFound("media_unknown")``."""
    row = plan_row(db, officer, plan_id, is_locked=True)
    require_on(officer, row, Capability.PLAN)
    require_open(db, row)
    file = db.get(models.PlanMedia, (plan_id, name))
    if file is None:
        raise NotFound("media_unknown")
    db.delete(file)
    db.flush()
    note_revision(db, row, officer, "file-removed", row.document, now, note=name)


def plan_file(db: Session, officer: Officer, plan_id: str, name: str) -> tuple[bytes, str]:
    """Body and media type. Raises ``NotFound("media_unknown")``."""
    plan_row(db, officer, plan_id)
    file = db.get(models.PlanMedia, (plan_id, name))
    if file is None:
        raise NotFound("media_unknown")
    return file.body, file.media_type
