"""Activities of a provider: taking in a checked definition, finding, and giving it back."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.db.load import activity_value
from lti_tool.db.upsert import insert_once
from lti_tool.domain.activity import Activity
from lti_tool.domain.errors import Conflict, NotFound
from lti_tool.domain.wire import write_activity
from lti_tool.services import outline
from lti_tool.services.question_use import note_uses
from lti_tool.services.wording import require_confirmed

MEDIA_TYPES = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".pdf": "application/pdf",
    ".vtt": "text/vtt",
}


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did. ``is_new`` is false where the newest version already says exactly this."""

    activity_id: str
    key: str
    version: int
    is_new: bool


@dataclass(frozen=True, slots=True)
class ListedActivity:
    activity_id: str
    key: str
    title: str
    version: int
    activity: Activity


def _content_hash(definition: Mapping[str, object], media: Mapping[str, bytes]) -> str:
    digest = hashlib.sha256(json.dumps(definition, sort_keys=True, ensure_ascii=False).encode())
    for name in sorted(media):
        digest.update(name.encode() + b"\0" + hashlib.sha256(media[name]).digest())
    return digest.hexdigest()


def import_activity(
    session: Session,
    provider_id: str,
    activity: Activity,
    media: Mapping[str, bytes],
    now: datetime,
    *,
    plan_id: str | None = None,
) -> Imported:
    """Add the activity, or a new version if anything changed. Learners under way keep the version they began with.

    An activity that comes as a file counts as approved and published. One of a plan (``plan_id``) is published later,
    and changed by that plan only: raises ``Conflict("activity_planned")`` where a file would change it. Raises
    ``Refused("wording_unconfirmed")`` for credit whose wording this provider has not confirmed.
    """
    require_confirmed(session, provider_id, activity)
    definition = write_activity(activity)
    content_hash = _content_hash(definition, media)
    row = _locked(session, provider_id, activity, now)
    newest = session.get(models.ActivityVersion, (row.id, row.version))
    if newest is not None and (newest.content_hash == content_hash or _says_the_same(session, row, activity, media)):
        return Imported(row.id, row.key, row.version, is_new=False)
    _require_own(session, row, plan_id)
    if plan_id is None and row.published_at is None:
        row.published_at = now
    row.version += 1
    row.title, row.outline = activity.title[:255], outline.stored(outline.of_activity(activity), row.version)
    session.add(
        models.ActivityVersion(
            activity_id=row.id, number=row.version, definition=definition, content_hash=content_hash, created_at=now
        )
    )
    session.add_all(_media(row, name, body) for name, body in media.items())
    session.flush()
    note_uses(session, provider_id, row.id, row.version, activity)
    return Imported(row.id, row.key, row.version, is_new=True)


def _require_own(session: Session, row: models.Activity, plan_id: str | None) -> None:
    owner = session.scalars(select(models.ActivityPlan.id).where(models.ActivityPlan.activity_id == row.id)).first()
    if owner is not None and owner != plan_id:
        raise Conflict("activity_planned", f"the activity {row.key!r} is planned in the office: change it there")
    if owner is None and plan_id is not None and row.version:
        raise Conflict("activity_key_taken", f"an activity {row.key!r} was imported meanwhile")


def _says_the_same(session: Session, row: models.Activity, activity: Activity, media: Mapping[str, bytes]) -> bool:
    """An older release wrote the same values with fewer fields: that is no new version."""
    files = session.execute(
        select(models.Media.name, models.Media.content_hash).where(
            models.Media.activity_id == row.id, models.Media.version == row.version
        )
    )
    given = {name: hashlib.sha256(body).hexdigest() for name, body in media.items()}
    return {row.name: row.content_hash for row in files} == given and activity_value(
        session, row.id, row.version
    ) == activity


def _locked(session: Session, provider_id: str, activity: Activity, now: datetime) -> models.Activity:
    """The activity's row, made if need be, and locked: two imports at once number their versions in turn."""
    key = {"provider_id": provider_id, "key": activity.key}
    row = insert_once(session, models.Activity, key, {"title": activity.title[:255], "version": 0, "created_at": now})
    session.refresh(row, with_for_update=True)
    return row


def _media(row: models.Activity, name: str, body: bytes) -> models.Media:
    suffix = PurePosixPath(name).suffix.lower()
    return models.Media(
        activity_id=row.id,
        version=row.version,
        name=name,
        media_type=MEDIA_TYPES.get(suffix, "application/octet-stream"),
        content_hash=hashlib.sha256(body).hexdigest(),
        body=body,
    )


def list_activities(session: Session, provider_id: str, *, only_published: bool = False) -> Sequence[ListedActivity]:
    """The provider's activities in their newest versions, by title; perhaps only those that learners may be sent to."""
    query = select(models.Activity).where(models.Activity.provider_id == provider_id, models.Activity.version > 0)
    if only_published:
        query = query.where(models.Activity.published_at.is_not(None), models.Activity.closed_at.is_(None))
    rows = session.scalars(query.order_by(models.Activity.title, models.Activity.id))
    return [
        ListedActivity(row.id, row.key, row.title, row.version, activity_value(session, row.id, row.version))
        for row in rows
    ]


def export_activity(session: Session, provider_id: str, key: str) -> tuple[Activity, dict[str, bytes]]:
    """The newest version and its media. Raises ``NotFound("activity_unknown")``."""
    query = select(models.Activity).where(models.Activity.provider_id == provider_id, models.Activity.key == key)
    row = session.scalars(query).first()
    if row is None:
        raise NotFound("activity_unknown", f"this provider has no activity {key!r}")
    files = session.scalars(
        select(models.Media).where(models.Media.activity_id == row.id, models.Media.version == row.version)
    )
    return activity_value(session, row.id, row.version), {file.name: file.body for file in files}
