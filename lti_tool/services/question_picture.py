"""Pictures of the question bank: cleaned, and named by their content."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.db.upsert import insert_or_skip
from lti_tool.domain.capability import Capability
from lti_tool.domain.errors import BadInput, NotFound
from lti_tool.domain.question import BankQuestion
from lti_tool.exchange import clean_picture, files_of
from lti_tool.services.office import Officer

PICTURE_TYPES = {".png": "image/png", ".jpg": "image/jpeg"}
BATCH = 500


@dataclass(frozen=True, slots=True)
class Picture:
    media_type: str
    name: str
    body: bytes


def known_pictures(db: Session, officer: Officer, names: frozenset[str]) -> frozenset[str]:
    """Those of the names that the provider's bank has pictures for."""
    table = models.QuestionImage
    query = select(table.name).where(table.provider_id == officer.provider_id, table.name.in_(names))
    return frozenset(db.scalars(query)) if names else frozenset()


def keep_pictures(db: Session, officer: Officer, media: Mapping[str, bytes]) -> None:
    """Store cleaned pictures under the names that their content gives them."""
    for name, body in media.items():
        values = {
            "provider_id": officer.provider_id,
            "name": name,
            "media_type": PICTURE_TYPES[name[name.rindex(".") :]],
            "body": body,
        }
        db.execute(insert_or_skip(db, models.QuestionImage, values))


def add_picture(db: Session, officer: Officer, data: bytes) -> str:
    """Clean and keep an uploaded picture; gives its name. Raises ``Forbidden``, ``BadInput("picture_unsound")``."""
    officer.require(Capability.PLAN)
    cleaned = clean_picture(data)
    if cleaned is None:
        raise BadInput("picture_unsound", faults={"picture": "picture_unsound"})
    keep_pictures(db, officer, dict([cleaned]))
    return cleaned[0]


def picture(db: Session, officer: Officer, name: str) -> Picture:
    """A picture of the provider's bank. Raises ``Forbidden``, ``NotFound("picture_unknown")``."""
    officer.require(Capability.PLAN)
    row = db.get(models.QuestionImage, (officer.provider_id, name))
    if row is None:
        raise NotFound("picture_unknown")
    return Picture(row.media_type, row.name, row.body)


def pictures_of(db: Session, provider_id: str, questions: Sequence[BankQuestion]) -> dict[str, bytes]:
    """The pictures that these questions show, by name."""
    names = sorted({name for bank in questions for name in files_of(bank)})
    table = models.QuestionImage
    found: dict[str, bytes] = {}
    for start in range(0, len(names), BATCH):
        query = select(table.name, table.body).where(
            table.provider_id == provider_id, table.name.in_(names[start : start + BATCH])
        )
        found |= {row.name: row.body for row in db.execute(query)}
    return found
