"""Logos and signatures: decoded and encoded anew, so that what is kept is a picture and nothing else."""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO

from PIL import Image, ImageOps
from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.db import models
from lti_tool.domain.errors import BadInput, NotFound
from lti_tool.domain.fields import FieldRule, Typed, read_fields
from lti_tool.domain.picture import eight_bit
from lti_tool.services.audit import Actor
from lti_tool.services.revision import added, retire

MAX_BYTES = 5_000_000
MAX_PIXELS = 25_000_000
LONGEST_SIDE = 1600
"""In pixels: what a certificate can show in print."""
LOGO = (FieldRule("label", is_required=True),)


@dataclass(frozen=True, slots=True)
class KeptPicture:
    id: str
    label: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Picture:
    """A PNG."""

    body: bytes
    content_hash: str
    width: int
    height: int


def is_cut_off(data: bytes) -> bool:
    """A PNG or JPEG without its end.

    Looked for here, since Pillow pads what is missing once WeasyPrint is loaded (it sets ``LOAD_TRUNCATED_IMAGES``).
    """
    if data.startswith(b"\x89PNG"):
        return b"IEND" not in data
    return data.rfind(b"\xff\xd9") < data.rfind(b"\xff\xda")


def clean_picture(data: bytes) -> Picture:
    """The picture of a PNG or JPEG, without anything else that the file held.

    Raises ``BadInput("fields_unusable")`` with fault ``image``: ``too_large`` or ``not_a_picture`` (SVG, damaged
    files, files that are two things at once beyond their picture, more than 25 megapixels).
    """
    if len(data) > MAX_BYTES:
        raise BadInput("fields_unusable", faults={"image": "too_large"})
    try:
        if is_cut_off(data):
            raise ValueError("cut off")
        with warnings.catch_warnings(action="error"), Image.open(BytesIO(data), formats=("PNG", "JPEG")) as opened:
            if opened.width * opened.height > MAX_PIXELS or min(opened.size) < 2:
                raise ValueError("size")
            pixels = eight_bit(ImageOps.exif_transpose(opened)).convert("RGBA")
    except (OSError, SyntaxError, ValueError, Warning, Image.DecompressionBombError) as error:
        raise BadInput("fields_unusable", faults={"image": "not_a_picture"}) from error
    pixels.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    plain = Image.new("RGBA", pixels.size)
    plain.paste(pixels)
    out = BytesIO()
    plain.save(out, "PNG", optimize=True)
    body = out.getvalue()
    return Picture(body, hashlib.sha256(body).hexdigest(), *plain.size)


def keep_picture(session: Session, actor: Actor, kind: str, label: str, data: bytes, now: datetime) -> str:
    """Gives the row's key. Raises as :func:`clean_picture`."""
    picture = clean_picture(data)
    row = models.ProviderImage(
        provider_id=actor.provider_id,
        kind=kind,
        label=label,
        media_type="image/png",
        width=picture.width,
        height=picture.height,
        content_hash=picture.content_hash,
        body=picture.body,
        created_at=now,
    )
    values = {"kind": kind, "label": label, "content_hash": picture.content_hash}
    added(session, actor, row, "picture.added", "picture", now, values=values)
    return row.id


def add_logo(session: Session, actor: Actor, typed: Typed, data: bytes, now: datetime) -> str:
    """Raises ``BadInput("fields_unusable")``."""
    values = read_fields(LOGO, typed)
    if not data:
        raise BadInput("fields_unusable", faults={"image": "missing"})
    return keep_picture(session, actor, "logo", values["label"], data, now)


def logos(session: Session, provider_id: str) -> Sequence[KeptPicture]:
    """Newest first."""
    table = models.ProviderImage
    query = select(table).where(table.provider_id == provider_id, table.kind == "logo", table.retired_at.is_(None))
    rows = session.scalars(query.order_by(table.created_at.desc(), table.id))
    return [KeptPicture(row.id, row.label, row.width, row.height) for row in rows]


def _own(session: Session, provider_id: str, image_id: str) -> models.ProviderImage:
    row = session.get(models.ProviderImage, image_id[:32])
    if row is None or row.provider_id != provider_id:
        raise NotFound("record_unknown")
    return row


def picture_file(session: Session, provider_id: str, image_id: str) -> tuple[bytes, str]:
    """The PNG and its SHA-256, also of one that is no longer used. Raises ``NotFound("record_unknown")``."""
    row = _own(session, provider_id, image_id)
    return row.body, row.content_hash


def retire_picture(session: Session, actor: Actor, image_id: str, now: datetime) -> None:
    """What was printed keeps it. Raises ``NotFound("record_unknown")``."""
    retire(session, actor, _own(session, actor.provider_id, image_id), "picture.retired", "picture", now)
